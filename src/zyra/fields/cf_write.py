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


def ignore_order(infos: Sequence[FieldInfo]) -> None:
    """Expect nothing: fields are read when they are asked for."""


def write_cf(
    target: CfTarget,
    infos: Sequence[Info],
    grid_of: Callable[[Info], Grid],
    read: Callable[[Info], Field],
    *,
    expect: Callable[[Sequence[Info]], None],
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
        expect: Told the order in which fields will be read.
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
    blocks = [list(_blocks(outline, storage)) for outline in outlines]
    expect([info for of_one in blocks for block in of_one for info in block.fields.values()])
    done = 0
    for outline, of_one in zip(outlines, blocks, strict=True):
        chunks = storage.chunk_shape(outline.sizes)
        variable = file.variable(outline.stack.name, outline.sizes, outline.attributes, chunks)
        for block in of_one:
            variable[block.where] = block.values(read)
            done += len(block.fields)
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


@dataclass(frozen=True)
class _Block(Generic[Info]):
    """Whole fields that share their chunks, and so are written at once.

    Attributes:
        fields: By their places along the outer dimensions.
        corner: First place along each outer dimension.
        shape: Of the values, rows and columns last.
    """

    fields: Mapping[Position, Info]
    corner: Position
    shape: tuple[int, ...]

    @property
    def where(self) -> tuple[slice, ...]:
        """Its places along the outer dimensions."""
        lengths = self.shape[: len(self.corner)]
        return tuple(
            slice(at, at + length) for at, length in zip(self.corner, lengths, strict=True)
        )

    def values(self, read: Callable[[Info], Field]) -> Array:
        """The values of its fields; missing where there is none."""
        if len(self.fields) == 1 and prod(self.shape[:-2]) == 1:
            return read(*self.fields.values()).values.reshape(self.shape)
        block = np.full(self.shape, np.nan, np.float32)
        for index, info in self.fields.items():
            place = tuple(at - start for at, start in zip(index, self.corner, strict=True))
            block[place] = read(info).values
        return block


def _blocks(outline: _Outline[Info], storage: Storage) -> Iterator[_Block[Info]]:
    """What is written of one variable, in the order of its places."""
    sizes = tuple(outline.sizes.values())
    outer, steps = sizes[:-2], storage.chunk_shape(outline.sizes)[:-2]
    together: defaultdict[Position, dict[Position, Info]] = defaultdict(dict)
    for info, position in outline.stack.fields:
        index = outline.lines.index(position)
        corner = tuple(at - at % step for at, step in zip(index, steps, strict=True))
        together[corner][index] = info
    ranges = (range(0, size, step) for size, step in zip(outer, steps, strict=True))
    for corner in product(*ranges):
        lengths = (
            min(step, size - at) for at, step, size in zip(corner, steps, outer, strict=True)
        )
        yield _Block(together.get(corner, {}), corner, (*lengths, *sizes[-2:]))


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
