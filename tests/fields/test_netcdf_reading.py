"""NetCDF of other makers is understood by CF attributes, and by names at last."""

from datetime import UTC, datetime

import netCDF4
import numpy as np
import pytest

from zyra.core.errors import DataError
from zyra.fields.formats import open_dataset
from zyra.fields.netcdf import NetcdfDataset


@pytest.fixture
def made(tmp_path):
    """Makes a file of variables given as name: (dimensions, values, attributes), and opens it."""
    opened = []

    def make(**variables):
        path = tmp_path / "made.nc"
        with netCDF4.Dataset(path, "w") as file:
            for name, (dimensions, given, attributes) in variables.items():
                values = np.asarray(given)
                for dimension, length in zip(dimensions, values.shape, strict=True):
                    if dimension not in file.dimensions:
                        file.createDimension(dimension, length)
                variable = file.createVariable(name, values.dtype, dimensions)
                variable.set_auto_maskandscale(False)
                variable.setncatts(attributes)
                variable[...] = values
        opened.append(NetcdfDataset(path))
        return opened[-1]

    yield make
    for dataset in opened:
        dataset.close()


LAT = (("lat",), [10.0, 9.0], {"units": "degrees_north"})
LON = (("lon",), [0.0, 1.0, 2.0], {"units": "degrees_east"})
PLANE = np.arange(6.0, dtype="f4").reshape(2, 3)


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ({"units": "degrees_north"}, {"units": "degreesE"}),
        ({"standard_name": "latitude"}, {"standard_name": "longitude"}),
        ({"units": "degree_N"}, {"units": "degree_east"}),
    ],
)
def test_latitude_and_longitude_are_known_by_their_attributes(row, column, made):
    dataset = made(
        north=(("north",), [10.0, 9.0], row),
        east=(("east",), [0.0, 1.0, 2.0], column),
        t=(("north", "east"), PLANE, {}),
    )
    grid = dataset.infos[0].grid
    assert grid.crs.is_geographic
    assert (grid.y.tolist(), grid.x.tolist()) == ([10.0, 9.0], [0.0, 1.0, 2.0])


def test_latitude_and_longitude_are_known_by_name_at_last(made):
    dataset = made(
        lat=(("lat",), [10.0, 9.0], {"axis": "Y"}),
        lon=(("lon",), [0.0, 1.0, 2.0], {"axis": "X"}),
        t=(("lat", "lon"), PLANE, {}),
    )
    assert dataset.infos[0].grid.crs.is_geographic


def test_columns_before_rows_are_turned(made):
    dataset = made(lat=LAT, lon=LON, t=(("lon", "lat"), PLANE.T, {}))
    assert np.array_equal(dataset.read(dataset.infos[0]).values, PLANE)


def test_longitudes_that_jump_back_are_unwrapped(made):
    dataset = made(
        lat=LAT,
        lon=(("lon",), [179.0, 180.0, -179.0], {"units": "degrees_east"}),
        t=(("lat", "lon"), PLANE, {}),
    )
    assert dataset.infos[0].grid.x.tolist() == [179.0, 180.0, 181.0]


@pytest.mark.parametrize(
    ("units", "calendar", "number", "wanted"),
    [
        ("hours since 1900-01-01", "gregorian", 24.5, datetime(1900, 1, 2, 0, 30, tzinfo=UTC)),
        ("days since 2000-01-01", "proleptic_gregorian", 1.5, datetime(2000, 1, 2, 12, tzinfo=UTC)),
        ("seconds since 1970-01-01", "standard", 86400.0, datetime(1970, 1, 2, tzinfo=UTC)),
        ("days since 2001-02-28", "noleap", 1.0, datetime(2001, 3, 1, tzinfo=UTC)),
        ("days since 2001-01-01", "360_day", 30.0, datetime(2001, 2, 1, tzinfo=UTC)),
    ],
)  # fmt: skip
def test_times_are_decoded_in_their_calendar(units, calendar, number, wanted, made):
    dataset = made(
        lat=LAT,
        lon=LON,
        time=(("time",), [number], {"units": units, "calendar": calendar}),
        t=(("time", "lat", "lon"), PLANE[np.newaxis], {}),
    )
    assert dataset.infos[0].valid_time == wanted


def test_date_that_gregory_does_not_know_is_refused(made):
    with pytest.raises(DataError, match="360_day"):
        made(
            lat=LAT,
            lon=LON,
            time=(("time",), [59.0], {"units": "days since 2001-01-01", "calendar": "360_day"}),
            t=(("time", "lat", "lon"), PLANE[np.newaxis], {}),
        )


def test_valid_time_follows_from_run_and_step(made):
    since = {"units": "hours since 2026-01-01", "standard_name": "forecast_reference_time"}
    dataset = made(
        lat=LAT,
        lon=LON,
        time=((), 12.0, since),
        step=(("step",), [0.0, 6.0], {"units": "hours", "standard_name": "forecast_period"}),
        t=(("step", "lat", "lon"), np.stack([PLANE, PLANE]), {"coordinates": "time step"}),
    )
    assert [info.valid_time.hour for info in dataset.infos] == [12, 18]
    assert dataset.infos[1].forecast_hour == 6.0


def test_every_time_level_and_member_is_a_field(made):
    cube = np.stack([[PLANE, PLANE + 1], [PLANE + 2, PLANE + 3]])
    dataset = made(
        lat=LAT,
        lon=LON,
        number=(("number",), [0, 1], {}),
        plev=(("plev",), [50000.0, 85000.0], {"units": "Pa"}),
        t=(("number", "plev", "lat", "lon"), cube, {}),
    )
    found = [
        (info.member, info.level.value, dataset.read(info).values[0, 0]) for info in dataset.infos
    ]
    assert found == [(0, 50000.0, 0.0), (0, 85000.0, 1.0), (1, 50000.0, 2.0), (1, 85000.0, 3.0)]


def test_projection_is_taken_from_the_grid_mapping_in_metres(made):
    dataset = made(
        proj=((), 0, {"grid_mapping_name": "mercator", "standard_parallel": 20.0,
                      "longitude_of_projection_origin": 0.0}),
        y=(("y",), [1.0, 0.0], {"units": "km", "standard_name": "projection_y_coordinate"}),
        x=(("x",), [0.0, 1.0, 2.0], {"units": "km", "standard_name": "projection_x_coordinate"}),
        t=(("y", "x"), PLANE, {"grid_mapping": "proj"}),
    )  # fmt: skip
    grid = dataset.infos[0].grid
    assert grid.crs.name == "mercator"
    assert grid.x.tolist() == [0.0, 1000.0, 2000.0]


def test_scanning_angles_are_taken_to_the_plane_of_the_satellite(made):
    attributes = {"units": "rad", "scale_factor": 0.001, "add_offset": 0.0}
    dataset = made(
        sat=((), 0, {"grid_mapping_name": "geostationary", "perspective_point_height": 35786023.0,
                     "longitude_of_projection_origin": -75.0, "sweep_angle_axis": "x"}),
        y=(("y",), np.array([2, 1], "i2"), {**attributes, "axis": "Y"}),
        x=(("x",), np.array([0, 1, 2], "i2"), {**attributes, "axis": "X"}),
        t=(("y", "x"), PLANE, {"grid_mapping": "sat"}),
    )  # fmt: skip
    assert dataset.infos[0].grid.x == pytest.approx([0.0, 35786.023, 71572.046])


def test_curvilinear_grids_are_left_out_with_the_reason(made):
    two = {"units": "degrees_north"}, {"units": "degrees_east"}
    dataset = made(
        XLAT=(("j", "i"), PLANE, two[0]),
        XLONG=(("j", "i"), PLANE, two[1]),
        t=(("j", "i"), PLANE, {"coordinates": "XLONG XLAT"}),
    )
    assert list(dataset.infos) == []
    assert "curvilinear" in dataset.left_out["t"]


def test_bounds_and_coordinates_are_no_fields(made):
    dataset = made(
        lat=(("lat",), [10.0, 9.0], {"units": "degrees_north", "bounds": "lat_bnds"}),
        lat_bnds=(("lat", "two"), [[10.5, 9.5], [9.5, 8.5]], {}),
        lon=LON,
        t=(("lat", "lon"), PLANE, {}),
    )
    assert [info.variable for info in dataset.infos] == ["t"]


def test_rows_that_turn_back_are_refused(made):
    with pytest.raises(DataError, match="strictly one way"):
        made(
            lat=(("lat",), [10.0, 10.0], {"units": "degrees_north"}),
            lon=LON,
            t=(("lat", "lon"), PLANE, {}),
        )


def test_file_cut_off_is_refused(tmp_path):
    source = tmp_path / "whole.nc"
    with netCDF4.Dataset(source, "w") as file:
        file.createDimension("x", 1000)
        file.createVariable("v", "f4", ("x",))[:] = 1.0
    cut = tmp_path / "cut.nc"
    cut.write_bytes(source.read_bytes()[:3000])
    with pytest.raises(DataError, match=r"cut\.nc"), open_dataset(cut):
        pass


def test_values_equal_those_of_netcdf4(data):
    with (
        open_dataset(data / "eraint_uvz.nc") as dataset,
        netCDF4.Dataset(data / "eraint_uvz.nc") as file,
    ):
        file.set_auto_mask(False)
        for info in dataset.infos:
            wanted = file[info.name][info.index["month"], info.index["level"]].astype("f4")
            assert np.array_equal(dataset.read(info).values, wanted)


@pytest.mark.parametrize("magic", [b"CDF\x05", b"\x89HDF\r\n\x1a\n"])
def test_what_is_no_netcdf_is_told_without_its_folder(tmp_path, magic):
    path = tmp_path / "a.nc"
    path.write_bytes(magic + b"\xff" * 100)
    with pytest.raises(DataError) as refused:
        NetcdfDataset(path)
    assert refused.value.message.startswith("a.nc is ")
    assert str(tmp_path) not in refused.value.message


def test_two_dimensions_of_one_name_are_told_as_damage(tmp_path):
    path = tmp_path / "twice.nc"
    with netCDF4.Dataset(path, "w", format="NETCDF3_64BIT_OFFSET") as file:
        file.createDimension("x", 3)
        file.createDimension("y", 2)
        file.createVariable("t", "f4", ("y", "x"))
    length = b"\0\0\0\1"  # of the names
    path.write_bytes(path.read_bytes().replace(length + b"x\0\0\0", length + b"y\0\0\0"))
    with pytest.raises(DataError, match=r"twice\.nc is not readable as NetCDF: it is damaged"):
        NetcdfDataset(path)
