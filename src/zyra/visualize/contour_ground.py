"""Prepare a field for contours: values everywhere, as fine as the map needs them.

Lines and filled bands are both found by linear interpolation between these values, so that
they fit each other exactly. On maps coarser than the data, cells are averaged, since lines
through noise show nothing; on finer ones a cubic curve goes through the data, since straight
lines from cell to cell show the grid, not the weather. Missing cells next to known ones get
the mean of these, so that lines reach the edge of the data without being bent by it.
"""

from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from zyra.fields.field import Array
from zyra.fields.grid import Coordinates, Grid
from zyra.fields.warp_lines import goes_round
from zyra.visualize.painter import block_of
from zyra.visualize.places import Places
from zyra.visualize.thin import thinned

Flags = NDArray[np.bool_]
Cell = TypeVar("Cell", np.bool_, np.uint8, np.float32)

# Cells wider than this many pixels are divided until they are not, as far as it is worth it.
SMOOTH_PIXELS = 4.0
MOST_PARTS = 15
MOST_CELLS = 1 << 24
# Cells kept around the map, for the curve through them and for labels at its rim.
MARGIN_CELLS = 3
# A map that shows more of the way round than this gets all of it.
NEARLY_ROUND = 0.75


@dataclass(frozen=True)
class Ground:
    """Values to draw contours of.

    Attributes:
        values: Finite everywhere; arbitrary where not `usable`.
        grid: Their places.
        known: Which cells have a value in the data; None if all have.
        usable: Which have one in `values`: the known cells and their neighbours; or None.
    """

    values: Array
    grid: Grid
    known: Flags | None = None
    usable: Flags | None = None


def ground_of(values: Array, grid: Grid, places: Places) -> Ground:
    """The ground of a field for a map.

    Args:
        values: Of the field; NaN or infinite where missing.
        grid: Of the field.
        places: Of the map's pixels in it.
    """
    block = block_of(places, grid)
    if block != (1, 1):
        return _filled(*thinned(values, grid, *block))
    parts = _parts(places)
    if parts == (1, 1):
        return _filled(values, grid)
    values, grid = _window(values, grid, places)
    parts = _affordable(parts, grid)
    return _refined(_filled(values, grid), *parts)


def _parts(places: Places) -> tuple[int, int]:
    """Parts (rows, columns) that a cell is to be divided into; odd: one is in its middle."""
    down, across = (_parts_of(cells) for cells in places.cells_per_pixel)
    return down, across


def _parts_of(cells_per_pixel: float) -> int:
    if cells_per_pixel <= 0:
        return 1
    wanted = 1 / (cells_per_pixel * SMOOTH_PIXELS)
    return 1 if wanted <= 1 else min(2 * int(np.ceil((wanted - 1) / 2)) + 1, MOST_PARTS)


def _affordable(parts: tuple[int, int], grid: Grid) -> tuple[int, int]:
    down, across = parts
    while down * across * grid.shape[0] * grid.shape[1] > MOST_CELLS and max(down, across) > 1:
        down, across = max(1, down - 2), max(1, across - 2)
    return down, across


def _window(values: Array, grid: Grid, places: Places) -> tuple[Array, Grid]:
    """The part of a field that a map shows, with a margin."""
    if places.is_separable:
        shown_rows, shown_columns = places.rows, places.columns
    else:
        shown_rows, shown_columns = places.rows[places.inside], places.columns[places.inside]
    rows = _reach(shown_rows, len(grid.y))
    values, grid = values[rows], replace(grid, y=grid.y[rows])
    if not places.wraps:
        columns = _reach(shown_columns, len(grid.x))
        return values[:, columns], replace(grid, x=grid.x[columns])
    return _window_around(values, grid, shown_columns)


def _reach(shown: Array, count: int) -> slice:
    shown = shown[np.isfinite(shown)]
    first, last = int(shown.min()) - MARGIN_CELLS, int(shown.max()) + MARGIN_CELLS + 2
    return slice(max(first, 0), min(last, count))


def _window_around(values: Array, grid: Grid, shown: Array) -> tuple[Array, Grid]:
    """The columns that are shown of a field that closes on itself; all, if most of them are."""
    count = len(grid.x)
    near = np.zeros(count, bool)
    cells = np.unique(shown[np.isfinite(shown)].astype(np.intp))
    for step in range(-MARGIN_CELLS, MARGIN_CELLS + 2):
        near[(cells + step) % count] = True
    if near.mean() > NEARLY_ROUND:
        return values, grid
    # One gap at least; the columns after the widest come first.
    ends = np.flatnonzero(near & ~np.roll(near, -1))
    starts = np.flatnonzero(near & ~np.roll(near, 1))
    gaps = [(int(starts[(starts > end).argmax()]) - int(end)) % count for end in ends]
    begin = (int(ends[int(np.argmax(gaps))]) + max(gaps)) % count
    length = count - max(gaps) + 1
    columns = (begin + np.arange(length)) % count
    turn = 360.0 if grid.x[0] < grid.x[-1] else -360.0
    x = grid.x[columns] + turn * (begin + np.arange(length) >= count)
    return values[:, columns], replace(grid, x=x)


def _filled(values: Array, grid: Grid) -> Ground:
    """Values with missing cells beside known ones filled with the mean of these."""
    known = np.isfinite(values)
    if known.all():
        return Ground(values, grid)
    near = _around(_padded(known.view(np.uint8), grid))
    total = _around(_padded(np.where(known, values, np.float32(0)), grid))
    mean = total / np.maximum(near, np.uint8(1))
    mean[near == 0] = np.fmin.reduce(values, axis=None)
    return Ground(np.where(known, values, mean), grid, known, near > 0)


def _around(padded: NDArray[Cell]) -> NDArray[Cell]:
    """Sum of each cell and the eight around it."""
    rows = padded[:-2] + padded[1:-1] + padded[2:]
    around: NDArray[Cell] = rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:]
    return around


def _padded(cells: NDArray[Cell], grid: Grid) -> NDArray[Cell]:
    """With one row and column more on each side: 0, or those beyond where the grid closes."""
    padded = np.pad(cells, 1)
    if goes_round(grid):
        padded[1:-1, 0], padded[1:-1, -1] = cells[:, -1], cells[:, 0]
    return padded


def _refined(ground: Ground, down: int, across: int) -> Ground:
    """Each cell divided into `down` x `across`, on a cubic curve through the values."""
    wraps = goes_round(ground.grid)
    values = _curved(ground.values, across, wraps=wraps)
    values = _curved(np.ascontiguousarray(values.T), down, wraps=False).T
    # A curve may run beyond the values between them: no rain is never less than none.
    values = np.clip(values, ground.values.min(), ground.values.max())
    grid = replace(ground.grid, x=_divided(ground.grid.x, across), y=_divided(ground.grid.y, down))
    known, usable = (
        None if cells is None else cells.repeat(down, axis=0).repeat(across, axis=1)
        for cells in (ground.known, ground.usable)
    )
    return _within_poles(Ground(np.ascontiguousarray(values), grid, known, usable))


def _within_poles(ground: Ground) -> Ground:
    """Without the rows of divided cells that lie beyond a pole."""
    if not ground.grid.crs.is_geographic:
        return ground
    on_earth = np.abs(ground.grid.y) <= 90.0
    if on_earth.all():
        return ground
    known, usable = (
        None if cells is None else cells[on_earth] for cells in (ground.known, ground.usable)
    )
    grid = replace(ground.grid, y=ground.grid.y[on_earth])
    return Ground(ground.values[on_earth], grid, known, usable)


def _curved(values: Array, parts: int, *, wraps: bool) -> Array:
    """Rows of values on a cubic curve, at the middles of `parts` parts of each cell.

    Source: Keys, Cubic convolution interpolation for digital image processing (1981), a = -1/2.
    """
    if parts == 1 or values.shape[1] < 2:
        return np.repeat(values, parts, axis=1)
    count = values.shape[1]
    if wraps:
        longer = np.concatenate([values[:, -2:], values, values[:, :2]], axis=1)
    else:
        # Beyond the ends it goes on as it came: a plane stays one.
        steps = np.arange(1, 3, dtype=np.float32)
        before = values[:, :1] + (values[:, :1] - values[:, 1:2]) * steps[::-1]
        after = values[:, -1:] + (values[:, -1:] - values[:, -2:-1]) * steps
        longer = np.concatenate([before, values, after], axis=1)
    curved = np.empty((values.shape[0], count * parts), np.float32)
    for part in range(parts):
        weights = _weights((part + 0.5) / parts - 0.5)
        total = longer[:, :count] * weights[0]
        for tap in range(1, 5):
            if weights[tap]:
                total += longer[:, tap : tap + count] * weights[tap]
        curved[:, part::parts] = total
    return curved


def _weights(place: float) -> Array:
    """Of the cells 2 and 1 before, here, 1 and 2 after, for a place from -0.5 to 0.5 of it."""
    away = np.abs(place - np.arange(-2, 3))
    near = (1.5 * away - 2.5) * away**2 + 1.0
    far = ((-0.5 * away + 2.5) * away - 4.0) * away + 2.0
    return np.where(away < 1, near, np.where(away < 2, far, 0.0)).astype(np.float32)


def _divided(line: Coordinates, parts: int) -> Coordinates:
    """Coordinates of the middles of `parts` parts of each cell."""
    if len(line) < 2:
        return np.repeat(line, parts)
    count = len(line)
    places = (np.arange(count * parts) + 0.5) / parts - 0.5
    ends = 2 * line[0] - line[1], 2 * line[-1] - line[-2]
    longer = np.concatenate([[ends[0]], line, [ends[1]]])
    divided: Coordinates = np.interp(places, np.arange(-1, count + 1), longer)
    return divided
