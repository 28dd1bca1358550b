"""Coordinate systems: to and from CF, EPSG codes and WKT, and in words."""

import subprocess
import sys

import numpy as np
import pytest
from pyproj import CRS, Proj

from zyra.core.errors import UnsupportedFormat, UsageError
from zyra.fields.crs import Crs
from zyra.fields.crs_pyproj import PyprojProjection
from zyra.fields.projections import LambertConformal, PolarStereographic

HRRR = Crs(
    "lambert_conformal_conic",
    {
        "earth_radius": 6371229.0,
        "standard_parallel": 38.5,
        "longitude_of_central_meridian": 262.5,
        "latitude_of_projection_origin": 38.5,
    },
)


def test_cf_attributes_come_back_the_same():
    assert Crs.from_cf(HRRR.to_cf()) == HRRR


def test_numpy_attributes_of_a_file_become_plain_and_hashable():
    crs = Crs.from_cf(
        {
            "grid_mapping_name": "lambert_conformal_conic",
            "earth_radius": np.float32(6371229.0),
            "standard_parallel": np.array([30.0, 60.0]),
            "longitude_of_central_meridian": np.array([-95.0]),
        }
    )
    assert crs.parameters["standard_parallel"] == (30.0, 60.0)
    assert crs.parameters["longitude_of_central_meridian"] == -95.0
    assert hash(crs) == hash(Crs.from_cf(crs.to_cf()))


def test_a_mapping_without_name_or_wkt_is_refused():
    with pytest.raises(UnsupportedFormat, match="neither grid_mapping_name nor crs_wkt"):
        Crs.from_cf({"earth_radius": 6371229.0})


def test_a_mapping_that_lacks_a_parameter_names_it():
    with pytest.raises(UnsupportedFormat, match="standard_parallel"):
        Crs("lambert_conformal_conic", {"longitude_of_central_meridian": 0.0}).forward(0, 0)


@pytest.mark.parametrize(
    "text",
    [
        "EPSG:3857",
        "EPSG:3413",
        "EPSG:32633",
        "EPSG:3035",
        "EPSG:2263",  # feet
        "EPSG:27572",  # grads from Paris, and a scale factor that CF attributes lack
        "+proj=geos +h=35785831 +lon_0=-75 +sweep=x",
        "+proj=lcc +lat_1=30 +lat_2=60 +lat_0=40 +lon_0=-95 +ellps=GRS80",
    ],
)
def test_any_system_of_proj_gives_projs_coordinates(text):
    lon, lat = np.array([-75.0, -73.9, 3.0]), np.array([40.5, 40.9, 47.0])
    given = Crs.from_text(text).forward(lon, lat)
    np.testing.assert_allclose(given, Proj(text)(lon, lat), rtol=1e-9, atol=1e-3)


def test_a_known_projection_given_by_its_code_is_computed_in_closed_form():
    assert isinstance(Crs.from_text("EPSG:3413").projection, PolarStereographic)


def test_closed_form_is_not_used_where_wkt_says_feet():
    assert not isinstance(Crs.from_text("EPSG:2263").projection, LambertConformal)


def test_epsg_4326_is_geographic():
    crs = Crs.from_text("EPSG:4326")
    assert crs.is_geographic
    assert crs.to_pyproj() == CRS.from_epsg(4326)


def test_text_that_names_no_system_is_a_wrong_argument():
    with pytest.raises(UsageError, match="EPSG:999999"):
        Crs.from_text("EPSG:999999")


def test_pyproj_reads_our_lambert_as_proj_text_says_it():
    expected = Proj("+proj=lcc +lat_1=38.5 +lat_0=38.5 +lon_0=262.5 +R=6371229")(-100.0, 40.0)
    assert Proj(HRRR.to_pyproj())(-100.0, 40.0) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize(
    ("crs", "label"),
    [
        (HRRR, "Lambert conformal conic, 38.5N 262.5E, sphere 6371229 m"),
        (Crs("latitude_longitude", {}), "longitude and latitude, WGS84"),
        (
            Crs(
                "rotated_latitude_longitude",
                {
                    "earth_radius": 6367470.0,
                    "grid_north_pole_latitude": 40.0,
                    "grid_north_pole_longitude": -170.0,
                },
            ),
            "rotated longitude and latitude, pole 40N 170W, sphere 6367470 m",
        ),
    ],
)
def test_label_says_what_people_ask(crs, label):
    assert crs.label == label


def test_closed_forms_need_no_pyproj():
    code = (
        "import sys; from zyra.fields.crs import Crs; "
        f"Crs('lambert_conformal_conic', {dict(HRRR.parameters)!r}).forward(0, 0); "
        "sys.exit('pyproj' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_projection_that_proj_cannot_set_up_is_refused():
    beyond_the_pole = {"earth_radius": 6371229.0, "standard_parallel": 120.0}
    with pytest.raises(UnsupportedFormat, match="PROJ cannot use"):
        PyprojProjection(Crs("mercator", beyond_the_pole))
