"""Fields of one variable at several times, read one by one in the order of their times."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from zyra.core.errors import DataError, UsageError
from zyra.fields.field import Field, FieldInfo
from zyra.fields.formats import Dataset, select_fields
from zyra.fields.grid import Grid
from zyra.fields.selection import Selection, require_one_variable, select_one
from zyra.visualize.extent import WORLD
from zyra.visualize.field_source import array_grid, in_crs, is_npy, opened_array, opened_fields
from zyra.visualize.units import in_units
from zyra.visualize.view import Extent

# Of fields that are kept to be drawn: 30 of a quarter of a degree.
ROOM_BYTES = 1 << 27
HINT = "an animation needs a field at several times; visualize heatmap draws one"


class Series(Protocol):
    """Fields that follow each other in time.

    Attributes:
        name: Of the source, without its ending.
        infos: What is known of each before it is read, in order.
    """

    @property
    def name(self) -> str:
        """Of the source, without its ending."""

    @property
    def infos(self) -> Sequence[FieldInfo]:
        """What is known of each field before it is read, in order."""

    def read(self, number: int) -> Field:
        """Read one of the fields, counted from 0; in one thread only.

        Raises:
            DataError: The file is damaged there.
        """


@dataclass(frozen=True)
class Wanted:
    """Which fields of a source are wanted, and how they are read.

    Attributes:
        selection: One variable at one level; its times are all wanted.
        band: Of a GeoTIFF, or None for all.
        engine: Name of an xarray engine that must be able to read such a file, or None.
        crs: Text of the coordinate system of the coordinates, or None for their own.
        units: To convert the values to, or None.
        array_extent: What an array without coordinates covers.
        flag: What names the variable on the command line, for hints.
    """

    selection: Selection
    band: int | None = None
    engine: str | None = None
    crs: str | None = None
    units: str | None = None
    array_extent: Extent = WORLD
    flag: str = "--var"

    def finished(self, read: Field) -> Field:
        """A field that was read, in the system and unit that are wanted."""
        read = read if self.crs is None else in_crs(read, self.crs)
        return read if self.units is None else in_units(read, self.units)


@dataclass(frozen=True)
class DatasetSeries:
    """Fields of one open file; fulfils `Series`."""

    name: str
    dataset: Dataset[FieldInfo]
    infos: Sequence[FieldInfo]
    wanted: Wanted

    def read(self, number: int) -> Field:
        """Read the field of one time."""
        return self.wanted.finished(self.dataset.read(self.infos[number]))


@dataclass(frozen=True)
class ArraySeries:
    """A .npy array of (time, row, column); fulfils `Series`."""

    name: str
    stack: NDArray[Any]
    grid: Grid
    infos: Sequence[FieldInfo]
    wanted: Wanted

    def read(self, number: int) -> Field:
        """Read the field of one time."""
        values = np.asarray(self.stack[number], np.float32)
        return self.wanted.finished(Field.of(self.infos[number], values, self.grid))


@dataclass(frozen=True)
class JoinedSeries:
    """Files of one time each, one after the other; each is open while it is read.

    Fulfils `Series`.
    """

    name: str
    paths: Sequence[Path]
    infos: Sequence[FieldInfo]
    wanted: Wanted

    def read(self, number: int) -> Field:
        """Read the field of one time."""
        with ExitStack() as opened:
            return opened_series(self.paths[number], self.wanted, opened).read(0)


@dataclass(frozen=True)
class KeptSeries:
    """A series whose fields are kept until they are read again, as far as there is room.

    Films are read twice, for the range of their colours and to be drawn. Fulfils `Series`.

    Attributes:
        series: The fields.
        room: Bytes of values that may be kept.
    """

    series: Series
    room: int = ROOM_BYTES
    _kept: dict[int, Field] = field(default_factory=dict, repr=False)

    @property
    def name(self) -> str:
        """Of the series."""
        return self.series.name

    @property
    def infos(self) -> Sequence[FieldInfo]:
        """Of the series."""
        return self.series.infos

    def read(self, number: int) -> Field:
        """Read the field of one time; each second time it is the one that was kept."""
        kept = self._kept.pop(number, None)
        if kept is not None:
            return kept
        read = self.series.read(number)
        if (len(self._kept) + 1) * read.values.nbytes <= self.room:
            self._kept[number] = read
        return read


def opened_series(
    path: Path, wanted: Wanted, opened: ExitStack, *, name: str | None = None
) -> Series:
    """The fields of a file that are wanted, in the order of their times; at least one.

    Args:
        path: GRIB, NetCDF, Zarr, GeoTIFF or .npy file.
        wanted: Which fields.
        opened: Closes the file.
        name: Of the series; that of the file when None.

    Raises:
        UsageError: The arguments do not fit the file.
        SelectionError: No field matches, or several of one time.
        DataError: The file cannot be read, or has no time dimension.
    """
    if is_npy(path):
        return _array_series(path, name or path.stem, wanted)
    fields = opened_fields(path, wanted.selection, band=wanted.band, engine=wanted.engine)
    dataset, selection = opened.enter_context(fields)
    infos = select_fields(dataset, selection)
    require_one_variable(infos, f"{wanted.flag} ")
    return DatasetSeries(name or path.stem, dataset, in_order(infos, wanted.flag), wanted)


def joined(series: Sequence[Series], paths: Sequence[Path], wanted: Wanted) -> Series:
    """Files of one time each as one series, in the order of their times, or as given without.

    Args:
        series: What was found in them, one field each.
        paths: The files.
        wanted: Which fields.
    """
    found = [(one.infos[0], path) for one, path in zip(series, paths, strict=True)]
    if all(info.valid_time is not None for info, _ in found):
        found.sort(key=lambda pair: _moment(pair[0]))
    infos, in_turn = [info for info, _ in found], [path for _, path in found]
    return JoinedSeries(series[0].name, in_turn, infos, wanted)


def in_order(infos: Sequence[FieldInfo], flag: str) -> Sequence[FieldInfo]:
    """Fields of one variable in the order of their times, one for each.

    Fields without times follow each other along the one dimension in which they differ.

    Raises:
        AmbiguousSelection: Several are of one time.
        DataError: They differ in something that is no time.
    """
    if len(infos) == 1:
        return infos
    if any(info.valid_time is None for info in infos):
        return _along_dimension(infos)
    sorted_infos = sorted(infos, key=_moment)
    for _, group in groupby(sorted_infos, key=_moment):
        same = list(group)
        if len(same) > 1:
            select_one(same, Selection(), variable_flag=flag)
    return sorted_infos


def _along_dimension(infos: Sequence[FieldInfo]) -> Sequence[FieldInfo]:
    """Fields in the order of the one number that tells them apart, such as a month."""
    first = infos[0]
    for name in first.dimensions:
        values = [info.dimensions.get(name) for info in infos]
        if len({value for value in values if value is not None}) == len(infos):
            return sorted(infos, key=lambda info: info.dimensions[name])
    same = [info for info in infos if info.dimensions == first.dimensions]
    if len(same) > 1:
        select_one(same, Selection())
    raise DataError(f"the fields of {first.variable} have no time dimension", hint=HINT)


def _moment(info: FieldInfo) -> datetime:
    assert info.valid_time is not None
    return info.valid_time


def _array_series(path: Path, name: str, wanted: Wanted) -> Series:
    if wanted.engine is not None or wanted.selection != Selection():
        raise UsageError(
            f"{path.name} is an array without names: nothing can be selected in it",
            hint=f"leave out {wanted.flag} and what chooses a level or an engine",
        )
    stack = opened_array(path)
    stack = stack[None] if stack.ndim == 2 else stack
    if stack.ndim != 3 or 0 in stack.shape[1:]:
        raise DataError(f"{path.name} has shape {stack.shape}", hint="(time, row, column) is drawn")
    if not len(stack):
        raise DataError(f"{path.name} has no time in it", hint=HINT)
    info = FieldInfo(variable=name)
    infos = [replace(info, number=number) for number in range(1, len(stack) + 1)]
    grid = array_grid(stack.shape[1:], wanted.array_extent)
    return ArraySeries(name, stack, grid, infos, wanted)
