"""Write the coordinates of times, levels, members and further dimensions."""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from zyra.fields.cf_file import CfFile
from zyra.fields.cf_levels import level_attributes
from zyra.fields.cf_plan import (
    Further,
    Lead,
    Line,
    Member,
    Moment,
    Place,
    Run,
    coordinate_value,
)
from zyra.fields.cf_times import TIME_UNITS, encode_time
from zyra.fields.field import Level

_COUNTED = {"units": TIME_UNITS, "calendar": "standard"}
_VALID = {"standard_name": "time", "long_name": "valid time", **_COUNTED}
_REFERENCE = {
    "standard_name": "forecast_reference_time",
    "long_name": "start of the model run",
    **_COUNTED,
}
_PERIOD = {
    "standard_name": "forecast_period",
    "long_name": "time since the start of the model run",
    "units": "hours",
}
_MEMBER = {"standard_name": "realization", "long_name": "ensemble member", "units": "1"}


@dataclass(frozen=True)
class WrittenLines:
    """How a variable refers to its dimensions before rows and columns.

    Attributes:
        names: Dimension of each line; None where one place is a scalar coordinate instead.
        coordinates: Names of scalar and auxiliary coordinates.
    """

    names: tuple[str | None, ...]
    coordinates: tuple[str, ...]

    @property
    def dimensions(self) -> tuple[str, ...]:
        """Names of the dimensions."""
        return tuple(name for name in self.names if name is not None)

    def index(self, position: tuple[int, ...]) -> tuple[int, ...]:
        """Where a position stands along `dimensions`."""
        return tuple(
            place for name, place in zip(self.names, position, strict=True) if name is not None
        )


@dataclass(frozen=True)
class _WrittenLine:
    name: str | None
    coordinates: tuple[str, ...] = ()


class LineWriter:
    """Writes lines into one file; equal lines are written once and shared.

    A single level, member or model run becomes a coordinate without dimension only if it
    holds for every variable: xarray and others apply such coordinates to the whole file.

    Args:
        file: Where to write.
        variables: The lines of every variable that will be written.
    """

    def __init__(self, file: CfFile, variables: Iterable[tuple[Line, ...]]) -> None:
        self._file = file
        self._written: dict[Hashable, _WrittenLine] = {}
        self._crossed: dict[Hashable, str] = {}
        self._run: str | None = None
        lines = [set(of_variable) for of_variable in variables]
        self._common = set[Line]().union(*lines[:1]).intersection(*lines)
        self._has_one_run = len(set[datetime | None]().union(*map(_runs_of, lines))) == 1

    def write(self, lines: tuple[Line, ...]) -> WrittenLines:
        """Write the coordinates of all lines of one variable."""
        for line in lines:
            if line not in self._written:
                self._written[line] = self._write_line(line)
        written = [self._written[line] for line in lines]
        valid_times = [
            self._valid_times(run, lead) for run, lead in pairwise(lines) if isinstance(run[0], Run)
        ]
        return WrittenLines(
            names=tuple(line.name for line in written),
            coordinates=(*(name for line in written for name in line.coordinates), *valid_times),
        )

    def _write_line(self, line: Line) -> _WrittenLine:
        match line[0]:
            case Member():
                return self._axis_or_scalar("member", line, _numbers(line, np.int32), _MEMBER)
            case Further(dimension):
                return _WrittenLine(self._file.axis(dimension, _numbers(line), {}))
            case Run():
                runs = self._file.axis("forecast_reference_time", _numbers(line), _REFERENCE)
                return _WrittenLine(runs)
            case Lead():
                leads = self._file.axis("forecast_period", _numbers(line), _PERIOD, _bounds(line))
                return _WrittenLine(leads)
            case Level() as level:
                attributes = level_attributes(level)
                return self._axis_or_scalar(level.kind, line, _numbers(line), attributes)
        return self._write_moments(tuple(place for place in line if isinstance(place, Moment)))

    def _axis_or_scalar(
        self, wanted: str, line: Line, values: NDArray[Any], attributes: Mapping[str, Any]
    ) -> _WrittenLine:
        """A dimension; or, for the one place of all variables, a coordinate without any."""
        bounds = _bounds(line)
        if len(line) > 1 or line not in self._common:
            return _WrittenLine(self._file.axis(wanted, values, attributes, bounds))
        ends = None if bounds is None else bounds[0]
        return _WrittenLine(None, (self._file.auxiliary(wanted, (), values[0], attributes, ends),))

    def _write_moments(self, line: tuple[Moment, ...]) -> _WrittenLine:
        """The time dimension, always there so that files can be joined along it."""
        references = [place.reference for place in line if place.reference]
        hours = [place.hours for place in line if place.hours is not None]
        if line[0].valid is None:
            name, attributes = ("time", _REFERENCE) if references else ("forecast_period", _PERIOD)
            return _WrittenLine(self._file.axis(name, _numbers(line), attributes))
        time = self._file.axis("time", _numbers(line), {"axis": "T", **_VALID}, _bounds(line))
        return _WrittenLine(time, tuple(self._runs_beside(time, references, hours)))

    def _runs_beside(
        self, time: str, references: list[datetime], hours: list[float]
    ) -> Iterator[str]:
        seconds = np.array([encode_time(reference) for reference in references])
        name = "forecast_reference_time"
        if references and self._has_one_run:
            self._run = self._run or self._file.auxiliary(name, (), seconds[0], _REFERENCE)
            yield self._run
        elif references:
            yield self._file.auxiliary(name, (time,), seconds, _REFERENCE)
        if hours:
            yield self._file.auxiliary("forecast_period", (time,), np.array(hours), _PERIOD)

    def _valid_times(self, run: Line, lead: Line) -> str:
        """The valid times of every run at every forecast hour."""
        if (run, lead) not in self._crossed:
            runs, leads = (self._written[line].name or "" for line in (run, lead))
            seconds = _numbers(run)[:, np.newaxis] + 3600.0 * _numbers(lead)
            name = self._file.auxiliary("time", (runs, leads), seconds, _VALID)
            self._crossed[run, lead] = name
        return self._crossed[run, lead]


def _runs_of(lines: Iterable[Line]) -> set[datetime | None]:
    """Reference times of the places of one variable."""
    return {place.reference for line in lines for place in line if isinstance(place, (Moment, Run))}


def _numbers(line: Line, dtype: DTypeLike = np.float64) -> NDArray[Any]:
    return np.array([coordinate_value(place) for place in line], dtype=dtype)


def _bounds(line: Line) -> NDArray[np.float64] | None:
    """The ends of the intervals or layers of a line, shape (places, 2); None without."""
    ends = [_ends(place) for place in line]
    known = [pair for pair in ends if pair is not None]
    return np.array(known) if len(known) == len(ends) else None


def _ends(place: Place) -> tuple[float, float] | None:
    match place:
        case Level(value=value, end=end) if value is not None and end is not None:
            return value, end
        case Lead(hours, period) if period is not None:
            return hours - period, hours
        case Moment(valid, _, _, period) if valid is not None and period is not None:
            return encode_time(valid) - 3600.0 * period, encode_time(valid)
    return None
