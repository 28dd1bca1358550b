"""Select fields by name, pattern, level, time, member or number, the same in every format."""

import math
import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import TypeVar

from zyra.core.closest import closest
from zyra.core.errors import AmbiguousSelection, SelectionError, VariableNotFound
from zyra.core.patterns import parse_pattern
from zyra.core.times import parse_time
from zyra.fields.field import FieldInfo, Level
from zyra.fields.selection_args import SelectionArgs

Info = TypeVar("Info", bound=FieldInfo)
Correction = dict[str, str | int | float]

_MOST_LISTED = 10

# Multiples of a base unit, so that 500 mb finds 500 hPa and 1 km finds 1000 m.
_UNITS: dict[str, tuple[str, float]] = {
    "pa": ("pa", 1.0),
    "hpa": ("pa", 100.0),
    "mb": ("pa", 100.0),
    "mbar": ("pa", 100.0),
    "kpa": ("pa", 1000.0),
    "m": ("m", 1.0),
    "cm": ("m", 0.01),
    "km": ("m", 1000.0),
}
_POSITION = re.compile(
    r"(?P<value>[-+]?[\d.]+(?:e[-+]?\d+)?)(?:-(?P<end>[\d.]+))?\s*(?P<units>\S*)\s*(?P<place>.*)"
)


@dataclass(frozen=True)
class Selection:
    """What is asked for; None everywhere asks for every field.

    Attributes:
        variable: An exact name: short name, NetCDF name, CF standard name, abbreviation.
        pattern: Such a name, or else a regular expression (case does not matter) found in
            a name, the long name or the inventory line, such as `TMP:500 mb`.
        level: As text: `500`, `500 hPa`, `500 mb`, `2 m above ground`, `surface`, or a kind
            of level such as `heightAboveGround`.
        valid_time: When the field holds.
        forecast_hour: Hours after the reference time.
        member: Ensemble member.
        message: Place in the file, from 1.
    """

    variable: str | None = None
    pattern: str | None = None
    level: str | None = None
    valid_time: datetime | None = None
    forecast_hour: float | None = None
    member: int | None = None
    message: int | None = None

    def __str__(self) -> str:
        """What is asked for, for error messages: `variable=t, level=500`."""
        given = {part.name: getattr(self, part.name) for part in fields(self)}
        return ", ".join(f"{name}={value}" for name, value in given.items() if value is not None)


def select(infos: Sequence[Info], selection: Selection) -> list[Info]:
    """The fields that `selection` asks for, in their order; at least one.

    Raises:
        VariableNotFound: No field has that name, or matches that pattern.
        SelectionError: The variable is there, but not at that level, time or member.
        UsageError: The pattern is not a regular expression.
    """
    named = _by_pattern(_by_name(infos, selection.variable), selection.pattern)
    found = [info for info in named if _agrees(info, selection)]
    if not found:
        raise SelectionError(
            f"no field with {selection}",
            hint=_what_there_is(named, selection, infos),
            correction=_correction(named, selection),
        )
    return found


def _correction(named: Sequence[FieldInfo], selection: Selection) -> Correction:
    """What to ask for instead of what `selection` asks for in vain: of the nearest field."""

    def unlikeness(info: FieldInfo) -> tuple[int, float]:
        return len(_unmet(info, selection)), _distance(info.level, selection.level or "")

    nearest = min(named, key=unlikeness)
    values = choices_of(nearest)
    unmet = _unmet(nearest, selection)
    return {name: values[name] for name in unmet} if values.keys() >= set(unmet) else {}


def _unmet(info: FieldInfo, selection: Selection) -> list[str]:
    """The names of the arguments whose wish a field does not fulfil."""
    return [name for name, is_met in _WISHES if not is_met(info, selection)]


def _what_there_is(
    named: Sequence[FieldInfo], selection: Selection, infos: Sequence[FieldInfo]
) -> str:
    """Other variables of that name at that level, and the variable's own fields, nearest first."""
    level = selection.level
    if level is None:
        return "there is " + "; ".join(_shortened([describe(info) for info in named]))
    known = {name for info in named for name in info.names}
    there = [i for i in infos if level_matches(i.level, level) and known.intersection(i.names)]
    nearest = sorted(named, key=lambda info: _distance(info.level, level))
    also = f"{', '.join(dict.fromkeys(info.variable for info in there))} is at that level; "
    listed = "; ".join(_shortened([describe(info) for info in nearest]))
    return f"{also if there else ''}there is {listed}"


def select_one(
    infos: Sequence[Info], selection: Selection, *, variable_flag: str = "--variable"
) -> Info:
    """The one field that `selection` asks for.

    Args:
        infos: What the file holds.
        selection: What is asked for.
        variable_flag: How the command at hand calls the variable, for the hint.

    Raises:
        AmbiguousSelection: Several match; the hint lists them and a flag that decides.
        SelectionError: None matches; the hint names those there are.
    """
    found = select(infos, selection)
    if len(found) == 1:
        return found[0]
    decisions = _decisions(found)
    asked = f"{selection} matches" if str(selection) else "the file holds"
    listed = "\n".join(f"  {line}" for line in _shortened([describe(info) for info in found]))
    raise AmbiguousSelection(
        f"{asked} {len(found)} fields where one is needed",
        hint=f"choose one, for example with {_flags(decisions, found, variable_flag)}:\n{listed}",
        correction=decisions,
    )


def require_one_variable(infos: Sequence[FieldInfo], flag: str) -> None:
    """Refuse a selection that holds several variables.

    Args:
        infos: What is selected.
        flag: What names a variable on the command line, for the hint.

    Raises:
        AmbiguousSelection: There are several; the hint lists them.
    """
    names = {info.variable: info for info in infos}
    if len(names) < 2:
        return
    lines = [f"{name} ({info.long_name or info.units})" for name, info in names.items()]
    listed = "\n".join(f"  {line}" for line in _shortened(lines, 20))
    first = next(iter(names))
    raise AmbiguousSelection(
        f"the selection matches {len(names)} variables where one is needed",
        hint=f"choose one, for example with {flag}{first}:\n{listed}",
        correction={"variable": first},
    )


def describe(info: FieldInfo) -> str:
    """One field in one line for people: `#3 t (Temperature) 500 hPa 2011-01-15T12:00 member 1`."""
    level = str(info.level) if info.level else ""
    time = _time_text(info)
    member = f"member {info.member}" if info.member is not None else ""
    name = f"{info.variable} ({info.long_name})" if info.long_name else info.variable
    others = (f"{dimension} {value:g}" for dimension, value in info.dimensions.items())
    parts = (f"#{info.number}", name, level, time, member, *others)
    return " ".join(part for part in parts if part)


def _by_name(infos: Sequence[Info], name: str | None) -> list[Info]:
    if name is None:
        return list(infos)
    for spelling in (str, str.lower):
        wanted = spelling(name)
        found = [info for info in infos if wanted in {spelling(known) for known in info.names}]
        if found:
            return found
    raise _not_found(f"no variable {name!r}", infos, {"variable": name})


def _by_pattern(infos: list[Info], pattern: str | None) -> list[Info]:
    if pattern is None:
        return infos
    exact = [info for info in infos if pattern in info.names]
    if exact:
        return exact
    matches = line_matcher(pattern)
    found = [info for info in infos if any(map(matches, (*info.names, info.long_name, info.line)))]
    if not found:
        raise _not_found(f"nothing matches the pattern {pattern!r}", infos, {"pattern": pattern})
    return found


def line_matcher(pattern: str) -> Callable[[str], bool]:
    """A test whether `pattern` is found in a text, whatever the case of the letters.

    Raises:
        UsageError: The pattern is not a regular expression.
    """
    compiled = parse_pattern(pattern, re.IGNORECASE)
    return lambda text: compiled.search(text) is not None


def _not_found(
    problem: str, infos: Sequence[FieldInfo], asked: Mapping[str, str]
) -> VariableNotFound:
    names = sorted({info.variable for info in infos})
    ((argument, text),) = asked.items()
    known = {name: info for info in infos for name in (*info.names, info.long_name) if name}
    near = closest(text, known)
    return VariableNotFound(
        problem,
        hint=f"there is {', '.join(names) or 'no field at all'}",
        correction={argument: known[near[0]].variable} if near else {},
    )


def _agrees(info: FieldInfo, selection: Selection) -> bool:
    return all(is_met(info, selection) for _, is_met in _WISHES)


def level_matches(level: Level | None, text: str) -> bool:
    """Whether `text` means `level`: its value, with or without unit and place, or its kind.

    A number alone fits a level of any kind at that value: `850` finds 850 hPa and 850 m.
    """
    wanted = " ".join(text.lower().split())
    if level is None or not wanted:
        return False
    if wanted in (level.kind.lower(), level.place, str(level).lower()):
        return True
    parts = _POSITION.fullmatch(wanted)
    return parts is not None and _position_matches(level, **parts.groupdict())


def _position_matches(level: Level, value: str, end: str | None, units: str, place: str) -> bool:
    if place and place != level.place:
        return False
    scale = _scale(units, level)
    if scale is None:
        return False
    if end is None:
        return _equal(level.value, _number(value) * scale)
    return _equal(level.value, _number(value) * scale) and _equal(level.end, _number(end) * scale)


def _scale(units: str, level: Level) -> float | None:
    """What turns a number in `units` into the unit of `level`; None where nothing does."""
    if not units:
        return 1.0
    base, factor = _UNITS.get(units, (units, 1.0))
    level_base, level_factor = _UNITS.get(level.units.lower(), (level.units.lower(), 1.0))
    return factor / level_factor if base == level_base else None


def _distance(level: Level | None, text: str) -> float:
    """How far `level` is from the one that `text` asks for; infinite when it is of another kind."""
    parts = _POSITION.fullmatch(" ".join(text.lower().split()))
    if parts is None or level is None or level.value is None:
        return float("inf")
    scale = _scale(parts["units"], level)
    wanted = _number(parts["value"])
    return (
        float("inf") if scale is None or math.isnan(wanted) else abs(level.value - wanted * scale)
    )


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:  # such as 1.2.3, which then equals no level
        return float("nan")


def _equal(one: float | None, other: float) -> bool:
    return one is not None and abs(one - other) <= 1e-6 * max(abs(one), abs(other))


def _decisions(found: Sequence[FieldInfo]) -> Correction:
    """The arguments that leave one of the fields, with the first one's values."""
    deciding: Correction = {}
    left = list(found)
    for name, value in choices_of(found[0]).items():
        same = [info for info in left if choices_of(info).get(name) == value]
        if len(same) < len(left):
            deciding[name] = value
            left = same
        if len(left) == 1:
            return deciding
    return deciding


def _flags(decisions: Correction, found: Sequence[FieldInfo], variable_flag: str) -> str:
    """The decisions as flags; what a number in the file stands for is told after it."""
    flags = {name: f"--{name.replace('_', '-')}" for name in decisions}
    flags["variable"] = variable_flag
    text = " ".join(f"{flags[name]} {shlex.quote(str(decisions[name]))}" for name in decisions)
    differing = [
        f"{dimension} {value:g}"
        for dimension, value in found[0].dimensions.items()
        if any(info.dimensions.get(dimension) != value for info in found)
    ]
    return f"{text} ({', '.join(differing)})" if differing and "message" in decisions else text


def choices_of(info: FieldInfo) -> Correction:
    """The arguments that select a field, by their names; those that have a value for it."""
    hour = info.forecast_hour
    values = {
        "variable": info.variable,
        "level": str(info.level) if info.level else None,
        "time": _time_text(info) or None,
        "forecast_hour": int(hour) if hour is not None and hour == int(hour) else hour,
        "member": info.member,
        "message": info.number,
    }
    return {name: value for name, value in values.items() if value is not None}


def _time_text(info: FieldInfo) -> str:
    if info.valid_time is None:
        return ""
    is_whole = info.valid_time.second == info.valid_time.microsecond == 0
    return f"{info.valid_time:%Y-%m-%dT%H:%M}" if is_whole else info.valid_time.isoformat()


# What an argument asks of a field; met where nothing is asked.
_WISHES: tuple[tuple[str, Callable[[FieldInfo, Selection], bool]], ...] = (
    ("level", lambda info, asked: asked.level is None or level_matches(info.level, asked.level)),
    ("time", lambda info, asked: asked.valid_time in (None, info.valid_time)),
    (
        "forecast_hour",
        lambda info, asked: (
            asked.forecast_hour is None or _equal(info.forecast_hour, asked.forecast_hour)
        ),
    ),
    ("member", lambda info, asked: asked.member in (None, info.member)),
    ("message", lambda info, asked: asked.message in (None, info.number)),
)


def _shortened(lines: list[str], most: int = _MOST_LISTED) -> list[str]:
    if len(lines) <= most:
        return lines
    return [*lines[: most - 1], f"... and {len(lines) - most + 1} more"]


def selection_from(
    args: SelectionArgs, *, variable: str | None = None, pattern: str | None = None
) -> Selection:
    """The selection that a command's arguments ask for.

    Raises:
        UsageError: `args.time` is not a time.
    """
    return Selection(
        variable=variable,
        pattern=pattern,
        level=args.level,
        valid_time=parse_time(args.time) if args.time is not None else None,
        forecast_hour=args.forecast_hour,
        member=args.member,
        message=args.message,
    )
