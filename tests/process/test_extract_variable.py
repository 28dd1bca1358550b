"""extract-variable: what a pattern takes, in which form, and what it refuses."""

from pathlib import Path

import eccodes
import netCDF4
import numpy as np
import pytest
from http_server import HttpServer

from eccodes_oracle import DATA, message
from zyra.core.errors import (
    AmbiguousSelection,
    SelectionError,
    UnsupportedFormat,
    UsageError,
    VariableNotFound,
)
from zyra.process.commands.extract_variable import EXTRACT_VARIABLE

GFS = str(DATA / "gfs_2p5deg_f120_all_fields.grib2")
ERA5 = str(DATA / "era5_levels_members.grib1")
ERA_INTERIM = str(DATA / "eraint_uvz.nc")


def test_every_level_time_and_member_of_the_variable_is_taken(process, here):
    process("extract-variable", input=ERA5, pattern="t", output="t.nc")
    with netCDF4.Dataset("t.nc") as file:
        assert file["t"].dimensions == ("member", "time", "isobaricInhPa", "lat", "lon")
        assert file["t"].shape == (10, 4, 2, 61, 120)


def test_values_stand_at_their_level_time_and_member(process, here):
    process("extract-variable", input=ERA5, pattern="t", output="t.nc")
    with message("era5_levels_members.grib1", 77) as handle:
        assert eccodes.codes_get(handle, "shortName") == "t"
        member, level, date, hour = (
            eccodes.codes_get(handle, key) for key in ("number", "level", "dataDate", "dataTime")
        )
        wanted = eccodes.codes_get_float_array(handle, "values")
    with netCDF4.Dataset("t.nc") as file:
        times = netCDF4.num2date(file["time"][...], file["time"].units)
        labels = [f"{time:%Y%m%d%H%M}" for time in times]
        index = (
            list(file["member"][...]).index(member),
            labels.index(f"{date}{hour:04}"),
            list(file["isobaricInhPa"][...]).index(level),
        )
        assert np.array_equal(file["t"][index].ravel(), wanted)


def test_level_narrows_what_is_taken(process, here):
    process("extract-variable", input=ERA_INTERIM, pattern="u", level="500", output="u.nc")
    with netCDF4.Dataset("u.nc") as file:
        assert file["u"].dimensions == ("month", "lat", "lon")


def test_grib_output_is_the_message_unchanged(process, here):
    process("extract-variable", input=GFS, pattern="TMP:500 mb", format="grib2", output="t.grib2")
    taken = Path("t.grib2").read_bytes()
    handle = eccodes.codes_new_from_message(taken)
    assert eccodes.codes_get(handle, "shortName") == "t"
    assert eccodes.codes_get(handle, "level") == 500
    eccodes.codes_release(handle)
    assert taken in Path(GFS).read_bytes()


def test_grib_output_of_edition_1_is_refused(process, here):
    with pytest.raises(UnsupportedFormat, match="edition 1"):
        process("extract-variable", input=ERA5, pattern="t", format="grib2")
    assert list(here.iterdir()) == []


def test_grib_output_of_netcdf_is_refused(process, here):
    with pytest.raises(UnsupportedFormat, match="no GRIB messages"):
        process("extract-variable", input=ERA_INTERIM, pattern="u", format="grib2")


def test_several_variables_are_refused_with_their_list(process, here):
    with pytest.raises(AmbiguousSelection, match="3 variables") as refused:
        process("extract-variable", input=GFS, pattern="TMP")
    assert "t2m (2 metre temperature)" in refused.value.hint


@pytest.mark.parametrize("name", ["u", "eastward_wind", "U component"])
def test_a_variable_goes_by_name_standard_name_or_pattern(name, process, here):
    process("extract-variable", input=ERA_INTERIM, pattern=name, output="u.nc")
    with netCDF4.Dataset("u.nc") as file:
        assert "u" in file.variables


def test_unknown_variable_names_those_there_are(process, here):
    with pytest.raises(VariableNotFound) as refused:
        process("extract-variable", input=ERA_INTERIM, pattern="nonsense")
    assert refused.value.hint == "there is u, v, z"


def test_level_that_is_not_there_is_refused(process, here):
    with pytest.raises(SelectionError, match="level=123"):
        process("extract-variable", input=ERA_INTERIM, pattern="u", level="123")


@pytest.mark.parametrize(
    ("form", "name"),
    [
        ("netcdf", "gfs_2p5deg_f120_all_fields_prmsl.nc"),
        ("grib2", "gfs_2p5deg_f120_all_fields_prmsl.grib2"),
    ],
)
def test_result_is_named_after_input_and_variable(form, name, process, here):
    process("extract-variable", input=GFS, pattern="prmsl", format=form)
    assert [path.name for path in here.iterdir()] == [name]


def test_result_goes_to_stdout_when_asked(process, here):
    process("extract-variable", input=ERA_INTERIM, pattern="u", stdout=True)
    assert process.stdout.startswith(b"\x89HDF")
    assert list(here.iterdir()) == []


def test_stdin_is_read_and_stdout_written(process, here):
    process.stdin = Path(GFS).read_bytes()
    process("extract-variable", input="-", pattern="prmsl", format="grib2")
    assert process.stdout.startswith(b"GRIB")


@pytest.mark.parametrize(
    ("args", "match"),
    [
        ({"stdout": True, "output": "x.nc"}, "contradict"),
        ({"unsigned": True}, "--unsigned has no effect"),
        ({"backend": "pygrib"}, "--backend pygrib has no effect"),
    ],
)
def test_arguments_without_effect_are_refused(args, match, process, here):
    with pytest.raises(UsageError, match=match):
        process("extract-variable", input=ERA_INTERIM, pattern="u", **args)


@pytest.mark.parametrize("example", EXTRACT_VARIABLE.examples, ids=lambda example: example.title)
def test_example_runs_as_it_stands(example, process, here):
    for path in DATA.iterdir():
        Path(path.name).symlink_to(path)
    before = set(here.iterdir())
    process(EXTRACT_VARIABLE.name, **example.args)
    assert set(here.iterdir()) > before


@pytest.fixture
def wave_url():
    """A remote GRIB file with its index."""
    whole = DATA / "gfswave_atlocn_0p16_f001.grib2"
    with HttpServer() as server:
        url = server.put("/wave.grib2", whole.read_bytes())
        server.put("/wave.grib2.idx", Path(f"{whole}.idx").read_bytes())
        yield server, url


def test_of_a_url_with_an_index_only_the_matching_messages_travel(wave_url, process, here):
    server, url = wave_url
    process("extract-variable", input=url, pattern="HTSGW", output="swh.nc")
    with netCDF4.Dataset("swh.nc") as file:
        assert file["swh"].shape == (1, 331, 301)
    assert all("range" in asked.headers for asked in server.requests if asked.path == "/wave.grib2")


def test_name_that_the_index_does_not_know_is_found_in_the_whole_file(wave_url, process, here):
    _, url = wave_url
    process("extract-variable", input=url, pattern="swh")
    assert [path.name for path in here.iterdir()] == ["wave_swh.nc"]
