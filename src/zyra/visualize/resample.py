"""Draw the values of a grid at the pixels of a map, as levels of a scale.

The work is done a few rows at a time: they and their steps in between stay in the CPU's
cache, which makes the whole several times as fast as operations on whole pictures.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from zyra.fields.field import Array
from zyra.visualize.places import Indices, Places, Positions
from zyra.visualize.scale import MISSING, Scale
from zyra.visualize.scattered import Drawn, draw_bilinear, draw_nearest

Levels = NDArray[np.uint8]

# Levels by which the highest value is kept below the end of the scale, which it belongs to.
TOP_MARGIN = 1 / 256
# Few enough that each step finds what the last one left in the CPU's cache, and enough that
# Python, which only one thread can be in, has little part in the work.
SMALL_BLOCK_PIXELS = 1 << 16


def nearest_levels(values: Array, places: Places, scale: Scale) -> Levels:
    """Level of the grid point nearest to each pixel, shape (height, width).

    `MISSING` where that point has no value, and outside the grid.
    """
    return gathered(scale.levels(values), places)


def nearest_values(values: Array, places: Places) -> Array:
    """Value of the grid point nearest to each pixel, shape (height, width); NaN outside."""
    return _taken(values, places, np.nan)


def linear_values(values: Array, places: Places) -> Array:
    """Bilinear value at each pixel, shape (height, width); NaN outside and where missing.

    As in `linear_levels`, the nearest point decides where one of the four has no value.
    """
    if min(places.shape) < 2:
        return nearest_values(values, places)
    is_whole = bool(np.isfinite(values).all())
    around = _closed(values) if places.wraps else values
    if not places.is_separable:
        found: Array = np.full(places.picture_shape, np.nan, np.float32)
        draw_bilinear(around, places, found, _as_it_is, None if is_whole else values)
        return found
    found = np.full(places.picture_shape, np.nan, np.float32)
    if not is_whole:
        found = nearest_values(values, places)
    with np.errstate(invalid="ignore"):
        for target, interpolated in _separable_blocks(around, places, found):
            np.copyto(target, interpolated, where=is_whole or np.isfinite(interpolated))
    found[:, ~np.isfinite(places.columns)] = np.nan
    return found


def _as_it_is(interpolated: Array, target: Array) -> None:
    np.copyto(target, interpolated)


def _closed(values: Array) -> Array:
    """With the first column once more after the last."""
    return np.concatenate([values, values[:, :1]], axis=1)


def gathered(levels: Levels, places: Places) -> Levels:
    """The level, one for each grid point, that is nearest to each pixel; `MISSING` outside."""
    return _taken(levels, places, MISSING)


def shown_values(values: Array, places: Places) -> Array:
    """The values that are nearest to some pixel, in no particular shape."""
    if not places.is_separable:
        at_pixels: Array = nearest_values(values, places)[places.inside]
        return at_pixels
    rows, columns = _nearest_rows(places), _nearest_columns(places)
    rows = np.unique(rows[np.isfinite(places.rows)])
    columns = np.unique(columns[np.isfinite(places.columns)])
    shown: Array = values[rows][:, columns]
    return shown


def linear_levels(values: Array, places: Places, scale: Scale) -> Levels:
    """Level of the bilinear value at each pixel, shape (height, width).

    Where one of the four grid points around has no value, the nearest point decides, so
    that missing cells keep their edges. Within the outer half cells the value is that of
    the edge.
    """
    if min(places.shape) < 2:
        return nearest_levels(values, places, scale)
    prepared = _Prepared(values, scale)
    around = _closed(prepared.values) if places.wraps else prepared.values
    if not places.is_separable:
        drawn = np.full(places.picture_shape, MISSING, np.uint8)
        nearest = prepared.levels(values) if prepared.has_missing else None
        draw_bilinear(around, places, drawn, prepared.draw, nearest)
        return drawn
    if prepared.has_missing:
        drawn = gathered(prepared.levels(values), places)
    else:
        drawn = np.full(places.picture_shape, MISSING, np.uint8)
    # Casting NaN warns even where it is masked.
    with np.errstate(invalid="ignore"):
        for target, interpolated in _separable_blocks(around, places, drawn):
            prepared.finish(interpolated, target)
    _hide_outside(drawn, places)
    return drawn


def _taken(values: NDArray[Drawn], places: Places, outside: float) -> NDArray[Drawn]:
    """What the nearest grid point has, at each pixel."""
    if places.is_separable:
        columns = values.take(_nearest_columns(places), axis=1)
        taken: NDArray[Drawn] = columns.take(_nearest_rows(places), axis=0)
        _hide_outside(taken, places, outside)
        return taken
    taken = np.empty(places.picture_shape, values.dtype)
    draw_nearest(values, places, taken, outside)
    return taken


class _Prepared:
    """Values shifted and stretched to levels, so that a pixel needs no more than a cast."""

    def __init__(self, values: Array, scale: Scale) -> None:
        self.scale = scale
        self.missing = ~np.isfinite(values)
        self.has_missing = bool(self.missing.any())
        self.values: Array = values
        if scale.is_affine:
            self.values = (values - np.float32(scale.low)) * np.float32(scale.slope)
        if self.has_missing:
            self.values = np.where(self.missing, np.float32(np.nan), self.values)
        self.needs_clip = not self._fits()

    def _fits(self) -> bool:
        """Whether no interpolated value can leave the scale; takes the top end into it."""
        if not self.scale.is_affine:
            return True
        lowest = np.fmin.reduce(self.values, axis=None)
        highest = np.fmax.reduce(self.values, axis=None)
        if not (lowest >= 0 and highest <= self.scale.count + TOP_MARGIN):
            return False
        np.minimum(self.values, np.float32(self.scale.count - TOP_MARGIN), out=self.values)
        return True

    def levels(self, values: Array) -> Levels:
        """Level of each grid point; the same as `Scale.levels` of `values`, but sooner."""
        if self.needs_clip or not self.scale.is_affine:
            return self.scale.levels(values)
        with np.errstate(invalid="ignore"):
            levels: Levels = self.values.astype(np.uint8)
        levels[self.missing] = MISSING
        return levels

    def draw(self, interpolated: Array, target: Levels) -> None:
        """Write the levels of `interpolated`, which it changes; anything where NaN."""
        if not self.scale.is_affine:
            np.copyto(target, self.scale.levels(interpolated))
            return
        if self.needs_clip:
            np.maximum(interpolated, np.float32(0), out=interpolated)
            np.minimum(interpolated, np.float32(self.scale.count - 1), out=interpolated)
        np.copyto(target, interpolated, casting="unsafe")

    def finish(self, interpolated: Array, target: Levels) -> None:
        """The same, but `target` keeps its own where NaN."""
        if not self.has_missing:
            self.draw(interpolated, target)
            return
        known = interpolated == interpolated  # noqa: PLR0124 - NaN is not; twice as fast as isnan
        levels = np.empty_like(target)
        self.draw(interpolated, levels)
        np.copyto(target, levels, where=known)


def _separable_blocks(
    values: Array, places: Places, drawn: NDArray[Drawn]
) -> Iterator[tuple[NDArray[Drawn], Array]]:
    """Runs of the picture's rows, each with its interpolated values."""
    inner = np.flatnonzero(np.isfinite(places.rows))
    if not inner.size:
        return
    upper, down = _split(places.rows[inner], places.shape[0])
    left, across = _split(np.nan_to_num(places.columns), values.shape[1])
    block = max(1, SMALL_BLOCK_PIXELS // len(across))
    for begin in range(0, len(inner), block):
        end = min(begin + block, len(inner))
        first, last = sorted((int(upper[begin]), int(upper[end - 1])))
        stretched = _stretched(values[first : last + 2], left, across)
        above = upper[begin:end] - first
        between = stretched.take(above, axis=0)
        change = stretched.take(above + 1, axis=0)
        change -= between
        change *= down[begin:end, None]
        change += between
        yield drawn[inner[begin] : inner[end - 1] + 1], change


def _stretched(rows: Array, left: Indices, across: Positions) -> Array:
    """Rows of the grid interpolated to the columns of the picture."""
    start = rows.take(left, axis=1)
    stretched = rows.take(left + 1, axis=1, mode="clip")
    stretched -= start
    stretched *= across
    stretched += start
    return stretched


def _split(positions: Positions, count: int) -> tuple[Indices, Positions]:
    """Index of the grid point before each position, with the weight of the one after."""
    within = np.clip(positions, 0, count - 1)
    before = np.minimum(within.astype(np.intp), count - 2)
    return before, within - before.astype(np.float32)


def _nearest_rows(places: Places) -> Indices:
    """Row of the nearest grid point for each row of the picture; any where there is none."""
    return _nearest(places.rows, places.shape[0], past_last=places.shape[0] - 1)


def _nearest_columns(places: Places) -> Indices:
    """The same for columns."""
    count = places.shape[1]
    return _nearest(places.columns, count, past_last=0 if places.wraps else count - 1)


def _nearest(positions: Positions, count: int, past_last: int) -> Indices:
    """The nearest of `count` numbers; half a step past the last it is `past_last`."""
    # Casting NaN gives some number or other.
    with np.errstate(invalid="ignore"):
        rounded: Indices = (positions + np.float32(0.5)).astype(np.intp)
    np.maximum(rounded, 0, out=rounded)
    rounded[rounded >= count] = past_last
    return rounded


def _hide_outside(drawn: NDArray[Drawn], places: Places, outside: float = MISSING) -> None:
    drawn[~np.isfinite(places.rows)] = outside
    drawn[:, ~np.isfinite(places.columns)] = outside
