"""Read CF data: every (time, level, member) slice of every gridded variable is a field."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count, product
from math import isnan, prod
from typing import Any

from zyra.core.errors import DataError
from zyra.fields.budgets import MOST_FIELDS, refuse_too_large
from zyra.fields.cf_axes import Axis
from zyra.fields.cf_coordinates import Coordinate
from zyra.fields.cf_layout import Layout, find_layouts
from zyra.fields.cf_source import CfSource
from zyra.fields.cf_values import packing_of, unpack
from zyra.fields.field import Field, FieldInfo, Level
from zyra.fields.grid import Grid
from zyra.fields.selection import describe

_TIME_AXES = (Axis.VALID_TIME, Axis.REFERENCE_TIME, Axis.PERIOD)


@dataclass(frozen=True, kw_only=True)
class Slice(FieldInfo):
    """What one two-dimensional slice of a variable is, and where it stands in the file.

    Attributes:
        name: Of the variable in the file.
        index: Position along each dimension that is not horizontal.
        grid: Where the values lie.
    """

    name: str
    index: Mapping[str, int]
    grid: Grid


class CfDataset:
    """An open file of CF variables as a list of fields.

    Attributes:
        infos: Its fields, in the order of the file.
        left_out: Variables that are no fields on a grid we know, each with the reason.
    """

    def __init__(self, file: CfSource) -> None:
        """List the fields of an open file, which is closed with this.

        Raises:
            DataError: It is damaged, or its coordinates contradict CF.
        """
        self._file = file
        try:
            self._layouts, left_out = find_layouts(file)
            _refuse_too_many(self._layouts.values())
            self.infos: Sequence[Slice] = tuple(_slices(self._layouts.values()))
        except DataError:
            self.close()
            raise
        self.left_out: Mapping[str, str] = left_out

    def grid(self, info: Slice) -> Grid:
        """The grid of one slice."""
        return info.grid

    def expect(self, infos: Sequence[Slice]) -> None:
        """Do nothing: the libraries below read in one thread."""

    def read(self, info: Slice) -> Field:
        """Read the values of one slice.

        Raises:
            DataError: The file is damaged there.
        """
        layout, variable = self._layouts[info.name], self._file.variables[info.name]
        assert variable.dtype is not None
        refuse_too_large(info.name, info.grid.shape)
        where = tuple(info.index.get(dimension, slice(None)) for dimension in layout.dimensions)
        packing = packing_of(
            variable.dtype, layout.attributes, has_default_fills=self._file.has_default_fills
        )
        values = unpack(variable.read(where), packing)
        return Field.of(info, values.T if layout.is_transposed else values, info.grid)

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def _refuse_too_many(layouts: Iterable[Layout]) -> None:
    """Refuse announced dimensions that no real file has, before their fields are listed.

    Raises:
        DataError: There are more fields than `MOST_FIELDS`.
    """
    fields = sum(prod(layout.outer.values()) for layout in layouts)
    if fields > MOST_FIELDS:
        raise DataError(
            f"the file announces {fields} fields, of which {MOST_FIELDS} are read at most",
            hint="the file may be damaged",
        )


def _slices(layouts: Iterable[Layout]) -> Iterator[Slice]:
    numbers = count(1)
    for layout in layouts:
        ranges = [range(length) for length in layout.outer.values()]
        for position in product(*ranges):
            index = dict(zip(layout.outer, position, strict=True))
            yield _slice(layout, index, next(numbers))


def _slice(layout: Layout, index: Mapping[str, int], number: int) -> Slice:
    attributes = layout.attributes
    coordinates = layout.coordinates
    valid, reference, hours = _times(*(_at(coordinates.get(axis), index) for axis in _TIME_AXES))
    member = _at(coordinates.get(Axis.MEMBER), index)
    info = Slice(
        name=layout.name,
        index=index,
        grid=layout.grid,
        variable=layout.name,
        short_name=str(attributes.get("short_name", "")),
        long_name=str(attributes.get("long_name", "")),
        standard_name=str(attributes.get("standard_name", "")),
        units=str(attributes.get("units", "")),
        level=_level(layout, index),
        valid_time=valid,
        reference_time=reference,
        forecast_hour=hours,
        period_hours=_period_hours(coordinates.get(Axis.VALID_TIME), index),
        statistic=_statistic(str(attributes.get("cell_methods", ""))),
        member=None if member is None else int(member),
        dimensions={
            dimension: index[dimension] if coordinate is None else float(coordinate.at(index))
            for dimension, coordinate in layout.others.items()
        },
        number=number,
        attributes=_kept(attributes),
    )
    return replace(info, line=describe(info))


def _kept(attributes: Mapping[str, Any]) -> dict[str, bool]:
    """What cfgrib tells of the message that a variable comes from, under the names of GRIB."""
    name = "GRIB_uvRelativeToGrid"
    return {name.removeprefix("GRIB_"): bool(attributes[name])} if name in attributes else {}


def _at(coordinate: Coordinate | None, index: Mapping[str, int]) -> Any:
    """The value at a position, None where there is none."""
    value = None if coordinate is None else coordinate.at(index)
    return None if isinstance(value, float) and isnan(value) else value


def _level(layout: Layout, index: Mapping[str, int]) -> Level | None:
    coordinate = layout.coordinates.get(Axis.LEVEL)
    if coordinate is None:
        kind = layout.attributes.get("level_type")
        return None if kind is None else Level(str(kind))
    kind = str(coordinate.attributes.get("level_type", coordinate.name))
    ends = coordinate.bounds_at(index)
    if ends is None:
        return Level(kind, float(coordinate.at(index)), coordinate.units)
    return Level(kind, float(ends[0]), coordinate.units, end=float(ends[1]))


def _period_hours(time: Coordinate | None, index: Mapping[str, int]) -> float | None:
    ends = None if time is None else time.bounds_at(index)
    if ends is None or ends[0] is None or ends[1] is None:
        return None
    return _hours(ends[1] - ends[0])


def _statistic(cell_methods: str) -> str:
    """What CF says of the times: `mean` of `time: mean (interval: 1 hour) area: point`."""
    found = re.search(r"\btime\w*: (\w+)", cell_methods)
    return "" if found is None or found[1] == "point" else found[1]


def _times(
    valid: datetime | None, reference: datetime | None, hours: float | None
) -> tuple[datetime | None, datetime | None, float | None]:
    """Complete valid time, reference time and forecast hour from any two of them."""
    if valid is not None and reference is not None:
        return valid, reference, _hours(valid - reference)
    if hours is None:
        return valid, reference, None
    if reference is not None:
        return reference + timedelta(hours=hours), reference, hours
    if valid is not None:
        return valid, valid - timedelta(hours=hours), hours
    return None, None, hours


def _hours(duration: timedelta) -> float:
    return duration.total_seconds() / 3600
