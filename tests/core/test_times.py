from datetime import UTC, datetime

import pytest

from zyra.core.errors import UsageError
from zyra.core.times import parse_period, parse_time


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-08-01", utc(2024, 8, 1)),
        ("20240801", utc(2024, 8, 1)),
        ("2024-08-01T06:30", utc(2024, 8, 1, 6, 30)),
        ("2024-08-01 06:30:15", utc(2024, 8, 1, 6, 30, 15)),
        ("2024-08-01T06Z", utc(2024, 8, 1, 6)),
        ("2024-08-01T06:00+02:00", utc(2024, 8, 1, 4)),
        (" 2024-08-01 ", utc(2024, 8, 1)),
    ],
)
def test_iso_dates_are_read_as_utc(text, moment):
    assert parse_time(text) == moment


@pytest.mark.parametrize("text", ["9999-12-31T23:00:00-10:00", "0001-01-01T00:00:00+10:00"])
def test_a_time_beyond_the_calendar_in_utc_is_refused(text):
    with pytest.raises(UsageError, match="not a date"):
        parse_time(text)


def test_a_day_given_as_an_end_is_whole():
    assert parse_time("2024-08-01", last_of_day=True) > utc(2024, 8, 1, 23, 59, 59)
    assert parse_time("2024-08-01T06:00", last_of_day=True) == utc(2024, 8, 1, 6)


@pytest.mark.parametrize("text", ["", "yesterday", "2024-13-01", "01.08.2024", "2024-08-01T25"])
def test_what_is_no_date_is_refused(text):
    with pytest.raises(UsageError, match="not a date"):
        parse_time(text)


# The end of March shows what a month is: ISO 8601 leaves it to us, the last day is usual.
@pytest.mark.parametrize(
    ("text", "before"),
    [
        ("P7D", utc(2024, 3, 24, 12)),
        ("7d", utc(2024, 3, 24, 12)),
        ("1w", utc(2024, 3, 24, 12)),
        ("P1W", utc(2024, 3, 24, 12)),
        ("PT24H", utc(2024, 3, 30, 12)),
        ("24h", utc(2024, 3, 30, 12)),
        ("90 min", utc(2024, 3, 31, 10, 30)),
        ("PT1H30M", utc(2024, 3, 31, 10, 30)),
        ("P1M", utc(2024, 2, 29, 12)),
        ("P1Y1M", utc(2023, 2, 28, 12)),
        ("p1y", utc(2023, 3, 31, 12)),
        ("6 months", utc(2023, 9, 30, 12)),
        ("3M", utc(2024, 3, 31, 11, 57)),
        ("P1DT12H", utc(2024, 3, 30, 0)),
        ("45s", utc(2024, 3, 31, 11, 59, 15)),
    ],
)
def test_periods_are_read(text, before):
    assert parse_period(text).before(utc(2024, 3, 31, 12)) == before


@pytest.mark.parametrize(
    "text",
    ["", "P", "PT", "P0D", "0h", "7", "d7", "P7", "7 fortnights", "-P1D", "P1H", "P9999999999999D"],
)
def test_what_is_no_period_is_refused(text):
    with pytest.raises(UsageError):
        parse_period(text)


def test_a_period_beyond_the_calendar_is_refused():
    with pytest.raises(UsageError, match="too far"):
        parse_period("P9999Y").before(utc(2024, 3, 31))
