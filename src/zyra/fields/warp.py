"""Resample values from one grid to another, across coordinate systems.

The work is done in strips, some side by side: a strip and its steps in between stay in the
CPU's cache, and numpy lets other threads work meanwhile.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zyra.fields.field import Array
from zyra.fields.grid import Grid
from zyra.fields.warp_lines import Line, Steps
from zyra.fields.warp_tiles import Block, Tiles
from zyra.fields.warp_transform import transform_between

Indices = NDArray[np.intp]
Plane = NDArray[Any]

_MOST_THREADS = 4


class Warp:
    """From values on one grid to values on another.

    A cell of the target takes the nearest cell of the source, or the bilinear value between
    the centres of four. Columns that go all the way round have no seam; within the outer half
    cells the value is that of the edge; beyond it, and where the source has no place for a
    cell, there is none. Places are at most `warp_tiles.TOLERANCE` off.
    """

    def __init__(self, source: Grid, target: Grid) -> None:
        """Work out the places; `target` is evenly spaced.

        Raises:
            UnsupportedFormat: PROJ knows no way between the coordinate systems.
        """
        self.shape = target.shape
        self._tiles = Tiles(source, target, transform_between(target.crs, source.crs))

    @property
    def is_empty(self) -> bool:
        """Whether the source has nothing for any cell of the target."""
        return self._tiles.is_empty or not any(
            Strip(block, self._tiles.lines).inside.any() for block in self._tiles.blocks()
        )

    def each_strip(self, work: Callable[["Strip"], None]) -> None:
        """Do `work` for every strip of the target that the source has something for."""

        def one(number: int) -> None:
            block = self._tiles.block(number)
            if block is not None:
                work(Strip(block, self._tiles.lines))

        with ThreadPoolExecutor(min(os.cpu_count() or 1, _MOST_THREADS)) as pool:
            for _ in pool.map(one, range(self._tiles.count)):
                pass

    def nearest(self, values: Plane, fill: Any = np.nan) -> Plane:
        """Value of the nearest cell; `fill` where there is none.

        Args:
            values: Shape of the source, any type, which is kept.
            fill: Must fit into that type.
        """
        result = np.full(self.shape, fill, values.dtype)

        def work(strip: "Strip") -> None:
            np.copyto(result[strip.target], strip.nearest(values), where=strip.inside)

        self.each_strip(work)
        return result

    def linear(self, values: Array) -> Array:
        """Bilinear value; NaN where there is none.

        A missing neighbour counts for nothing: the others' weights are scaled up to one. Where
        the nearest cell is missing, so is the result, so that missing areas keep their size.

        Args:
            values: Float32, shape of the source; NaN is missing.
        """
        result = np.full(self.shape, np.nan, np.float32)
        has_missing = bool(np.isnan(values).any())

        def work(strip: "Strip") -> None:
            mixed = strip.mix(values)
            if has_missing:
                strip.mend(mixed, values)
            np.copyto(result[strip.target], mixed, where=strip.inside)

        self.each_strip(work)
        return result


class Strip:
    """Some rows of the target, with their places among the source's rows and columns.

    Attributes:
        target: The cells of the target that these are.
        inside: Which of them the source has a place for.
    """

    def __init__(self, block: Block, lines: tuple[Line, Line]) -> None:
        rows, columns = lines
        self.target = block.rows, block.columns
        self.inside = rows.is_inside(block.along_rows) & columns.is_inside(block.along_columns)
        self._lines = lines
        self._steps = block.along_rows, block.along_columns

    @cached_property
    def _places(self) -> tuple[Steps, Steps]:
        """Rows and columns as fractions; anything that is there outside."""
        rows, columns = self._steps
        if not self.inside.all():
            rows, columns = (
                np.where(self.inside, each, each.dtype.type(0)) for each in self._steps
            )
        return self._lines[0].places_of(rows), self._lines[1].places_of(columns)

    @cached_property
    def corners(self) -> "Corners":
        """The four cells around each place."""
        rows, columns = self._lines
        up, down = _split(self._places[0], rows)
        left, right = _split(self._places[1], columns)
        return Corners(
            upper=up[0],
            lower=up[1],
            below=down,
            left=left[0],
            right=left[1],
            beside=right,
            columns=columns.count,
        )

    def nearest(self, values: Plane) -> Plane:
        """Value of the nearest cell of the source; anything outside."""
        rows, columns = (np.floor(places + 0.5).astype(np.intp) for places in self._places)
        count = self._lines[1].count
        if self._lines[1].wraps:
            columns[columns >= count] = 0
        found: Plane = values.ravel().take(rows * count + columns)
        return found

    def mix(self, values: Plane) -> Array:
        """Bilinear value; NaN where one of the four is, anything outside."""
        return self.corners.mix(values)

    def mend(self, mixed: Array, values: Array) -> None:
        """Replace NaN in `mixed` by what the neighbours that are there give."""
        gaps = np.isnan(mixed) & self.inside
        if gaps.any():
            near = self.nearest(values)[gaps]
            found = self.corners.at(gaps).mix_of_present(values)
            mixed[gaps] = np.where(np.isnan(near), np.float32(np.nan), found)


@dataclass(frozen=True)
class Corners:
    """The four cells around some places, and how far these are from the first.

    Attributes:
        upper, lower, left, right: Rows and columns of the source.
        below, beside: Weights of `lower` and `right`, 0 to 1.
        columns: How many the source has.
    """

    upper: Indices
    lower: Indices
    below: Array
    left: Indices
    right: Indices
    beside: Array
    columns: int

    def mix(self, values: Plane) -> Array:
        """The bilinear value of a source of any type, float32."""
        flat = values.ravel()
        top = self._between(flat, self.upper * self.columns)
        bottom = self._between(flat, self.lower * self.columns)
        bottom -= top
        bottom *= self.below
        top += bottom
        return top

    def _between(self, flat: Plane, row: Indices) -> Array:
        start: Array = flat.take(row + self.left).astype(np.float32, copy=False)
        end: Array = flat.take(row + self.right).astype(np.float32, copy=False)
        end -= start
        end *= self.beside
        start += end
        return start

    def at(self, chosen: NDArray[np.bool_]) -> "Corners":
        """Those of some places."""
        return Corners(
            upper=self.upper[chosen],
            lower=self.lower[chosen],
            below=self.below[chosen],
            left=self.left[chosen],
            right=self.right[chosen],
            beside=self.beside[chosen],
            columns=self.columns,
        )

    def mix_of_present(self, values: Array) -> Array:
        """The weighted mean of those of the four that are not NaN."""
        sums, weights = np.zeros_like(self.below), np.zeros_like(self.below)
        for row, down in ((self.upper, 1 - self.below), (self.lower, self.below)):
            for column, across in ((self.left, 1 - self.beside), (self.right, self.beside)):
                given = values[row, column]
                present = ~np.isnan(given)
                weight = np.where(present, down * across, np.float32(0))
                weights += weight
                sums += np.where(present, given, np.float32(0)) * weight
        with np.errstate(invalid="ignore", divide="ignore"):
            mean: Array = sums / weights
        return mean


def _split(places: Steps, line: Line) -> tuple[tuple[Indices, Indices], Array]:
    """The rows or columns before and after each place, and the weight of the latter."""
    # Just before the seam, float32 can round up to the number of columns.
    before = np.minimum(places.astype(np.intp), line.count - 1)
    weight = (places - before).astype(np.float32)
    after = before + 1
    after[after >= line.count] = 0 if line.wraps else line.count - 1
    return (before, after), weight
