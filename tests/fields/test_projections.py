"""Closed-form projections agree with PROJ, both ways, on the sphere and the ellipsoid."""

import numpy as np
import pytest
from pyproj import Proj

from zyra.fields.crs import Crs

SPHERE = {"earth_radius": 6371229.0}
WGS84 = {"semi_major_axis": 6378137.0, "inverse_flattening": 298.257223563}
EARTHS = [(SPHERE, "+R=6371229"), (WGS84, "+ellps=WGS84")]

LAMBERT = "lambert_conformal_conic"
POLAR = "polar_stereographic"
PROJECTIONS = {
    "lambert, one parallel": (
        LAMBERT,
        {
            "standard_parallel": 38.5,
            "longitude_of_central_meridian": 262.5,
            "latitude_of_projection_origin": 38.5,
        },
        "+proj=lcc +lat_1=38.5 +lat_0=38.5 +lon_0=262.5",
    ),
    "lambert, two parallels": (
        LAMBERT,
        {
            "standard_parallel": (30.0, 60.0),
            "longitude_of_central_meridian": -95.0,
            "latitude_of_projection_origin": 40.0,
            "false_easting": 1000.0,
            "false_northing": -500.0,
        },
        "+proj=lcc +lat_1=30 +lat_2=60 +lat_0=40 +lon_0=-95 +x_0=1000 +y_0=-500",
    ),
    "lambert, south": (
        LAMBERT,
        {
            "standard_parallel": (-30.0, -60.0),
            "longitude_of_central_meridian": 25.0,
            "latitude_of_projection_origin": -35.0,
        },
        "+proj=lcc +lat_1=-30 +lat_2=-60 +lat_0=-35 +lon_0=25",
    ),
    "polar, north": (
        POLAR,
        {
            "straight_vertical_longitude_from_pole": 249.0,
            "latitude_of_projection_origin": 90.0,
            "standard_parallel": 60.0,
        },
        "+proj=stere +lat_0=90 +lat_ts=60 +lon_0=249",
    ),
    "polar, south": (
        POLAR,
        {
            "straight_vertical_longitude_from_pole": 28.0,
            "latitude_of_projection_origin": -90.0,
            "standard_parallel": -60.0,
        },
        "+proj=stere +lat_0=-90 +lat_ts=-60 +lon_0=28",
    ),
    "polar, true at the pole": (
        POLAR,
        {
            "straight_vertical_longitude_from_pole": 0.0,
            "latitude_of_projection_origin": 90.0,
            "standard_parallel": 90.0,
        },
        "+proj=stere +lat_0=90 +lat_ts=90 +lon_0=0",
    ),
    "polar, scale factor": (
        POLAR,
        {
            "straight_vertical_longitude_from_pole": -45.0,
            "latitude_of_projection_origin": 90.0,
            "scale_factor_at_projection_origin": 0.994,
            "false_easting": 2e6,
            "false_northing": 2e6,
        },
        "+proj=stere +lat_0=90 +k_0=0.994 +lon_0=-45 +x_0=2000000 +y_0=2000000",
    ),
    "mercator": (
        "mercator",
        {"standard_parallel": 20.0, "longitude_of_projection_origin": -157.0},
        "+proj=merc +lat_ts=20 +lon_0=-157",
    ),
    "mercator, scale factor": (
        "mercator",
        {"scale_factor_at_projection_origin": 0.9, "longitude_of_projection_origin": 10.0},
        "+proj=merc +k_0=0.9 +lon_0=10",
    ),
}
PLANE = [
    pytest.param(Crs(name, {**earth, **given}), f"{text} {ellipsoid}", id=f"{title} {ellipsoid}")
    for title, (name, given, text) in PROJECTIONS.items()
    for earth, ellipsoid in EARTHS
]
ROTATIONS = [(40.0, -170.0, 0.0), (39.25, 198.0, 0.0), (-30.0, 15.0, 0.0), (39.25, -162.0, 20.0)]


@pytest.fixture(scope="module")
def points() -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(20261122)
    return random.uniform(-180, 180, (20, 50)), random.uniform(-85, 85, (20, 50))


@pytest.mark.parametrize(("crs", "text"), PLANE)
def test_forward_agrees_with_proj_to_a_tenth_of_a_millimetre(crs, text, points):
    np.testing.assert_allclose(crs.forward(*points), Proj(text)(*points), rtol=0, atol=1e-4)


@pytest.mark.parametrize(("crs", "text"), PLANE)
def test_inverse_undoes_what_proj_does_forward(crs, text, points):
    lon, lat = crs.inverse(*Proj(text)(*points))
    np.testing.assert_allclose(lon, points[0], atol=1e-9)
    np.testing.assert_allclose(lat, points[1], atol=1e-9)


def rotated(pole_latitude, pole_longitude, grid_longitude):
    return Crs(
        "rotated_latitude_longitude",
        {
            **SPHERE,
            "grid_north_pole_latitude": pole_latitude,
            "grid_north_pole_longitude": pole_longitude,
            "north_pole_grid_longitude": grid_longitude,
        },
    )


@pytest.mark.parametrize("rotation", ROTATIONS)
def test_rotated_pole_agrees_with_proj(rotation, points):
    # CF's rotated pole in PROJ's words, from PROJ's own import of CF grid mappings.
    latitude, longitude, turn = rotation
    proj = Proj(
        f"+proj=ob_tran +o_proj=longlat +o_lat_p={latitude} +o_lon_p={turn} "
        f"+lon_0={longitude + 180} +R=6371229"
    )
    given, expected = rotated(*rotation).forward(*points), np.degrees(proj(*points))
    np.testing.assert_allclose(given, expected, atol=1e-9)


@pytest.mark.parametrize("rotation", ROTATIONS)
def test_rotated_pole_inverse_undoes_forward(rotation, points):
    crs = rotated(*rotation)
    np.testing.assert_allclose(crs.inverse(*crs.forward(*points)), points, atol=1e-9)


def test_the_meridian_of_the_tip_stays_where_longitudes_wrap():
    crs = Crs(LAMBERT, {**SPHERE, **PROJECTIONS["lambert, one parallel"][1]})
    np.testing.assert_allclose(crs.forward(262.5, 45.0), crs.forward(-97.5, 45.0))


def test_snyders_worked_example_of_the_lambert_projection():
    # USGS Professional Paper 1395, page 296: Clarke 1866, parallels 33 and 45, origin 23N 96W.
    crs = Crs(
        LAMBERT,
        {
            "semi_major_axis": 6378206.4,
            "inverse_flattening": 294.978698214,
            "standard_parallel": (33.0, 45.0),
            "latitude_of_projection_origin": 23.0,
            "longitude_of_central_meridian": -96.0,
        },
    )
    x, y = crs.forward(-75.0, 35.0)
    assert (float(x), float(y)) == pytest.approx((1894410.9, 1564649.5), abs=0.1)
