"""Ticks of axes of numbers and of time."""

from datetime import UTC, datetime, timedelta

import pytest

from zyra.visualize.axes import number_axis, padded
from zyra.visualize.axes_time import time_axis
from zyra.visualize.text import MINUS


def seconds(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def shown(axis) -> list[str]:
    return [f"{tick.text} {tick.context}".strip() for tick in axis.ticks]


@pytest.mark.parametrize(
    ("low", "high", "most", "texts"),
    [
        (0, 100, 6, ["0", "20", "40", "60", "80", "100"]),
        (0, 100, 11, [str(n) for n in range(0, 101, 10)]),
        (-1.2, 1.2, 5, [f"{MINUS}1.0", f"{MINUS}0.5", "0.0", "0.5", "1.0"]),
        (270.3, 301.9, 5, ["280", "290", "300"]),
        (0, 0.0004, 5, ["0", "1", "2", "3", "4"]),
        (1.0e7, 1.4e7, 5, ["1.0", "1.1", "1.2", "1.3", "1.4"]),
    ],
)
def test_numbers_stand_at_round_values(low, high, most, texts):
    assert [tick.text for tick in number_axis(low, high, most).ticks] == texts


def test_a_power_of_ten_is_taken_out():
    assert number_axis(0, 0.0004, 5).exponent == -4


@pytest.mark.parametrize(
    ("low", "high", "most", "texts"),
    [
        (
            "2017-01-01T00:00",
            "2017-01-02T12:00",
            8,
            ["00:00 1 Jan 2017", "06:00", "12:00", "18:00", "00:00 2 Jan 2017", "06:00", "12:00"],
        ),
        (
            "2024-02-27T00:00",
            "2024-03-02T00:00",
            8,
            ["27 Feb 2024", "28", "29", "1 Mar 2024", "2"],
        ),
        (
            "2023-11-15T00:00",
            "2024-03-15T00:00",
            6,
            ["Dec 2023", "Jan 2024", "Feb", "Mar"],
        ),
        (
            "2024-01-01T00:00",
            "2024-02-20T00:00",
            8,
            ["1 Jan 2024", "10", "20", "1 Feb 2024", "10", "20"],
        ),
        ("1990-05-01T00:00", "2021-05-01T00:00", 5, ["1990", "2000", "2010", "2020"]),
        (
            "2024-01-01T23:59:58",
            "2024-01-02T00:00:01",
            8,
            ["23:59:58 1 Jan 2024", "23:59:59", "00:00:00 2 Jan 2024", "00:00:01"],
        ),
        ("0500-01-01T00:00", "1700-01-01T00:00", 8, ["600", "800", "1000", "1200", "1400", "1600"]),
    ],
)
def test_times_stand_at_whole_units_with_the_date_where_it_changes(low, high, most, texts):
    if low == "1990-05-01T00:00":
        texts = texts[1:]  # 1990 began before
    assert shown(time_axis(seconds(low), seconds(high), most)) == texts


def test_parts_of_a_second_are_told():
    start = seconds("2024-01-01T12:30:15")
    assert shown(time_axis(start + 0.1, start + 0.55, 5))[:2] == [
        "15.1 s 12:30 1 Jan 2024",
        "15.2 s",
    ]


@pytest.mark.parametrize("days", [0.01, 0.3, 1, 5, 17, 44, 100, 400, 3000, 50000])
@pytest.mark.parametrize("most", [2, 5, 12])
def test_there_are_no_more_ticks_than_have_room_and_all_lie_within(days, most):
    low = datetime(2011, 1, 31, 17, 23, tzinfo=UTC)
    high = low + timedelta(days=days)
    axis = time_axis(low.timestamp(), high.timestamp(), most)
    assert len(axis.ticks) <= most
    assert all(axis.low <= tick.value <= axis.high for tick in axis.ticks)


def test_years_that_no_calendar_has_become_numbers():
    assert time_axis(-1e14, 1e14, 5).ticks


@pytest.mark.parametrize(("low", "high"), [(5.0, 5.0), (0.0, 0.0), (-3.0, 4.0)])
def test_a_range_gets_room_at_both_ends(low, high):
    lower, upper = padded(low, high)
    assert lower < low <= high < upper
