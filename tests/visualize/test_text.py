"""Numbers, units and names as people write them."""

from datetime import UTC, datetime

import pytest

from zyra.fields.field import FieldInfo, Level
from zyra.visualize.text import (
    MINUS,
    TIMES,
    field_period,
    field_time,
    field_title,
    font,
    level_text,
    nice_ticks,
    shortened,
    written_numbers,
    written_units,
)


@pytest.mark.parametrize(
    ("units", "written"),
    [
        ("m s-1", "m s⁻¹"),
        ("m s**-1", "m s⁻¹"),
        ("m**2 s**-2", "m² s⁻²"),
        ("kg m^-2", "kg m⁻²"),
        ("K", "K"),
        ("degC", "°C"),
        ("W/m2", "W/m²"),
        ("(0 - 1)", ""),
        ("10-6 m", "10-6 m"),
    ],
)
def test_units_have_real_exponents(units, written):
    assert written_units(units) == written


@pytest.mark.parametrize(
    ("low", "high", "most", "ticks"),
    [
        (0.0, 10.0, 6, [0, 2, 4, 6, 8, 10]),
        (262.3, 318.1, 7, [270, 280, 290, 300, 310]),
        (-0.3, 0.3, 8, [-0.3, -0.2, -0.1, 0, 0.1, 0.2, 0.3]),
        (0.0, 1e-5, 3, [0, 5e-6, 1e-5]),
        (99000, 104000, 4, [100000, 102000, 104000]),
    ],
)
def test_ticks_are_round(low, high, most, ticks):
    assert nice_ticks(low, high, most) == pytest.approx(ticks, abs=1e-12)


def test_a_short_bar_has_two_ticks_where_they_fit():
    assert nice_ticks(958.0, 1062.0, 2) == [1000.0, 1050.0]


@pytest.mark.parametrize(
    ("numbers", "texts", "exponent"),
    [
        ([-10.0, 0.0, 10.0], [f"{MINUS}10", "0", "10"], 0),
        ([0.5, 1.0, 1.5], ["0.5", "1.0", "1.5"], 0),
        ([0.0, 2e-6, 4e-6], ["0", "2", "4"], -6),
        ([1e6, 2e6], ["1", "2"], 6),
        ([100250.0, 100500.0], ["100250", "100500"], 0),
        ([-0.0], ["0"], 0),
    ],
)
def test_numbers_have_just_enough_decimals(numbers, texts, exponent):
    assert written_numbers(numbers) == (texts, exponent)


def test_a_title_names_variable_level_and_member():
    info = FieldInfo(
        variable="t", long_name="temperature", level=Level("isobaricInhPa", 500, "hPa"), member=3
    )
    assert field_title(info) == "Temperature, 500 hPa, member 3"


@pytest.mark.parametrize(
    ("name", "level"),
    [
        ("2 metre temperature", Level("surface")),
        ("Surface pressure", Level("surface")),
        ("Pressure reduced to MSL", Level("meanSea")),
        ("Precipitable water", Level("atmosphereSingleLayer")),
    ],
)
def test_a_title_does_not_say_twice_where_the_field_is(name, level):
    assert field_title(FieldInfo(variable="v", long_name=name, level=level)) == name


@pytest.mark.parametrize(
    ("level", "text"),
    [
        (
            Level("potentialVorticity", -2e-6, "K m2 kg-1 s-1"),
            f"{MINUS}2 PVU potential vorticity",
        ),
        (Level("potentialVorticity", 2000, "1e-9 K m2 kg-1 s-1"), "2 PVU potential vorticity"),
        (Level("isobaricInhPa", 500, "hPa"), "500 hPa"),
        (Level("depthBelowLandLayer", 0, "m", 0.1), "0-0.1 m below ground"),
        (Level("surface"), "surface"),
        (Level("level", 500, "millibars"), "500 hPa"),
        (Level("density", 1025, "kg m-3"), "1025 kg m⁻³ density"),
    ],
)
def test_levels_are_written_as_people_do(level, text):
    assert level_text(level) == text


@pytest.mark.parametrize(
    ("statistic", "hours", "text"),
    [
        ("mean", 1.0, "mean of 1 h"),
        ("sum", 0.25, "sum of 0.25 h"),
        ("root_mean_square", None, "root mean square"),
        ("", None, ""),
    ],
)
def test_a_period_says_how_long_and_how(statistic, hours, text):
    info = FieldInfo(variable="v", statistic=statistic, period_hours=hours)
    assert field_period(info) == text


def test_a_time_says_how_far_ahead_it_was_forecast():
    valid = datetime(2011, 1, 15, 12, tzinfo=UTC)
    info = FieldInfo(variable="t", valid_time=valid, forecast_hour=120.0)
    assert field_time(info) == "2011-01-15 12:00 UTC (+120 h)"


def test_long_text_is_cut_to_its_room():
    text, chosen = shortened("temperature " * 20, 200.0, 12.0)
    assert text.endswith("…")
    assert chosen.getlength(text) <= 200.0


@pytest.mark.parametrize("bold", [False, True])
def test_the_packaged_font_has_what_titles_and_units_need(bold):
    empty = font(20, bold=bold).getmask("\uffff").getbbox()
    for character in f"AZaz09äñøŁžΩμδ°{MINUS}{TIMES}⁰⁻¹²³⁹…‰≤≥→":
        assert font(20, bold=bold).getmask(character).getbbox() != empty, character
