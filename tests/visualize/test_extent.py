"""The part of the Earth that a field covers."""

import numpy as np
import pyproj
import pytest

from zyra.core.errors import UsageError
from zyra.fields.crs import Crs
from zyra.fields.grid import Grid
from zyra.visualize.extent import WORLD, extent_from, extent_of

LONLAT = Crs("latitude_longitude", {})


def polar(extent_m, meridian=0.0):
    crs = Crs(
        "polar_stereographic",
        {
            "latitude_of_projection_origin": 90.0,
            "straight_vertical_longitude_from_pole": meridian,
            "standard_parallel": 60.0,
            "earth_radius": 6371229.0,
        },
    )
    left, right, bottom, top = extent_m
    return Grid(crs, np.linspace(left, right, 50), np.linspace(bottom, top, 40))


@pytest.mark.parametrize("first", [0.0, -180.0])
def test_a_global_grid_covers_the_world_from_180_west(first):
    grid = Grid(LONLAT, np.arange(first, first + 360, 0.25), np.arange(90, -90.1, -0.25))
    assert extent_of(grid) == WORLD


def test_a_gaussian_grid_covers_the_poles():
    grid = Grid(LONLAT, np.arange(0, 360, 2.0), np.linspace(88.5, -88.5, 90))
    assert extent_of(grid) == WORLD


def test_a_regional_grid_in_0_to_360_is_given_from_180_west():
    grid = Grid(LONLAT, np.arange(230.0, 301.0), np.arange(20.0, 56.0))
    assert extent_of(grid) == (-130.5, -59.5, 19.5, 55.5)


def test_a_grid_across_the_date_line_stays_in_one_piece():
    grid = Grid(LONLAT, np.arange(170.0, 191.0), np.arange(-10.0, 11.0))
    assert extent_of(grid) == (169.5, 190.5, -10.5, 10.5)


def test_a_polar_grid_around_the_pole_covers_all_longitudes():
    west, east, south, north = extent_of(polar((-4e6, 4e6, -4e6, 4e6)))
    assert (west, east, north) == (-180.0, 180.0, 90.0)
    # PROJ: the latitude of the outer corner, half a cell beyond the last point.
    corner = pyproj.Proj("+proj=stere +lat_0=90 +lat_ts=60 +R=6371229")
    half = np.array([8e6 / 49, 8e6 / 39]) / 2
    assert south == pytest.approx(corner(*(half - 4e6 - 2 * half), inverse=True)[1], abs=1e-6)


def test_a_polar_grid_beside_the_pole_covers_its_own_longitudes():
    west, east, _, north = extent_of(polar((-1e6, 1e6, -5e6, -3e6)))
    assert (west, east) == pytest.approx((-18.8, 18.8), abs=0.5)
    assert north < 90.0


def test_a_projected_grid_across_the_date_line_stays_in_one_piece():
    west, east, _, _ = extent_of(polar((-1e6, 1e6, -5e6, -3e6), meridian=180.0))
    assert (west, east) == pytest.approx((161.2, 198.8), abs=0.5)


@pytest.mark.parametrize(
    "given", [[0, 1, 2], [0, 1, 2, 3, 4], [5, 5, 0, 1], [0, float("nan"), 0, 1], []]
)
def test_an_extent_is_four_different_numbers(given):
    with pytest.raises(UsageError, match="the extent cannot be"):
        extent_from(given)
