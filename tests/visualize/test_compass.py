"""East and north on a map are where the meridians and parallels run."""

import numpy as np
import pyproj
import pytest

from zyra.fields.crs import Crs
from zyra.fields.grid import Grid
from zyra.visualize.compass import compass_at
from zyra.visualize.map_choice import MapChoice
from zyra.visualize.projection import MapView

WORLD_GRID = Grid(
    Crs("latitude_longitude", {}), np.arange(0.0, 360.0, 5.0), np.arange(90.0, -90.1, -5.0)
)
PLACES = np.array([(-60.0, 60.0), (10.0, 35.0), (120.0, 80.0)]).T


def test_on_plate_carree_a_south_west_wind_points_halfway():
    view = MapView.over((-180.0, 180.0, -90.0, 90.0), 720, 360)
    columns, rows = compass_at(view, *PLACES).directed(np.array([5.0] * 3), np.array([5.0] * 3))
    np.testing.assert_allclose(columns, 5.0, rtol=1e-6)
    np.testing.assert_allclose(rows, -5.0, rtol=1e-6)


def test_on_plate_carree_what_moves_east_is_faster_in_the_north():
    view = MapView.over((-180.0, 180.0, -90.0, 90.0), 720, 360)
    columns, rows = compass_at(view, *PLACES).moved(np.ones(3), np.zeros(3))
    np.testing.assert_allclose(columns, 2 / np.cos(np.radians(PLACES[1])), rtol=1e-6)
    np.testing.assert_allclose(rows, 0.0, atol=1e-9)


@pytest.mark.parametrize(
    ("name", "proj"),
    [
        ("NorthPolarStereo", "+proj=stere +lat_0=90"),
        ("Orthographic", "+proj=ortho +lon_0=20 +lat_0=50"),
    ],
)
def test_meridians_turn_as_proj_says(name, proj):
    center = (20.0, 50.0) if name == "Orthographic" else None
    view = MapChoice(name, center=center).view(WORLD_GRID, 600, 600)
    columns, rows = compass_at(view, *PLACES).directed(np.zeros(3), np.ones(3))
    factors = pyproj.Proj(f"{proj} +R=6371229").get_factors(*PLACES)
    # d(x, y) by latitude, as PROJ differentiates; rows count downwards.
    expected = np.degrees(np.arctan2(factors.dx_dphi, factors.dy_dphi))
    np.testing.assert_allclose(np.degrees(np.arctan2(columns, -rows)), expected, atol=0.01)


def test_beyond_the_horizon_there_is_no_direction():
    view = MapChoice("Orthographic", center=(0.0, 0.0)).view(WORLD_GRID, 100, 100)
    columns, _ = compass_at(view, np.array([180.0]), np.array([0.0])).directed(
        np.ones(1), np.ones(1)
    )
    assert np.isnan(columns).all()
