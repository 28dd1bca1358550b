"""Fields painted on one map."""

import numpy as np
import pytest

from zyra.fields.crs import Crs
from zyra.fields.grid import Grid
from zyra.visualize.painter import Painter
from zyra.visualize.palettes import Palette, named_palette
from zyra.visualize.projection import MapView
from zyra.visualize.scale import MISSING, Scale

LONLAT = Crs("latitude_longitude", {})
WORLD = (-180.0, 180.0, -90.0, 90.0)
GREY = Scale(0.0, 192.0, named_palette("gray"))


def painter(width, height, interpolation="auto"):
    return Painter(MapView.over(WORLD, width, height), (), 1.0, interpolation)


def world_grid(step):
    return Grid(LONLAT, np.arange(0.0, 360.0, step), np.arange(90.0, -90.1, -step))


@pytest.mark.parametrize("width", [90, 100, 128, 1000])
def test_a_shrunk_world_has_no_seam(width):
    grid = world_grid(0.5)
    wave = 96.0 + 90.0 * np.cos(np.radians(grid.x))
    values = np.broadcast_to(wave, grid.shape).astype(np.float32)
    map_painter = painter(width, 45)
    drawn = map_painter.draw(values, grid, GREY).levels.astype(int)
    lon = map_painter.view.lonlat_lines()[0]
    assert np.abs(drawn - (96.0 + 90.0 * np.cos(np.radians(lon)))).max() < 2.5


def test_a_shrunk_speckled_field_shows_its_mean():
    grid = world_grid(0.25)
    values = np.where(np.indices(grid.shape).sum(axis=0) % 2, 0, 100).astype(np.float32)
    drawn = painter(90, 45).draw(values, grid, GREY).levels
    assert np.abs(drawn[1:-1].astype(int) - 50).max() <= 4


def test_nearest_and_linear_take_points_however_small_the_map():
    grid = world_grid(0.25)
    values = np.where(np.indices(grid.shape).sum(axis=0) % 2, 0, 100).astype(np.float32)
    drawn = painter(90, 45, "nearest").draw(values, grid, GREY).levels
    assert set(np.unique(drawn)) <= {0, 100}


def test_classes_are_never_averaged():
    colours = np.array([(c, c, c, 255) for c in (0, 100, 200)], np.uint8)
    classes = Scale(0.0, 3.0, Palette(colours, bounds=(0.0, 1.0, 2.0)))
    grid = world_grid(0.25)
    values = np.where(np.indices(grid.shape).sum(axis=0) % 2, 0, 2).astype(np.float32)
    drawn = painter(90, 45).draw(values, grid, classes).levels
    assert 1 not in drawn


def test_equal_grids_share_their_places():
    map_painter = painter(36, 18)
    assert map_painter.places(world_grid(10.0)) is map_painter.places(world_grid(10.0))
    assert map_painter.places(world_grid(10.0)) is not map_painter.places(world_grid(5.0))


def test_the_colours_of_pixels_are_those_of_their_levels():
    grid = world_grid(30.0)
    values = np.full(grid.shape, 50.0, np.float32)
    values[:3] = np.nan
    picture = painter(36, 18).draw(values, grid, GREY)
    rgba = picture.rgba()
    assert (rgba[picture.levels == MISSING] == 0).all()
    assert (rgba[picture.levels == 50] == GREY.colours[50]).all()
