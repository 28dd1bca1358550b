"""Fields become one CF file: how they are stacked, named and described."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import netCDF4
import numpy as np
import pytest

from zyra.fields.crs import Crs
from zyra.fields.field import Field, Level
from zyra.fields.grid import Grid
from zyra.fields.netcdf import NetcdfDataset
from zyra.fields.netcdf_write import write_fields

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATLON = Crs("latitude_longitude", {"earth_radius": 6371229.0})
GRID = Grid(LATLON, x=np.array([0.0, 1.0, 2.0]), y=np.array([10.0, 9.0]))
LAMBERT = Crs(
    "lambert_conformal_conic",
    {
        "standard_parallel": 38.5,
        "longitude_of_central_meridian": 262.5,
        "latitude_of_projection_origin": 38.5,
        "earth_radius": 6371229.0,
    },
)


def field(value=1.0, hours=0.0, *, run=START, grid=GRID, **described):
    values = np.full(grid.shape, value, np.float32)
    known = {"variable": "t", "units": "K", **described}
    return Field(
        values=values,
        grid=grid,
        reference_time=run,
        valid_time=run + timedelta(hours=hours),
        forecast_hour=hours,
        **known,
    )


def hpa(value):
    return Level("isobaricInhPa", value, "hPa")


@pytest.fixture
def written(tmp_path):
    """Writes fields and gives the open file."""
    opened = []

    def write(*fields):
        path = tmp_path / f"{len(opened)}.nc"
        write_fields(path, fields)
        file = netCDF4.Dataset(path)
        file.set_auto_mask(False)
        opened.append(file)
        return file

    yield write
    for file in opened:
        file.close()


def test_times_and_levels_become_dimensions(written):
    file = written(
        *(field(hours + level, hours, level=hpa(level)) for hours in (6, 0) for level in (850, 500))
    )
    assert file["t"].dimensions == ("time", "isobaricInhPa", "lat", "lon")
    assert file["isobaricInhPa"][:].tolist() == [850.0, 500.0]
    assert file["forecast_period"][:].tolist() == [0.0, 6.0]
    assert file["t"][:, :, 0, 0].tolist() == [[850.0, 500.0], [856.0, 506.0]]


def test_place_without_a_field_is_missing(written):
    file = written(
        field(1, 0, level=hpa(850)), field(2, 0, level=hpa(500)), field(3, 6, level=hpa(850))
    )
    values = file["t"][:, :, 0, 0]
    assert values[0].tolist() == [1.0, 2.0]
    assert values[1, 0] == 3.0
    assert np.isnan(file["t"][1, 1]).all()


def test_single_level_is_a_scalar_coordinate(written):
    file = written(field(level=Level("heightAboveGround", 2.0, "m")))
    assert file["t"].dimensions == ("time", "lat", "lon")
    assert file["heightAboveGround"].dimensions == ()
    assert "heightAboveGround" in file["t"].coordinates.split()


def test_single_level_that_not_all_variables_have_is_a_dimension(written):
    file = written(
        field(level=Level("heightAboveGround", 2.0, "m")), field(variable="q", level=hpa(500))
    )
    assert file["t"].dimensions == ("time", "heightAboveGround", "lat", "lon")
    assert file["q"].dimensions == ("time", "isobaricInhPa", "lat", "lon")


def test_runs_of_different_variables_stay_apart(written):
    file = written(field(), field(variable="q", run=START + timedelta(hours=6)))
    assert file["forecast_reference_time"].dimensions == ("time",)
    assert file["forecast_reference_time_2"].dimensions == ("time_2",)


def test_runs_that_forecast_the_same_times_get_dimensions_of_their_own(written):
    later = START + timedelta(hours=6)
    file = written(field(1, 6), field(2, 12), field(3, 0, run=later), field(4, 6, run=later))
    assert file["t"].dimensions == ("forecast_reference_time", "forecast_period", "lat", "lon")
    assert file["t"].shape == (2, 3, 2, 3)
    times = netCDF4.num2date(file["time"][...], file["time"].units)
    assert str(times[1, 1]) == "2026-03-02 00:00:00"
    assert np.isnan(file["t"][0, 0]).all()


def test_variable_at_two_kinds_of_level_is_told_apart_by_suffix(written):
    file = written(field(level=hpa(500)), field(level=Level("surface")), field(variable="q"))
    names = [name for name in file.variables if "grid_mapping" in file[name].ncattrs()]
    assert names == ["t_isobaricInhPa", "t_surface", "q"]


def test_intervals_have_bounds_and_cell_methods(written):
    total = field(5, 6, variable="tp", period_hours=6.0, statistic="sum")
    file = written(total)
    seconds = file[file["time"].bounds][0]
    assert file["tp"].cell_methods == "time: sum"
    assert (seconds[1] - seconds[0]) / 3600 == 6.0
    assert seconds[1] == file["time"][0]


def test_sums_over_different_intervals_at_one_time_do_not_overwrite_each_other(written):
    sums = [
        field(hours, 12, variable="tp", period_hours=hours, statistic="sum") for hours in (6, 12)
    ]
    file = written(*sums)
    assert float(file["tp_6h"][0, 0, 0]) == 6.0
    assert float(file["tp_12h"][0, 0, 0]) == 12.0


def test_sums_over_different_intervals_at_two_levels_keep_their_own_bounds(written):
    sums = [
        field(hours, 12, level=hpa(level), period_hours=hours, statistic="sum")
        for hours, level in ((6.0, 850), (12.0, 500))
    ]
    file = written(*sums)
    for name, hours in (("t_6h", 6.0), ("t_12h", 12.0)):
        start, end = file[file[file[name].dimensions[0]].bounds][0]
        assert (end - start) / 3600 == hours


def test_layers_with_one_middle_become_two_variables(written):
    layers = [Level("pressureFromGroundLayer", 180.0, "hPa", 0.0),
              Level("pressureFromGroundLayer", 120.0, "hPa", 60.0)]  # fmt: skip
    file = written(*(field(layer.value, level=layer) for layer in layers))
    assert [float(file[name][...].mean()) for name in ("t", "t_2")] == [180.0, 120.0]


def test_fields_that_nothing_tells_apart_are_both_kept(written):
    file = written(field(1), field(2))
    assert [float(file[name][0, 0, 0]) for name in ("t", "t_2")] == [1.0, 2.0]


def test_layers_have_bounds(written):
    layers = [Level("depthBelowLandLayer", top, "m", end) for top, end in ((0.0, 0.1), (0.1, 0.4))]
    file = written(*(field(level=layer) for layer in layers))
    depth = file["depthBelowLandLayer"]
    assert depth[:].tolist() == pytest.approx([0.05, 0.25])
    assert file[depth.bounds][:].tolist() == [[0.0, 0.1], [0.1, 0.4]]
    assert depth.positive == "down"


def test_different_grids_get_their_own_coordinates(written):
    wide = Grid(LATLON, x=np.arange(5.0), y=np.arange(4.0))
    file = written(field(), field(variable="q", grid=wide))
    assert file["t"].dimensions == ("time", "lat", "lon")
    assert file["q"].dimensions == ("time", "lat_2", "lon_2")


def test_equal_grids_share_their_coordinates(written):
    same = Grid(LATLON, x=GRID.x.copy(), y=GRID.y.copy())
    file = written(field(), field(variable="q", grid=same))
    assert file["q"].dimensions == file["t"].dimensions


@pytest.mark.parametrize(
    ("crs", "rows", "columns", "standard_name"),
    [
        (LATLON, "lat", "lon", "latitude"),
        (LAMBERT, "y", "x", "projection_y_coordinate"),
        (
            Crs(
                "rotated_latitude_longitude",
                {"grid_north_pole_latitude": 39.25, "grid_north_pole_longitude": -162.0},
            ),
            "rlat",
            "rlon",
            "grid_latitude",
        ),
    ],
)
def test_coordinates_are_named_by_the_coordinate_system(crs, rows, columns, standard_name, written):
    file = written(field(grid=Grid(crs, x=np.array([0.0, 1.0]), y=np.array([1.0, 0.0]))))
    assert file["t"].dimensions[-2:] == (rows, columns)
    assert file[rows].standard_name == standard_name
    assert file[rows].axis == "Y"
    assert file[file["t"].grid_mapping].grid_mapping_name == crs.name
    assert file["lat"].units == "degrees_north"
    assert file["lat"].ndim == (1 if crs is LATLON else 2)


def test_attributes_say_what_the_variable_is(written):
    described = {"long_name": "Temperature", "standard_name": "air_temperature"}
    file = written(field(short_name="2t", **described))
    assert file.Conventions == "CF-1.11"
    assert "history" not in file.ncattrs()
    variable = file["t"]
    assert variable.dtype == np.float32
    assert (variable.units, variable.short_name) == ("K", "2t")
    assert (variable.long_name, variable.standard_name) == tuple(described.values())
    assert np.isnan(variable.getncattr("_FillValue"))
    assert file["time"].standard_name == "time"
    assert file["forecast_reference_time"].standard_name == "forecast_reference_time"
    assert file["forecast_period"].units == "hours"


@pytest.mark.parametrize(
    ("units", "wanted"),
    [
        ("K", "K"),
        ("kg m**-2 s**-1", "kg m**-2 s**-1"),
        ("(0 - 1)", "1"),
        ("Proportion", "1"),
        ("(Code table 4.222)", None),
        ("", None),
    ],
)
def test_units_are_those_that_udunits_reads(units, wanted, written):
    variable = written(field(units=units))["t"]
    assert getattr(variable, "units", None) == wanted


@pytest.mark.parametrize(
    "original",
    [
        field(3, 6, level=hpa(500), member=2, long_name="Temperature"),
        field(3, 6, level=Level("depthBelowLandLayer", 0.1, "m", 0.4)),
        field(3, 6, level=Level("surface"), period_hours=6.0, statistic="mean"),
        field(3, 6, dimensions={"wavelength": 550.0}),
        replace(field(3), reference_time=None, forecast_hour=None),
        replace(field(3), reference_time=None, forecast_hour=None, valid_time=None),
    ],
)
def test_what_is_written_is_read_back(original, tmp_path):
    write_fields(tmp_path / "one.nc", [original])
    dataset = NetcdfDataset(tmp_path / "one.nc")
    found = dataset.read(dataset.infos[0])
    dataset.close()
    for name in (
        "variable", "long_name", "units", "level", "reference_time", "valid_time",
        "forecast_hour", "period_hours", "statistic", "member", "dimensions", "grid",
    ):  # fmt: skip
        assert getattr(found, name) == getattr(original, name), name
    assert np.array_equal(found.values, original.values)


def test_variable_called_like_a_coordinate_gets_a_number(written):
    file = written(field(variable="time"))
    assert float(file["time_2"][0, 0, 0]) == 1.0
