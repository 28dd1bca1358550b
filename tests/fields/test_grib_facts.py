"""Levels, times, members and inventory lines of real files."""

from datetime import UTC, datetime

import eccodes
import pytest

from eccodes_oracle import DATA
from zyra.fields.field import Level
from zyra.fields.grib import read_inventory
from zyra.fields.grib_idx import parse_index

GFS = "gfs_2p5deg_f120_all_fields.grib2"


@pytest.fixture(scope="module")
def gfs():
    return {found.line.split(":", 3)[3]: found for found in read_inventory(DATA / GFS)}


def first(name):
    return read_inventory(DATA / name)[0]


def test_lines_are_those_of_the_index_that_noaa_published():
    name = "gfswave_atlocn_0p16_f001.grib2"
    published = (DATA / f"{name}.idx").read_text().splitlines()
    assert [found.line for found in read_inventory(DATA / name)] == published


@pytest.mark.parametrize(
    ("line", "level", "text"),
    [
        ("TMP:500 mb:120 hour fcst:", Level("isobaricInhPa", 500.0, "hPa"), "500 hPa"),
        ("PRES:surface:120 hour fcst:", Level("surface"), "surface"),
        (
            "TMP:0-0.1 m below ground:120 hour fcst:",
            Level("depthBelowLandLayer", 0.0, "m", 0.1),
            "0-0.1 m below ground",
        ),
        (
            "TMP:2 m above ground:120 hour fcst:",
            Level("heightAboveGround", 2.0, "m"),
            "2 m above ground",
        ),
        (
            "TMP:30-0 mb above ground:120 hour fcst:",
            Level("pressureFromGroundLayer", 30.0, "hPa", 0.0),
            "30-0 hPa above ground",
        ),
        ("TMP:0.995 sigma level:120 hour fcst:", Level("sigma", 0.995), "0.995 sigma"),
    ],
)
def test_levels_have_value_unit_and_words(gfs, line, level, text):
    assert gfs[line].level == level
    assert str(gfs[line].level) == text


def test_negative_scaled_values_have_their_sign_in_the_highest_bit():
    # The southern PV surface of GFS: -2e-6; ecCodes gives the level as 2147485648.
    level = first("gfs_0p25_tmp_pv_missing.grib2").level
    assert (level.value, level.units) == (-2e-6, "K m2 kg-1 s-1")


def test_sums_over_an_interval_say_how_long_and_how(gfs):
    rain = gfs["APCP:surface:114-120 hour acc fcst:"]
    assert (rain.statistic, rain.period_hours, rain.forecast_hour) == ("sum", 6.0, 120.0)
    assert rain.valid_time == datetime(2011, 1, 15, 12, tzinfo=UTC)


def test_seconds_of_the_reference_time_are_kept():
    assert first("mrms_merged_reflectivity.grib2").valid_time.second == 40


def test_quarter_hours_are_fractions(tmp_path):
    handle = eccodes.codes_grib_new_from_samples("regular_ll_sfc_grib2")
    eccodes.codes_set(handle, "indicatorOfUnitOfTimeRange", 0)
    eccodes.codes_set(handle, "forecastTime", 75)
    path = tmp_path / "nowcast.grib2"
    path.write_bytes(eccodes.codes_get_message(handle))
    eccodes.codes_release(handle)
    (found,) = read_inventory(path)
    assert found.forecast_hour == 1.25
    assert found.line.endswith(":75 min fcst:")


def test_members_are_numbered_where_there_are_several():
    members = {found.member for found in read_inventory(DATA / "era5_levels_members.grib1")}
    assert members == set(range(10))


def test_a_single_forecast_has_no_member():
    assert first("reduced_gg.grib1").member is None


def test_a_local_parameter_has_the_name_of_its_centres_table():
    mosaic = first("mrms_merged_reflectivity.grib2")
    assert mosaic.variable == "MergedReflectivityQCComposite"
    assert mosaic.units == "dBZ"
    assert mosaic.long_name == "Composite Reflectivity Mosaic (optimal method)"


def test_a_parameter_in_no_table_is_named_by_its_numbers(tmp_path):
    handle = eccodes.codes_grib_new_from_samples("regular_ll_sfc_grib2")
    for key, value in (("discipline", 0), ("parameterCategory", 19), ("parameterNumber", 250)):
        eccodes.codes_set(handle, key, value)
    path = tmp_path / "local.grib2"
    path.write_bytes(eccodes.codes_get_message(handle))
    eccodes.codes_release(handle)
    (found,) = read_inventory(path)
    assert found.variable == "d0c19p250"
    assert "category 19, parameter 250" in found.long_name


def test_our_lines_can_be_read_as_an_index():
    inventory = read_inventory(DATA / GFS)
    entries = parse_index("\n".join(found.line for found in inventory), GFS)
    assert [entry.number for entry in entries] == [found.number for found in inventory]
