"""Write fields as the variables of one CF file, a chunk at a time."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Generic, TypeVar

import numpy as np

from zyra.core.stream_job import Report
from zyra.fields.cf_file import CfFile, CfTarget
from zyra.fields.cf_grids import WrittenGrid, write_grid
from zyra.fields.cf_lines import LineWriter, WrittenLines
from zyra.fields.cf_plan import Stack, plan_stacks
from zyra.fields.cf_units import cf_units
from zyra.fields.field import Array, Field, FieldInfo
from zyra.fields.grid import Grid
from zyra.fields.storage import Storage, refuse_unknown_dimensions

Info = TypeVar("Info", bound=FieldInfo)
Position = tuple[int, ...]

CONVENTIONS = "CF-1.11"


def write_cf(
    target: CfTarget,
    infos: Sequence[Info],
    grid_of: Callable[[Info], Grid],
    read: Callable[[Info], Field],
    *,
    title: str,
    storage: Storage,
    progress: Report,
) -> None:
    """Write fields as one CF file, reading a chunk of them at a time.

    Fields of one variable, grid and kind of level are stacked along time, level, member and
    further dimensions (`cf_plan`). Places for which there is no field are missing. Values
    are float32 as given, NaN is missing. The same fields give the same bytes.

    Args:
        target: The file, new and empty.
        infos: What to write, at least one.
        grid_of: The grid of a field, before it is read.
        read: Reads the values of a field; called once for each.
        title: Attribute of the file.
        storage: Its chunks.
        progress: Told the fraction that is written.

    Raises:
        UsageError: `storage` names a dimension that no variable has.
        DataError: A field cannot be read.

    Source: CF 1.11 (https://cfconventions.org).
    """
    stacks = plan_stacks(infos, grid_of)
    file = CfFile(target)
    file.attributes({"Conventions": CONVENTIONS, **({"title": title} if title else {})})
    writer = _CoordinateWriter(file, LineWriter(file, [stack.lines for stack in stacks]))
    outlines = [writer.write(stack, grid_of(stack.first)) for stack in stacks]
    dimensions = {name for outline in outlines for name in outline.sizes}
    refuse_unknown_dimensions(storage, sorted(dimensions))
    done = 0
    for outline in outlines:
        for written in _write_values(file, outline, read, storage):
            done += written
            progress(done / len(infos), outline.stack.name)


@dataclass(frozen=True)
class _Outline(Generic[Info]):
    """A variable whose coordinates are written, and its values not yet.

    Attributes:
        stack: Its fields.
        lines: Its dimensions before rows and columns.
        sizes: Length of all its dimensions, by name, in their order.
        attributes: Of the variable.
    """

    stack: Stack[Info]
    lines: WrittenLines
    sizes: Mapping[str, int]
    attributes: Mapping[str, str]


class _CoordinateWriter:
    """Writes coordinates into one file, sharing grids and lines between variables."""

    def __init__(self, file: CfFile, lines: LineWriter) -> None:
        self._file = file
        self._grids: dict[Grid, WrittenGrid] = {}
        self._lines = lines

    def write(self, stack: Stack[Info], grid: Grid) -> _Outline[Info]:
        """Write the coordinates of one variable."""
        if grid not in self._grids:
            self._grids[grid] = write_grid(self._file, grid)
        on = self._grids[grid]
        lines = self._lines.write(stack.lines)
        named = (*lines.coordinates, *on.coordinates)
        return _Outline(
            stack,
            lines,
            sizes={name: self._file.size(name) for name in (*lines.dimensions, *on.dimensions)},
            attributes={
                **_attributes(stack.first),
                **on.attributes,
                **({"coordinates": " ".join(named)} if named else {}),
            },
        )


def _write_values(
    file: CfFile, outline: _Outline[Info], read: Callable[[Info], Field], storage: Storage
) -> Iterator[int]:
    """Write the values of one variable; gives the number of fields after each chunk."""
    chunks = storage.chunk_shape(outline.sizes)
    variable = file.variable(outline.stack.name, outline.sizes, outline.attributes, chunks)
    together: defaultdict[Position, dict[Position, Info]] = defaultdict(dict)
    for info, position in outline.stack.fields:
        index = outline.lines.index(position)
        corner = tuple(at - at % length for at, length in zip(index, chunks, strict=False))
        together[corner][index] = info
    sizes = tuple(outline.sizes.values())
    for corner in product(
        *(range(0, size, step) for size, step in zip(sizes[:-2], chunks, strict=False))
    ):
        lengths = [
            min(step, size - at) for at, step, size in zip(corner, chunks, sizes, strict=False)
        ]
        fields = together.get(corner, {})
        where = tuple(slice(at, at + length) for at, length in zip(corner, lengths, strict=True))
        variable[where] = _block(fields, corner, (*lengths, *sizes[-2:]), read)
        yield len(fields)


def _block(
    fields: Mapping[Position, Info],
    corner: Position,
    shape: tuple[int, ...],
    read: Callable[[Info], Field],
) -> Array:
    """The values of a chunk of fields; missing where there is no field."""
    if len(fields) == 1 and prod(shape[:-2]) == 1:
        return read(*fields.values()).values.reshape(shape)
    block = np.full(shape, np.nan, np.float32)
    for index, info in fields.items():
        block[tuple(at - start for at, start in zip(index, corner, strict=True))] = read(
            info
        ).values
    return block


def _attributes(info: FieldInfo) -> dict[str, str]:
    attributes = {
        "long_name": info.long_name,
        "standard_name": info.standard_name,
        "units": cf_units(info.units),
        "short_name": info.short_name or info.variable,
        "level_type": info.level.kind if info.level and info.level.value is None else "",
        "cell_methods": f"time: {info.statistic}" if info.statistic else "",
    }
    return {key: text for key, text in attributes.items() if text}
