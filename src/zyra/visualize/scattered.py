"""Values of a grid at pixels that lie in no rows of it: maps in another projection.

The parts of a picture are done side by side, each small enough to stay in the CPU's cache.
"""

from collections.abc import Callable
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from zyra.fields.field import Array
from zyra.visualize.cores import on_all_cores
from zyra.visualize.places import Places, Positions

# What is drawn at pixels: levels, or values as they are.
Drawn = TypeVar("Drawn", np.uint8, np.float32)
# Writes what interpolated values look like to an array of their shape; may change them.
Draw = Callable[[Array, NDArray[Drawn]], None]
# Numbers of grid points, fewer than 2 to the 31 (see `fields.budgets`).
Numbers = NDArray[np.int32]

PART_PIXELS = 1 << 15


def draw_nearest(
    values: NDArray[Drawn], places: Places, drawn: NDArray[Drawn], outside: float
) -> None:
    """Fill `drawn`, of the picture's shape, with what the nearest grid points have."""

    def draw(part: slice) -> None:
        inside = places.inside_in(part)
        drawn[part] = nearest_of(values, places, places.rows[part], places.columns[part])
        if not inside.all():
            np.copyto(drawn[part], outside, where=~inside, casting="unsafe")

    on_all_cores(draw, _parts(drawn))


def draw_bilinear(
    values: Array,
    places: Places,
    drawn: NDArray[Drawn],
    draw: Draw[Drawn],
    nearest: NDArray[Drawn] | None,
) -> None:
    """Draw the bilinear value of each pixel that lies in the grid; others keep what they have.

    Args:
        values: Of the grid, its first column once more where it wraps; NaN is missing.
        places: Of the pixels.
        drawn: To be filled, of the picture's shape.
        draw: What values look like.
        nearest: What each grid point looks like, for pixels where one of the four around has no
            value; None where all have.
    """

    def fill(part: slice) -> None:
        inside = places.inside_in(part)
        shown = np.flatnonzero(inside.any(axis=0))
        if not shown.size:
            return
        # Of a globe or a cone the pixels between its rims, nearly all of which lie in the grid.
        across = slice(int(shown[0]), int(shown[-1]) + 1)
        box, inside = (part, across), inside[:, across]
        target = np.empty(inside.shape, drawn.dtype)
        with np.errstate(invalid="ignore"):
            found = bilinear(values, places.rows[box], places.columns[box])
            draw(found, target)
        if nearest is not None:
            _fill_gaps(np.isnan(found) & inside, target, nearest, places, box)
        np.copyto(drawn[box], target, where=inside)

    on_all_cores(fill, _parts(drawn))


def _fill_gaps(
    gaps: NDArray[np.bool_],
    target: NDArray[Drawn],
    nearest: NDArray[Drawn],
    places: Places,
    box: tuple[slice, slice],
) -> None:
    if gaps.any():
        target[gaps] = nearest_of(
            nearest, places, places.rows[box][gaps], places.columns[box][gaps]
        )


def nearest_of(
    values: NDArray[Drawn], places: Places, rows: Positions, columns: Positions
) -> NDArray[Drawn]:
    """What the grid points nearest to positions have; anything where these are NaN."""
    height, width = places.shape
    # Casting NaN gives some number or other.
    with np.errstate(invalid="ignore"):
        row = (rows + np.float32(0.5)).astype(np.int32)
        column = (columns + np.float32(0.5)).astype(np.int32)
    if places.wraps:
        column[column >= width] = 0
    numbers = np.clip(row, 0, height - 1, out=row)
    numbers *= np.int32(width)
    numbers += np.clip(column, 0, width - 1, out=column)
    return _taken(values.reshape(-1), numbers)


def bilinear(values: Array, rows: Positions, columns: Positions) -> Array:
    """Value between the four grid points around each position; NaN where that is NaN."""
    height, width = values.shape
    row, down = _split(rows, height)
    column, across = _split(columns, width)
    row *= np.int32(width)
    row += column
    corner = row.astype(np.intp)
    flat = values.reshape(-1)
    top = _between(flat, corner, across)
    bottom = _between(flat[width:], corner, across)
    bottom -= top
    bottom *= down
    top += bottom
    return top


def _between(flat: Array, corner: NDArray[np.intp], across: Positions) -> Array:
    """Value between the points of these numbers and the ones after them."""
    start, end = _taken(flat, corner), _taken(flat[1:], corner)
    end -= start
    end *= across
    start += end
    return start


def _split(positions: Positions, count: int) -> tuple[Numbers, Positions]:
    """Number of the grid point before each position, with the weight of the one after."""
    within = np.clip(positions, np.float32(0), np.float32(count - 1))
    before = within.astype(np.int32)
    np.minimum(before, count - 2, out=before)
    within -= before.astype(np.float32)
    return before, within


def _taken(flat: NDArray[Drawn], numbers: NDArray[np.integer]) -> NDArray[Drawn]:
    # The default checks all numbers before it takes any; these lie in the grid, or come from NaN.
    taken: NDArray[Drawn] = flat.take(numbers, mode="clip")
    return taken


def _parts(drawn: NDArray[Drawn]) -> list[slice]:
    """Rows of a picture, a few at a time."""
    height, width = drawn.shape
    rows = max(1, PART_PIXELS // width)
    return [slice(first, first + rows) for first in range(0, height, rows)]
