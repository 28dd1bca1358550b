from datetime import UTC, datetime

import pytest

from zyra.core.errors import UsageError
from zyra.core.name_dates import date_finder, date_locator


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("gfs.20240801.t00z.grib2", (2024, 8, 1)),
        ("MRMS_MergedReflectivity_00.50_20240801-123456.grib2.gz", (2024, 8, 1, 12, 34, 56)),
        ("hrrr_2024080106_f01.grib2", (2024, 8, 1, 6)),
        ("image_202408010630.png", (2024, 8, 1, 6, 30)),
        ("era5_2024-08-01.nc", (2024, 8, 1)),
        ("air.2024.08.01.nc", (2024, 8, 1)),
        ("20240801T0600Z.nc", (2024, 8, 1, 6)),
        ("run_99999999_20240801.nc", (2024, 8, 1)),
    ],
)
def test_the_usual_forms_are_found(name, found):
    assert date_finder(None)(name) == datetime(*found, tzinfo=UTC)


@pytest.mark.parametrize("name", ["air.2m.nc", "v1.2.3", "12345678901234567", "20241301.nc", ""])
def test_a_name_without_a_date_has_none(name):
    assert date_finder(None)(name) is None


@pytest.mark.parametrize(
    ("date_format", "name", "found"),
    [
        ("%Y%m%d", "x_20240801.nc", (2024, 8, 1)),
        ("%Y%m%d", "x_2024080112.nc", (2024, 8, 1)),
        ("YYYYMMDD", "x_20240801.nc", (2024, 8, 1)),
        ("YYYYMMDDHHMM", "x_202408010630.nc", (2024, 8, 1, 6, 30)),
        ("YYYY-MM-DD_HHmmSS", "x_2024-08-01_063015.nc", (2024, 8, 1, 6, 30, 15)),
        ("s%Y%j%H%M%S", "OR_ABI-L2_s20242140600204_e2024.nc", (2024, 8, 1, 6, 0, 20)),
        ("YYYYDDD", "MOD11A1.A2024214.hdf", (2024, 8, 1)),
        ("%d%b%Y", "chart-01Aug2024.png", (2024, 8, 1)),
        ("(%Y)", "a(2024)b", (2024, 1, 1)),
    ],
)
def test_a_format_is_found_anywhere_in_the_name(date_format, name, found):
    assert date_finder(date_format)(name) == datetime(*found, tzinfo=UTC)


@pytest.mark.parametrize("wrong", ["", "plain", "%Q", "%", "%Y%", "%%"])
def test_a_format_that_says_nothing_is_refused(wrong):
    with pytest.raises(UsageError, match="not a date format"):
        date_finder(wrong)


@pytest.mark.parametrize(
    ("date_format", "name", "written", "form"),
    [
        ("YYYYMMDD", "v2_20240801_x.png", "20240801", "%Y%m%d"),
        ("%d%b%Y", "chart-01Aug2024.png", "01Aug2024", "%d%b%Y"),
        (None, "image_202408010630.png", "202408010630", "%Y%m%d%H%M"),
    ],
)
def test_it_is_told_where_and_how_a_date_is_written(date_format, name, written, form):
    found = date_locator(date_format)(name)
    assert (name[found.start : found.end], found.date_format) == (written, form)
