"""The bounds that a grid covers in another system, against GDAL and plain geography."""

import numpy as np
import pytest
from rasterio.warp import transform_bounds

from zyra.core.errors import UsageError
from zyra.fields.crs import Crs
from zyra.fields.grid import Grid
from zyra.fields.warp_bounds import covered_bounds, even_grid

DEGREES = Crs.from_text("EPSG:4326")
GLOBAL = Grid(DEGREES, np.arange(0.0, 360.0, 0.5), 90.0 - 0.5 * np.arange(361))
HALF_TURN_M = 20037508.342789244


def test_web_mercator_of_the_globe_is_the_known_square():
    found = covered_bounds(GLOBAL, Crs.from_text("EPSG:3857"))
    wanted = (-HALF_TURN_M, -20048966.1, HALF_TURN_M, 20048966.1)  # its area ends at 85.06 degrees
    assert found == pytest.approx(wanted, abs=1.0)


def test_an_oval_of_the_globe_has_its_whole_width():
    left, bottom, right, top = covered_bounds(GLOBAL, Crs.from_text("+proj=moll +R=6371000"))
    radius = 6371000 * np.sqrt(2)  # Snyder, equations 31-1 and 31-2
    assert (left, bottom, right, top) == pytest.approx(
        (-2 * radius, -radius, 2 * radius, radius), rel=1e-6
    )


def test_a_polar_plane_ends_where_it_is_made_for():
    found = covered_bounds(GLOBAL, Crs.from_text("EPSG:3413"))
    edge = np.abs(
        transform_bounds("EPSG:4326", "EPSG:3413", -180, 60, 180, 90, densify_pts=2000)
    ).max()
    assert np.abs(found) == pytest.approx(edge, rel=1e-3)


def test_a_region_is_as_gdal_says():
    region = even_grid(DEGREES, (-10.0, 35.0, 30.0, 60.0), 400, 250)
    found = covered_bounds(region, Crs.from_text("EPSG:3035"))
    assert found == pytest.approx(
        transform_bounds("EPSG:4326", "EPSG:3035", -10, 35, 30, 60, densify_pts=200), rel=1e-3
    )


def test_a_region_across_the_date_line_stays_together():
    island = even_grid(Crs.from_text("EPSG:3832"), (2.5e6, -3e6, 3.8e6, -2e6), 130, 100)
    west, south, east, north = covered_bounds(island, DEGREES)
    assert west == pytest.approx(150 + np.degrees(2.5e6 / 6378137), abs=0.01)
    assert east == pytest.approx(150 + np.degrees(3.8e6 / 6378137), abs=0.01)
    assert -30 < south < north < -15


def test_what_holds_the_pole_goes_all_the_way_round():
    around = even_grid(Crs.from_text("EPSG:3413"), (-2e6, -2e6, 2e6, 2e6), 100, 100)
    west, south, east, north = covered_bounds(around, DEGREES)
    assert (west, east, north) == (-180.0, 180.0, 90.0)
    assert south == pytest.approx(64.0, abs=1.0)


def test_what_lies_outside_the_area_of_a_system_is_refused():
    south = even_grid(DEGREES, (0.0, -60.0, 40.0, -20.0), 40, 40)
    with pytest.raises(UsageError, match="nothing in the area of"):
        covered_bounds(south, Crs.from_text("EPSG:3413"))
