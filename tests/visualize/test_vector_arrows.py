"""Arrows point where the wind goes, lie evenly, and leave out what is missing."""

import numpy as np
import pyproj
import pytest

from drawn_vectors import WORLD_GRID, vectors
from zyra.visualize.map_choice import MapChoice
from zyra.visualize.vectors import VectorLook, VectorPainter, even_places
from zyra.visualize.view import View

# As PROJ spells the projections, with the middle of a map of the world.
PROJECTIONS = {
    "PlateCarree": "+proj=eqc",
    "Mercator": "+proj=merc",
    "Robinson": "+proj=robin",
    "NorthPolarStereo": "+proj=stere +lat_0=90",
    "Orthographic": "+proj=ortho +lat_0=0",
}


def view_of(name: str, width: int = 600, height: int = 300) -> View:
    return MapChoice(name).view(WORLD_GRID, width, height)


def heads_of(painter: VectorPainter, wind):
    """Tips of the arrows, and where they point to in degrees from the right, anticlockwise."""
    triangles = painter.shapes(wind).triangles.astype(np.float64)
    tips = triangles[:, :2]
    back = (triangles[:, 2:4] + triangles[:, 4:6]) / 2
    across, down = (tips - back).T
    return tips, back, np.degrees(np.arctan2(-down, across))


def lonlat_of(view: View, pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    lon, lat = np.broadcast_arrays(*view.lonlat_of_pixels())
    column, row = pixels.astype(int).T
    inside = (column >= 0) & (column < view.width) & (row >= 0) & (row < view.height)
    column, row = column * inside, row * inside
    return np.where(inside, lon[row, column], np.nan), lat[row, column]


@pytest.mark.parametrize("name", PROJECTIONS)
@pytest.mark.parametrize(("u", "v"), [(10.0, 0.0), (0.0, 10.0), (-6.0, -8.0)])
def test_arrows_point_as_proj_says_in_every_projection(name, u, v):
    view = view_of(name)
    painter = VectorPainter(view, VectorLook(scale=10.0 * 600 / 8.0))
    tips, back, angles = heads_of(painter, vectors(u, v))
    lon, lat = lonlat_of(view, (tips + back) / 2)
    known = np.isfinite(lon) & (np.abs(lat) < (60 if name == "NorthPolarStereo" else 80))
    assert known.sum() > 50
    factors = pyproj.Proj(f"{PROJECTIONS[name]} +R=6371229").get_factors(lon[known], lat[known])
    east = np.array([factors.dx_dlam, factors.dy_dlam])
    north = np.array([factors.dx_dphi, factors.dy_dphi])
    if name == "PlateCarree":  # the pixels are square in degrees, as eqc's metres are
        east[:] = [[1.0], [0.0]]
    run = u * east / np.hypot(*east) + v * north / np.hypot(*north)
    expected = np.degrees(np.arctan2(run[1], run[0]))
    error = (angles[known] - expected + 180.0) % 360.0 - 180.0
    # The place is that of a whole pixel near the head, not of the arrow's middle.
    assert np.abs(error).max() < (12.0 if name == "Orthographic" else 4.0)
    assert np.median(np.abs(error)) < 1.0


def test_the_ink_of_an_east_wind_lies_to_the_right_of_the_tail():
    view = view_of("PlateCarree")
    painter = VectorPainter(view, VectorLook(scale=10.0 * 600 / 20.0))
    coverage = painter.coverage(vectors(10.0, 0.0))
    strokes = painter.shapes(vectors(10.0, 0.0)).strokes
    tail_x, y, neck_x, _ = strokes[len(strokes) // 2]
    assert neck_x > tail_x
    assert coverage[int(y), int(tail_x) + 1 : int(neck_x)].min() > 128
    # The head is wider than the shaft.
    assert coverage[int(y) - 2, int(neck_x) - 3 : int(neck_x)].max() > 60
    assert coverage[int(y) - 2, int(tail_x)] == 0


def test_lengths_are_to_the_speeds_as_the_scale_says():
    painter = VectorPainter(view_of("PlateCarree"), VectorLook(scale=300.0))
    shapes = painter.shapes(vectors(np.where(WORLD_GRID.x > 0, 12.0, 6.0), 0.0))
    tails, tips = shapes.strokes[:, 0], shapes.triangles[:, 0]
    lengths = np.unique(np.round(tips - tails, 3))
    # 600 pixels stand for 300 knots.
    assert {12.0, 24.0} <= set(lengths.tolist())


def test_nearly_all_arrows_fit_between_each_other_by_default():
    speeds = np.linspace(1.0, 30.0, 144)
    painter = VectorPainter(view_of("PlateCarree"), VectorLook())
    shapes = painter.shapes(vectors(speeds, 0.0))
    drawn = shapes.strokes[:, 2] > shapes.strokes[:, 0]
    lengths = shapes.triangles[:, 0] - shapes.strokes[drawn, 0]
    assert np.quantile(lengths, 0.9) < painter.look.distance_px * 1.06


def test_arrows_are_spread_evenly_on_the_map_whatever_the_grid():
    painter = VectorPainter(view_of("Mercator"), VectorLook())
    lattice = painter.lattice(WORLD_GRID)
    shown = even_places(lattice)
    places = lattice.columns[shown] + 1j * lattice.rows[shown]
    apart = np.abs(places[:, None] - places[None, :]) + 1e9 * np.eye(len(places))
    nearest = apart.min(axis=1)
    assert nearest.min() > 0.9 * painter.look.distance_px
    assert nearest.max() < 1.2 * painter.look.distance_px


@pytest.mark.parametrize("density", [0.1, 0.2, 0.8])
def test_twice_the_density_shows_twice_as_many(density):
    def count(share):
        painter = VectorPainter(view_of("Mercator", 800, 800), VectorLook(density=share))
        return len(painter.shapes(vectors(9.0, 0.0)).triangles)

    assert count(density) == pytest.approx(count(density / 2) * 2, rel=0.12)


def test_a_pole_that_is_a_line_bears_few_arrows():
    painter = VectorPainter(view_of("PlateCarree", 1200, 600), VectorLook())
    lattice = painter.lattice(WORLD_GRID)
    shown = even_places(lattice).sum(axis=1)
    latitudes = np.abs(lattice.lat[:, 0])
    assert shown[latitudes < 60].min() >= 0.45 * lattice.columns.shape[1]
    assert shown[latitudes > 85].max() <= 0.2 * lattice.columns.shape[1]


def test_a_pole_that_is_a_point_bears_as_many_as_elsewhere():
    lattice = VectorPainter(view_of("NorthPolarStereo"), VectorLook()).lattice(WORLD_GRID)
    rows, columns = np.indices(lattice.columns.shape)
    assert (even_places(lattice) == ((rows + columns) % 2 == 0)).all()


def test_no_arrow_stands_where_a_part_is_missing():
    u = np.where(WORLD_GRID.x > 0, np.nan, 5.0)
    v = np.where(WORLD_GRID.y > 0, 5.0, np.nan)[:, None]
    painter = VectorPainter(view_of("PlateCarree"), VectorLook())
    tips, _, _ = heads_of(painter, vectors(u, v))
    assert len(tips) > 20
    # The nearest grid point decides: 1.25 degrees are two pixels.
    assert tips[:, 0].max() < 300 + painter.look.distance_px / 2 + 3
    assert tips[:, 1].max() < 150 + 3


def test_no_arrow_stands_beside_the_globe():
    view = view_of("Orthographic")
    painter = VectorPainter(view, VectorLook(scale=1e6, line_width=0.5))
    strokes = painter.shapes(vectors(10.0, 0.0)).strokes
    away = np.hypot(strokes[:, 0] - 300, strokes[:, 1] - 150)
    assert len(away) > 50
    assert away.max() < 150


def test_what_is_worked_out_for_a_grid_is_kept_for_the_next_frame():
    painter = VectorPainter(view_of("Robinson"), VectorLook())
    assert painter.lattice(WORLD_GRID) is painter.lattice(WORLD_GRID)
