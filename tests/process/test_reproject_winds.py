"""reproject turns winds along the axes of their grid; angles are those of PROJ."""

import eccodes
import netCDF4
import numpy as np
import pyproj
import pytest

from eccodes_oracle import DATA, every_message

NAM = "nam_awp211.grib2"
# In the wide east of the cone, where its axes are turned by some ten degrees.
BOUNDS = ["-75", "35", "-65", "45"]
# Source: the file's own section 3, as `grib_dump` shows it.
CONE = pyproj.Proj("+proj=lcc +lat_0=25 +lat_1=25 +lat_2=25 +lon_0=-95 +R=6371229")


def reprojected(process, path, name, **args):
    process(
        "reproject",
        input=str(DATA / NAM),
        output=str(path),
        t_srs="EPSG:4326",
        dst_bounds=BOUNDS,
        width=20,
        resampling="nearest",
        var=name,
        level="500 hPa",
        **args,
    )
    with netCDF4.Dataset(path) as file:
        (found,) = (each for each in file.variables.values() if each.ndim >= 3)
        return found.standard_name, found[...].squeeze(), file["lon"][:], file["lat"][:]


def grib_values(name):
    """Places in metres on the cone, and values at 500 hPa, as ecCodes gives them."""

    def look(handle):
        if [eccodes.codes_get(handle, key) for key in ("shortName", "level")] != [name, 500]:
            return None
        keys = ("longitudes", "latitudes", "values")
        return [eccodes.codes_get_array(handle, key) for key in keys]

    (found,) = (each for each in every_message(NAM, look) if each is not None)
    lon, lat, values = found
    return CONE(lon, lat), values


@pytest.mark.parametrize(
    ("name", "standard_name"), [("u", "eastward_wind"), ("v", "northward_wind")]
)
def test_winds_of_a_cone_go_east_and_north_on_another_grid(process, tmp_path, name, standard_name):
    told, values, longitude, latitude = reprojected(process, tmp_path / "o.nc", name)
    lon, lat = np.meshgrid(longitude, latitude)
    (x, y), u = grib_values("u")
    _, v = grib_values("v")
    wanted_x, wanted_y = CONE(lon, lat)
    away = np.hypot(wanted_x[..., None] - x, wanted_y[..., None] - y)
    nearest = away.argmin(axis=-1)
    at = CONE(x[nearest], y[nearest], inverse=True)
    turn = np.exp(-1j * np.radians(CONE.get_factors(*at).meridian_convergence))
    turned = (u[nearest] + 1j * v[nearest]) * turn
    assert told == standard_name
    assert np.abs(np.angle(turn, deg=True)).max() > 8
    # Between two points of the cone the nearest in kilometres need not be so in rows and columns.
    close = np.abs(values - (turned.real if name == "u" else turned.imag)) < 1e-3
    assert close.mean() > 0.97


def test_a_temperature_of_the_same_file_is_not_turned(process, tmp_path):
    told, values, _, _ = reprojected(process, tmp_path / "o.nc", "t")
    assert told == "air_temperature"
    away = np.abs(values.compressed()[:, None] - grib_values("t")[1]).min(axis=1)
    assert away.max() < 1e-3
