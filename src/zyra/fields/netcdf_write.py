"""Write fields as one CF NetCDF file, a slice at a time."""

from collections.abc import Callable, Iterator, Sequence
from itertools import product
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from zyra.core.stream_job import Report, ignore_progress
from zyra.fields.cf_units import cf_units
from zyra.fields.field import Field, FieldInfo
from zyra.fields.grid import Grid
from zyra.fields.netcdf_file import NetcdfFile
from zyra.fields.netcdf_grids import WrittenGrid, write_grid
from zyra.fields.netcdf_lines import LineWriter
from zyra.fields.netcdf_plan import Stack, plan_stacks

Info = TypeVar("Info", bound=FieldInfo)

CONVENTIONS = "CF-1.11"


def write_fields(path: Path, fields: Sequence[Field], *, title: str = "") -> None:
    """Write fields that are in memory; see `write_netcdf`."""
    write_netcdf(path, fields, lambda field: field.grid, lambda field: field, title=title)


def write_netcdf(
    path: Path,
    infos: Sequence[Info],
    grid_of: Callable[[Info], Grid],
    read: Callable[[Info], Field],
    *,
    title: str = "",
    progress: Report = ignore_progress,
) -> None:
    """Write fields as one CF NetCDF file, reading them one at a time.

    Fields of one variable, grid and kind of level are stacked along time, level, member and
    further dimensions (`netcdf_plan`). Places for which there is no field are missing. Values
    are float32 as given, NaN is missing; nothing is packed or compressed, so that they are the
    source's own and writing costs little. The same fields give the same bytes.

    Args:
        path: File to write; replaced.
        infos: What to write, at least one.
        grid_of: The grid of a field, before it is read.
        read: Reads the values of a field; called once for each, in the order of the variables.
        title: Attribute of the file.
        progress: Told the fraction that is written.

    Raises:
        OSError: The file cannot be written.
        DataError: A field cannot be read.

    Source: CF 1.11 (https://cfconventions.org).
    """
    stacks = plan_stacks(infos, grid_of)
    with NetcdfFile(path) as file:
        named = {"title": title} if title else {}
        file.attributes({"Conventions": CONVENTIONS, **named})
        writer = _Writer(file, read, LineWriter(file, [stack.lines for stack in stacks]))
        done = 0
        for stack in stacks:
            for _ in writer.write(stack, grid_of(stack.first)):
                done += 1
                progress(done / len(infos), stack.name)


class _Writer:
    """Writes stacks into one file, sharing grids and coordinates between them."""

    def __init__(self, file: NetcdfFile, read: Callable[[Any], Field], lines: LineWriter) -> None:
        self._file = file
        self._read = read
        self._grids: dict[Grid, WrittenGrid] = {}
        self._lines = lines

    def write(self, stack: Stack[Info], grid: Grid) -> Iterator[Info]:
        """Write one stack; gives each field once it is written."""
        if grid not in self._grids:
            self._grids[grid] = write_grid(self._file, grid)
        on = self._grids[grid]
        lines = self._lines.write(stack.lines)
        named = (*lines.coordinates, *on.coordinates)
        attributes = {
            **_attributes(stack.first),
            **on.attributes,
            **({"coordinates": " ".join(named)} if named else {}),
        }
        variable = self._file.variable(stack.name, (*lines.dimensions, *on.dimensions), attributes)
        for info, position in stack.fields:
            variable[lines.index(position)] = self._read(info).values
            yield info
        for gap in _gaps(stack):
            variable[lines.index(gap)] = np.full(grid.shape, np.nan, np.float32)


def _gaps(stack: Stack[Any]) -> Iterator[tuple[int, ...]]:
    """Positions of the hypercube that no field has."""
    filled = {position for _, position in stack.fields}
    positions = product(*(range(len(line)) for line in stack.lines))
    return (position for position in positions if position not in filled)


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
