"""Winds along a grid turn by the convergence of its meridians, as PROJ has it."""

from pathlib import Path

import eccodes
import numpy as np
import pyproj
import pytest

from zyra.fields.crs import Crs
from zyra.fields.formats import open_dataset, select_field
from zyra.fields.selection import Selection
from zyra.fields.vector_turning import along_east_north, axis_headings

LON = np.array([-130.0, -95.0, -70.0, -60.0])
LAT = np.array([20.0, 35.0, 50.0, 62.0])
SYSTEMS = {
    "NAM's cone": "+proj=lcc +lat_0=25 +lat_1=25 +lat_2=25 +lon_0=-95 +R=6371200",
    "a cone on WGS84": "+proj=lcc +lat_0=40 +lat_1=30 +lat_2=60 +lon_0=-100 +ellps=WGS84",
    "around the pole": "+proj=stere +lat_0=90 +lat_ts=60 +lon_0=-80 +R=6371229",
    "Mercator": "+proj=merc +R=6371229",
}


@pytest.mark.parametrize("text", SYSTEMS.values(), ids=SYSTEMS)
def test_axes_turn_by_the_convergence_that_proj_has(text):
    crs = Crs.from_text(text)
    along_x, along_y = axis_headings(crs, LON, LAT)
    convergence = np.radians(pyproj.Proj(text).get_factors(LON, LAT).meridian_convergence)
    # Convergence is counted clockwise, from the grid's north to the true one.
    np.testing.assert_allclose(along_x, np.exp(-1j * convergence), atol=2e-6)
    np.testing.assert_allclose(along_y, 1j * np.exp(-1j * convergence), atol=2e-6)


def test_winds_on_a_cone_turn_as_the_national_centers_say():
    # NOAA's Rapid Refresh pages: the angle is the cone's constant times the degrees from its
    # meridian; u = cos u' + sin v', v = -sin u' + cos v'.
    crs = Crs.from_text(SYSTEMS["NAM's cone"])
    angle = np.sin(np.radians(25.0)) * np.radians(LON + 95.0)
    u, v = along_east_north(np.full(4, 7.0), np.full(4, 2.0), axis_headings(crs, LON, LAT))
    np.testing.assert_allclose(u, np.cos(angle) * 7 + np.sin(angle) * 2, rtol=1e-6)
    np.testing.assert_allclose(v, -np.sin(angle) * 7 + np.cos(angle) * 2, rtol=1e-6)


def test_axes_of_a_rotated_pole_are_those_of_proj(data):
    with open_dataset(data / "rotated_ll.grib1") as dataset:
        crs = dataset.grid(dataset.infos[0]).crs
    proj = pyproj.Proj(crs.to_pyproj())
    lon, lat = crs.inverse(np.array([-10.0, 0.0, 15.0]), np.array([-20.0, 5.0, 10.0]))
    along_x, _ = axis_headings(crs, lon, lat)
    # PROJ tells how rotated coordinates change with true ones: the other way round.
    step = 1e-4
    rotated = [
        np.array(proj(*place)) for place in ((lon, lat), (lon + step, lat), (lon, lat + step))
    ]
    east, north = rotated[1] - rotated[0], rotated[2] - rotated[0]
    squeeze = np.cos(np.radians(rotated[0][1]))
    heading = east[0] * squeeze / np.cos(np.radians(lat)) + 1j * north[0] * squeeze
    np.testing.assert_allclose(along_x, heading / np.abs(heading), atol=1e-4)


def test_turning_keeps_the_speed():
    crs = Crs.from_text(SYSTEMS["NAM's cone"])
    u, v = along_east_north(np.full(4, 3.0), np.full(4, -4.0), axis_headings(crs, LON, LAT))
    np.testing.assert_allclose(np.hypot(u, v), 5.0, rtol=1e-9)


def test_on_longitude_and_latitude_nothing_turns():
    along_x, along_y = axis_headings(Crs("latitude_longitude", {}), LON, LAT)
    np.testing.assert_allclose(along_x, 1.0, atol=1e-9)
    np.testing.assert_allclose(along_y, 1j, atol=1e-9)


@pytest.mark.parametrize(
    ("name", "selection", "standard_name"),
    [
        ("nam_awp211.grib2", Selection(variable="u", level="500 hPa"), "x_wind"),
        ("nam_awp211.grib2", Selection(variable="v", level="500 hPa"), "y_wind"),
        (
            "gfs_2p5deg_f120_all_fields.grib2",
            Selection(variable="u", level="500 hPa"),
            "eastward_wind",
        ),
    ],
)
def test_a_grib_field_says_what_its_parts_are_along(data, name, selection, standard_name):
    with open_dataset(data / name) as dataset:
        info = select_field(dataset, selection)
    assert info.standard_name == standard_name
    assert info.attributes["uvRelativeToGrid"] == (_flag(data / name) == 1)


def _flag(path: Path) -> int:
    with path.open("rb") as stream:
        handle = eccodes.codes_grib_new_from_file(stream)
        try:
            return int(eccodes.codes_get(handle, "uvRelativeToGrid"))
        finally:
            eccodes.codes_release(handle)
