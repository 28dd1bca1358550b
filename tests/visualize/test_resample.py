"""From grids to pixels."""

import numpy as np
import pytest

from zyra.fields.crs import Crs
from zyra.fields.grid import Grid
from zyra.visualize.palettes import named_palette
from zyra.visualize.places import places_of
from zyra.visualize.projection import MapView
from zyra.visualize.resample import linear_levels, nearest_levels
from zyra.visualize.scale import MISSING, Scale
from zyra.visualize.thin import thinned

LONLAT = Crs("latitude_longitude", {})
LAMBERT = Crs(
    "lambert_conformal_conic",
    {
        "standard_parallel": (38.5, 38.5),
        "longitude_of_central_meridian": -97.5,
        "latitude_of_projection_origin": 38.5,
        "earth_radius": 6371229.0,
    },
)
SCALE = Scale(0.0, 192.0, named_palette("gray"))
WORLD = (-180.0, 180.0, -90.0, 90.0)


def global_grid(step=30.0, first=0.0, descending=True):
    lat = np.arange(-90, 90.1, step)
    return Grid(LONLAT, np.arange(first, first + 360, step), lat[::-1] if descending else lat)


def ramp(grid):
    """A value that is twice the latitude's distance from the south pole, the same all round."""
    return np.repeat((grid.y + 90.0).astype(np.float32)[:, None], len(grid.x), axis=1)


@pytest.mark.parametrize("descending", [True, False])
def test_linear_values_follow_a_ramp_exactly(descending):
    grid, view = global_grid(descending=descending), MapView.over(WORLD, 36, 180)
    drawn = linear_levels(ramp(grid), places_of(grid, view), SCALE)
    expected = np.floor(view.lonlat_lines()[1] + 90.0)
    assert (drawn == expected[:, None]).all()


@pytest.mark.parametrize("first", [0.0, -180.0, 20.0])
def test_a_global_grid_has_no_seam(first):
    grid, view = global_grid(10.0, first), MapView.over(WORLD, 720, 90)
    values = 96.0 + 90.0 * np.cos(np.radians(grid.x))[None, :] * np.ones((len(grid.y), 1))
    drawn = linear_levels(values.astype(np.float32), places_of(grid, view), SCALE).astype(int)
    lon = view.lonlat_lines()[0]
    assert np.abs(drawn - (96.0 + 90.0 * np.cos(np.radians(lon)))).max() < 2.0
    assert np.abs(np.diff(drawn, axis=1)).max() <= 2


def test_a_gaussian_grid_reaches_the_poles():
    lat = np.array([89.0, 60.0, 20.0, -20.0, -60.0, -89.0])
    grid = Grid(LONLAT, np.arange(0, 360, 30.0), lat)
    places = places_of(grid, MapView.over(WORLD, 36, 180))
    assert np.isfinite(places.rows).all()


def test_a_regional_grid_ends_at_its_cell_edges():
    grid = Grid(LONLAT, np.array([10.5, 11.5, 12.5]), np.array([2.5, 1.5]))
    view = MapView.over((9.0, 15.0, 0.0, 4.0), 60, 40)
    drawn = nearest_levels(np.ones((2, 3), np.float32), places_of(grid, view), SCALE)
    lon, lat = view.lonlat_lines()
    inside = ((lon > 10) & (lon < 13))[None, :] & ((lat > 1) & (lat < 3))[:, None]
    assert ((drawn != MISSING) == inside).all()


def test_longitudes_of_another_turn_are_found():
    grid = Grid(LONLAT, np.arange(190.0, 201.0), np.arange(0.0, 5.0))
    view = MapView.over((-170.0, -160.0, 0.0, 4.0), 20, 8)
    assert places_of(grid, view).inside.all()


def test_a_map_across_the_date_line_is_whole():
    grid = Grid(LONLAT, np.arange(-180.0, 180.0), np.arange(-90.0, 91.0))
    view = MapView.over((170.0, -170.0, -10.0, 10.0), 40, 40)
    drawn = linear_levels(ramp(grid), places_of(grid, view), SCALE)
    assert (drawn != MISSING).all()


@pytest.mark.parametrize("draw", [nearest_levels, linear_levels])
def test_a_missing_cell_keeps_its_edges(draw):
    grid = Grid(LONLAT, np.arange(0.5, 10), np.arange(9.5, 0, -1))
    values = np.full((10, 10), 7.0, np.float32)
    values[4, 6] = np.nan
    drawn = draw(values, places_of(grid, MapView.over((0, 10, 0, 10), 100, 100)), SCALE)
    expected = np.full((100, 100), 7)
    expected[40:50, 60:70] = MISSING
    assert (drawn == expected).all()


def test_both_ways_agree_at_the_grid_points():
    grid = Grid(LONLAT, np.arange(0.5, 8), np.arange(7.5, 0, -1))
    values = np.random.default_rng(1).integers(0, 190, (8, 8)).astype(np.float32) + 0.5
    places = places_of(grid, MapView.over((0, 8, 0, 8), 8, 8))
    assert (linear_levels(values, places, SCALE) == nearest_levels(values, places, SCALE)).all()


def test_values_beyond_the_scale_do_not_pull_their_neighbours():
    grid = Grid(LONLAT, np.array([0.0, 1.0]), np.array([1.0, 0.0]))
    values = np.array([[0.0, 384.0], [0.0, 384.0]], np.float32)
    drawn = linear_levels(values, places_of(grid, MapView.over((0, 1, 0, 1), 100, 2)), SCALE)
    assert drawn[0, 24] == pytest.approx(0.245 * 384, abs=1)
    assert (drawn[0, 50:] == 191).all()


def test_lambert_places_agree_with_proj():
    pyproj = pytest.importorskip("pyproj")
    grid = Grid(LAMBERT, np.arange(-50, 51) * 3000.0, np.arange(-40, 41) * 3000.0)
    view = MapView.over((-99.0, -96.0, 37.5, 39.5), 30, 20)
    lon, lat = np.meshgrid(*view.lonlat_lines())
    system = pyproj.Proj("+proj=lcc +lat_1=38.5 +lat_0=38.5 +lon_0=-97.5 +R=6371229")
    x, y = system(lon, lat)
    places = places_of(grid, view)
    inside = places.inside
    assert inside.any()
    assert places.columns[inside] == pytest.approx(x[inside] / 3000.0 + 50, abs=1e-3)
    assert places.rows[inside] == pytest.approx(y[inside] / 3000.0 + 40, abs=1e-3)


def test_linear_on_a_projected_grid_follows_a_plane():
    grid = Grid(LAMBERT, np.arange(-50, 51) * 3000.0, np.arange(-40, 41) * 3000.0)
    values = np.add.outer(np.arange(81.0), np.arange(101.0)).astype(np.float32)
    places = places_of(grid, MapView.over((-99.0, -96.0, 37.5, 39.5), 60, 40))
    drawn = linear_levels(values, places, SCALE).astype(int)
    inside = places.inside
    expected = np.minimum(places.rows + places.columns, 191)
    assert np.abs(drawn - expected)[inside].max() < 1.01
    assert (drawn[~inside] == MISSING).all()


def test_thinning_averages_whole_blocks_and_the_rest():
    grid = Grid(LONLAT, np.arange(5.0), np.arange(4.0))
    values = np.arange(20, dtype=np.float32).reshape(4, 5)
    means, coarse = thinned(values, grid, 2, 2)
    assert means.tolist() == [[3, 5, 6.5], [13, 15, 16.5]]
    assert coarse.x.tolist() == [0.5, 2.5, 4.0]
    assert coarse.y.tolist() == [0.5, 2.5]


def test_thinning_needs_half_of_a_block():
    grid = Grid(LONLAT, np.arange(4.0), np.arange(2.0))
    values = np.array([[1, np.nan, 5, np.nan], [3, np.nan, np.nan, np.nan]], np.float32)
    means, _ = thinned(values, grid, 2, 2)
    assert means[0, 0] == 2.0
    assert np.isnan(means[0, 1])
