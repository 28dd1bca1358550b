"""Selecting fields: by any of their names, by pattern, level, time, member and number."""

from datetime import UTC, datetime

import pytest

from zyra.core.errors import AmbiguousSelection, SelectionError, UsageError, VariableNotFound
from zyra.core.times import parse_time
from zyra.fields.field import FieldInfo, Level
from zyra.fields.selection import Selection, level_matches, select, select_one

NOON = datetime(2011, 1, 15, 12, tzinfo=UTC)


def info(number, variable, level, **more):
    given = {
        "short_name": variable,
        "long_name": {"t": "Temperature", "u": "U component of wind"}.get(variable, ""),
        "aliases": {"t": ("TMP",), "u": ("UGRD",)}.get(variable, ()),
        "valid_time": NOON,
        "forecast_hour": 120.0,
        "line": f"{number}:0:d=2011011012:{variable}:{level}:120 hour fcst:",
    }
    return FieldInfo(variable=variable, number=number, level=level, **{**given, **more})


FIELDS = [
    info(1, "t", Level("isobaricInhPa", 500.0, "hPa"), standard_name="air_temperature"),
    info(2, "t", Level("isobaricInhPa", 850.0, "hPa"), standard_name="air_temperature"),
    info(3, "u", Level("isobaricInhPa", 500.0, "hPa")),
    info(4, "t2m", Level("heightAboveGround", 2.0, "m"), short_name="2t"),
    info(5, "cape", Level("surface")),
]


def numbers(**asked):
    return [found.number for found in select(FIELDS, Selection(**asked))]


@pytest.mark.parametrize("name", ["t", "TMP", "air_temperature", "tmp"])
def test_every_name_of_a_variable_finds_it(name):
    assert numbers(variable=name) == [1, 2]


def test_nothing_asked_is_everything():
    assert numbers() == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("t", [1, 2]),  # exactly a name: nothing else that has a t in it
        ("temperature", [1, 2]),
        (":u:500", [3]),
        ("^2t$", [4]),
        ("UGRD|cape", [3, 5]),
    ],
)
def test_patterns_find_names_and_lines(pattern, found):
    assert numbers(pattern=pattern) == found


@pytest.mark.parametrize(
    ("level", "found"),
    [
        ("500", [1, 3]),
        ("500 hPa", [1, 3]),
        ("500mb", [1, 3]),
        ("50000 Pa", [1, 3]),
        ("2 m above ground", [4]),
        ("0.002 km", [4]),
        ("heightAboveGround", [4]),
        ("surface", [5]),
        ("isobaricInhPa", [1, 2, 3]),
    ],
)
def test_levels_are_written_as_people_write_them(level, found):
    assert numbers(level=level) == found


@pytest.mark.parametrize("text", ["500 m", "2 m below ground", "1.2.3", "somewhere", ""])
def test_another_unit_or_place_is_another_level(text):
    assert not any(level_matches(field.level, text) for field in FIELDS)


def test_layers_need_both_ends():
    layer = Level("depthBelowLandLayer", 0.1, "m", 0.4)
    assert level_matches(layer, "0.1-0.4 m")
    assert level_matches(layer, "10-40 cm below ground")
    assert not level_matches(layer, "0.1-1 m")


def test_times_hours_members_and_numbers_decide():
    fields = [info(n, "t", None, member=n, forecast_hour=6.0 * n) for n in (1, 2)]
    for asked in ({"member": 2}, {"forecast_hour": 12}, {"message": 2}):
        assert select_one(fields, Selection(**asked)).number == 2
    with pytest.raises(SelectionError, match="no field with"):
        select(fields, Selection(valid_time=parse_time("2011-01-15T18:00")))


def test_several_are_refused_with_the_list_and_the_flag_that_decides():
    with pytest.raises(AmbiguousSelection) as refusal:
        select_one(FIELDS, Selection(variable="t"))
    assert refusal.value.message == "variable=t matches 2 fields where one is needed"
    assert "--level '500 hPa'" in refusal.value.hint
    assert "#2 t (Temperature) 850 hPa" in refusal.value.hint


def test_the_flag_for_the_variable_is_the_commands_own():
    with pytest.raises(AmbiguousSelection, match="5 fields") as refusal:
        select_one(FIELDS, Selection(), variable_flag="--var")
    assert "--var t --level '500 hPa'" in refusal.value.hint


def test_the_suggested_flags_select_exactly_one():
    assert select_one(FIELDS, Selection(variable="t", level="500 hPa")).number == 1


def test_fields_that_differ_in_nothing_are_told_apart_by_number():
    twins = [info(1, "t", None), info(2, "t", None)]
    with pytest.raises(AmbiguousSelection) as refusal:
        select_one(twins, Selection(variable="t"))
    assert "--message 1" in refusal.value.hint


def hint_for(fields):
    with pytest.raises(AmbiguousSelection) as refusal:
        select_one(fields, Selection(variable="t"))
    return refusal.value.hint.splitlines()[0]


def test_a_further_dimension_that_differs_is_named():
    months = [info(n, "t", None, dimensions={"month": n, "number": 1}) for n in (1, 7)]
    assert hint_for(months).endswith("with --message 1 (month 1):")


def test_runs_that_hold_at_one_time_are_told_apart_by_the_forecast_hour():
    assert "with --forecast-hour 6:" in hint_for(
        [info(n, "t", None, forecast_hour=6.0 * n) for n in (1, 2)]
    )


def test_no_flag_is_offered_for_what_the_first_field_lacks():
    level = Level("isobaricInhPa", 500.0, "hPa")
    members = [info(1, "t", None, member=None), info(2, "t", level, member=2)]
    assert hint_for(members).endswith("with --message 1:")


@pytest.mark.parametrize(
    ("asked", "nearest"), [("851", " 850 hPa "), ("52000 Pa", " 500 hPa "), ("1 km", " 5 m ")]
)
def test_the_nearest_levels_come_first_when_one_is_not_there(asked, nearest):
    pressures = (10.0, 100.0, 200.0, 500.0, 850.0, 1000.0)
    fields = [info(n, "t", Level("isobaricInhPa", p, "hPa")) for n, p in enumerate(pressures, 1)]
    fields.append(info(9, "t", Level("heightAboveSea", 5.0, "m")))
    with pytest.raises(SelectionError) as refusal:
        select(fields, Selection(variable="t", level=asked))
    assert nearest in refusal.value.hint.split(";")[0]


def test_a_variable_of_the_same_name_at_that_level_is_offered():
    fields = [*FIELDS[:2], info(4, "t2m", FIELDS[3].level, standard_name="air_temperature")]
    with pytest.raises(SelectionError) as refusal:
        select(fields, Selection(variable="t", level="2 m above ground"))
    assert refusal.value.hint.startswith("t2m is at that level; there is #1 t")


def test_long_lists_are_shortened():
    many = [info(n, "t", Level("isobaricInhPa", float(n), "hPa")) for n in range(1, 100)]
    with pytest.raises(AmbiguousSelection) as refusal:
        select_one(many, Selection(variable="t"))
    assert len(refusal.value.hint.splitlines()) == 11
    assert "... and 90 more" in refusal.value.hint


def test_an_unknown_variable_names_those_there_are():
    with pytest.raises(VariableNotFound, match="'rain'") as refusal:
        select(FIELDS, Selection(variable="rain"))
    assert refusal.value.hint == "there is cape, t, t2m, u"


def test_a_level_that_is_not_there_names_those_of_the_variable():
    with pytest.raises(SelectionError, match="variable=t, level=700") as refusal:
        select(FIELDS, Selection(variable="t", level="700"))
    assert "850 hPa" in refusal.value.hint
    assert "cape" not in refusal.value.hint


def test_a_pattern_that_is_no_expression_is_a_wrong_argument():
    with pytest.raises(UsageError, match="is not a regular expression"):
        select(FIELDS, Selection(pattern="t("))
