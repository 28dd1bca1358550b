"""Plan how fields are stacked into the variables of a CF file.

Fields of one variable on one grid and one kind of level become one variable
along time, level, member and any further dimension. Places of such a hypercube for
which there is no field are filled with missing values.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Container, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Generic, TypeVar

from zyra.fields.cf_times import encode_time
from zyra.fields.field import FieldInfo, Level

Info = TypeVar("Info", bound=FieldInfo)


@dataclass(frozen=True)
class Member:
    """A place along the ensemble."""

    number: int


@dataclass(frozen=True)
class Further:
    """A place along a dimension of the source that CF has no word for."""

    dimension: str
    value: float


@dataclass(frozen=True)
class Moment:
    """A place in time: when the field holds, and what else is known of that time."""

    valid: datetime | None
    reference: datetime | None
    hours: float | None
    period_hours: float | None


@dataclass(frozen=True)
class Run:
    """A place along the reference times, where several runs forecast the same times."""

    reference: datetime


@dataclass(frozen=True)
class Lead:
    """A place along the forecast hours, where several runs forecast the same times."""

    hours: float
    period_hours: float | None


Place = Member | Further | Moment | Run | Lead | Level
Line = tuple[Place, ...]

_NO_MOMENT = Moment(None, None, None, None)


@dataclass(frozen=True)
class Stack(Generic[Info]):
    """Fields that become one variable.

    Attributes:
        name: Of the variable; unique in the file.
        lines: The places along each dimension, before rows and columns.
        fields: Each field with its position along each line.
    """

    name: str
    lines: tuple[Line, ...]
    fields: tuple[tuple[Info, tuple[int, ...]], ...]

    @property
    def first(self) -> Info:
        """The field that gives the variable its attributes."""
        return self.fields[0][0]


def plan_stacks(infos: Sequence[Info], grid_of: Callable[[Info], Hashable]) -> list[Stack[Info]]:
    """Distribute fields over variables, each field exactly once.

    Variables whose names clash get a suffix from what distinguishes them: kind of level,
    statistic, length of the interval, and a number where nothing else does.

    Args:
        infos: At least one.
        grid_of: What is equal for two fields that share their coordinates.
    """
    alike = _grouped(
        infos,
        lambda info: (
            info.variable,
            grid_of(info),
            info.level.kind if info.level else "",
            info.level is None or info.level.value is None,
            info.level is None or info.level.end is None,
            info.statistic,
            info.valid_time is None,
            info.reference_time is None,
            info.forecast_hour is None,
            info.member is None,
            tuple(info.dimensions),
        ),
    )
    groups = [group for fields in alike for group in _without_overlap(fields)]
    return [_stack(name, group) for name, group in zip(_names(groups), groups, strict=True)]


def _without_overlap(infos: list[Info]) -> list[list[Info]]:
    """Groups in which no two fields claim the same place or the same coordinate value."""
    if _fit_together(infos):
        return [infos]
    for key in (_period, _thickness):
        parts = _grouped(infos, key)
        if len(parts) > 1:
            return [group for part in parts for group in _without_overlap(part)]
    at_place = _grouped(infos, _position)
    deepest = max(map(len, at_place))
    return [[same[depth] for same in at_place if len(same) > depth] for depth in range(deepest)]


def _fit_together(infos: Sequence[FieldInfo]) -> bool:
    """Whether positions are unique, and one coordinate value means one interval and layer."""
    time = _lead if _has_several_runs(infos) else _moment
    times = {place for info in infos for place in time(info)}
    levels = {info.level for info in infos}
    return (
        len({_position(info) for info in infos}) == len(infos)
        and len({coordinate_value(place) for place in times}) == len(times)
        and len({_height(info) for info in infos}) == len(levels)
    )


def _position(info: FieldInfo) -> Hashable:
    time = (info.valid_time, info.reference_time, info.forecast_hour)
    return info.member, time, tuple(info.dimensions.items()), _height(info)


def _period(info: FieldInfo) -> float | None:
    return info.period_hours


def _thickness(info: FieldInfo) -> float | None:
    level = info.level
    if level is None or level.value is None or level.end is None:
        return None
    return level.end - level.value


def _height(info: FieldInfo) -> float | None:
    return None if info.level is None else _middle(info.level)


def _middle(level: Level) -> float | None:
    """Where the level coordinate puts it: a layer lies at its middle."""
    if level.value is None or level.end is None:
        return level.value
    return (level.value + level.end) / 2


def _stack(name: str, infos: list[Info]) -> Stack[Info]:
    time = _run_and_lead if _has_several_runs(infos) else _moment
    placed = [(*_member(info), *_further(info), *time(info), *_level(info)) for info in infos]
    lines = tuple(_line(along) for along in zip(*placed, strict=True))
    where = [{place: index for index, place in enumerate(line)} for line in lines]
    fields = tuple(
        (info, tuple(index[place] for index, place in zip(where, places, strict=True)))
        for info, places in zip(infos, placed, strict=True)
    )
    return Stack(name, lines, fields)


def _member(info: FieldInfo) -> Line:
    return () if info.member is None else (Member(info.member),)


def _further(info: FieldInfo) -> Line:
    return tuple(Further(dimension, value) for dimension, value in info.dimensions.items())


def _level(info: FieldInfo) -> Line:
    return () if info.level is None or info.level.value is None else (info.level,)


def _has_several_runs(infos: Sequence[FieldInfo]) -> bool:
    """Whether valid times alone do not tell the fields apart in time."""
    valid = {info.valid_time for info in infos}
    moments = {(info.valid_time, info.reference_time) for info in infos}
    return None not in valid and len(valid) < len(moments)


def _moment(info: FieldInfo) -> Line:
    moment = Moment(info.valid_time, info.reference_time, info.forecast_hour, info.period_hours)
    return () if moment == _NO_MOMENT else (moment,)


def _run_and_lead(info: FieldInfo) -> Line:
    # Several runs differ in their reference time, so it and the forecast hour are known.
    assert info.reference_time is not None
    return Run(info.reference_time), *_lead(info)


def _lead(info: FieldInfo) -> Line:
    assert info.forecast_hour is not None
    return (Lead(info.forecast_hour, info.period_hours),)


def _line(places: Sequence[Place]) -> Line:
    """The different places of a dimension in rising order; levels and others as they come."""
    different = tuple(dict.fromkeys(places))
    if isinstance(different[0], Further):
        return different
    rising = tuple(sorted(different, key=coordinate_value))
    return different if different == rising[::-1] and isinstance(rising[0], Level) else rising


def coordinate_value(place: Place) -> float:
    """What the coordinate of `place` counts: seconds since 1970, hours, the level, ..."""
    match place:
        case Member(number):
            return number
        case Further(_, value):
            return value
        case Moment(valid, reference, hours, _):
            known = valid or reference
            return encode_time(known) if known else hours or 0.0
        case Run(reference):
            return encode_time(reference)
        case Lead(hours, _):
            return hours
    return _middle(place) or 0.0


def _names(groups: Sequence[Sequence[FieldInfo]]) -> list[str]:
    """A unique name for each group, as short as can be."""
    firsts = [group[0] for group in groups]
    taken: set[str] = set()
    names = []
    for first in firsts:
        namesakes = [other for other in firsts if other.variable == first.variable]
        name = unique_name("_".join([first.variable, *_distinctions(first, namesakes)]), taken)
        taken.add(name)
        names.append(name)
    return names


def _distinctions(info: FieldInfo, namesakes: Sequence[FieldInfo]) -> Iterator[str]:
    told: tuple[Callable[[FieldInfo], str], ...] = (
        lambda each: each.level.kind if each.level else "",
        lambda each: each.statistic,
        lambda each: "" if each.period_hours is None else f"{each.period_hours:g}h",
    )
    left = namesakes
    for tell in told:
        alike = [other for other in left if tell(other) == tell(info)]
        if tell(info) and len(alike) < len(left):
            yield re.sub(r"\W+", "_", tell(info))
        left = alike


def unique_name(wanted: str, taken: Container[str]) -> str:
    """`wanted`, or with the first number from 2 that makes it new."""
    numbered = (f"{wanted}_{number}" for number in count(2))
    return wanted if wanted not in taken else next(name for name in numbered if name not in taken)


def _grouped(infos: Iterable[Info], key: Callable[[Info], Hashable]) -> list[list[Info]]:
    groups: defaultdict[Hashable, list[Info]] = defaultdict(list)
    for info in infos:
        groups[key(info)].append(info)
    return list(groups.values())
