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

Indices = NDArray[Any]
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
        source = self.prepared(values)

        def work(strip: "Strip") -> None:
            np.copyto(result[strip.target], strip.nearest(source), where=strip.inside)

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
        source = self.prepared(values)
        has_missing = bool(np.isnan(values).any())

        def work(strip: "Strip") -> None:
            mixed = strip.mix(source)
            if has_missing:
                strip.mend(mixed, source)
            np.copyto(result[strip.target], mixed, where=strip.inside)

        self.each_strip(work)
        return result

    def prepared(self, values: Plane) -> Plane:
        """Values of any type as `Strip` takes them: each cell has a next one, right and below."""
        rows, columns = (line.is_padded for line in self._tiles.lines)
        if columns:
            values = np.concatenate([values, values[:, :1]], axis=1)
        if rows:
            values = np.concatenate([values, values[:1]], axis=0)
        return np.ascontiguousarray(values)


class Strip:
    """Some rows of the target, with their places among the source's rows and columns.

    Values of the source are given as `Warp.prepared` makes them.

    Attributes:
        target: The cells of the target that these are.
        inside: Which of them the source has a place for; what is given for others is anything.
    """

    def __init__(self, block: Block, lines: tuple[Line, Line]) -> None:
        rows, columns = lines
        self.target = block.rows, block.columns
        self.inside = rows.is_inside(block.along_rows) & columns.is_inside(block.along_columns)
        along_rows, along_columns = block.along_rows, block.along_columns
        if not self.inside.all():
            along_rows, along_columns = (
                np.where(self.inside, steps, steps.dtype.type(0))
                for steps in (along_rows, along_columns)
            )
        self._rows, self._columns = rows.places_of(along_rows), columns.places_of(along_columns)
        self._last = rows.last_but_one, columns.last_but_one

    @cached_property
    def _corners(self) -> "Corners":
        up, left = (
            np.minimum(places.astype(np.int32), last)
            for places, last in zip((self._rows, self._columns), self._last, strict=True)
        )
        below = (self._rows - up).astype(np.float32, copy=False)
        beside = (self._columns - left).astype(np.float32, copy=False)
        return Corners((up, left), below, beside)

    def nearest(self, source: Plane) -> Plane:
        """Value of the nearest cell."""
        return _at(source, self._rows, self._columns)

    def mix(self, source: Plane) -> Array:
        """Bilinear value, float32; NaN where one of the four cells around is."""
        return self._corners.mix(source)

    def mend(self, mixed: Array, source: Array) -> None:
        """Replace NaN in `mixed` by what the neighbours that are there give."""
        gaps = np.flatnonzero(np.isnan(mixed) & self.inside)
        near = _at(source, self._rows.ravel()[gaps], self._columns.ravel()[gaps])
        gaps = gaps[~np.isnan(near)]
        mixed.ravel()[gaps] = self._corners.at(gaps).mix_of_present(source)


@dataclass(frozen=True)
class Corners:
    """The four cells around some places.

    Attributes:
        first: Rows and columns of the upper left ones.
        below, beside: Weights of the lower and of the right ones, 0 to 1.
    """

    first: tuple[Indices, Indices]
    below: Array
    beside: Array

    def mix(self, source: Plane) -> Array:
        """The bilinear value of a source of any type, float32."""
        width = source.shape[1]
        flat = source.ravel()
        corner = self.first[0] * np.intp(width) + self.first[1]
        top = self._between(flat, corner)
        corner += width
        bottom = self._between(flat, corner)
        bottom -= top
        bottom *= self.below
        top += bottom
        return top

    def _between(self, flat: Plane, corner: Indices) -> Array:
        start: Array = flat.take(corner).astype(np.float32, copy=False)
        end: Array = flat.take(corner + 1).astype(np.float32, copy=False)
        end -= start
        end *= self.beside
        start += end
        return start

    def at(self, chosen: Indices) -> "Corners":
        """Those of some places, by their number."""
        first = self.first[0].ravel()[chosen], self.first[1].ravel()[chosen]
        return Corners(first, self.below.ravel()[chosen], self.beside.ravel()[chosen])

    def mix_of_present(self, source: Array) -> Array:
        """The weighted mean of those of the four that are not NaN; one of them must be."""
        sums, weights = np.zeros_like(self.below), np.zeros_like(self.below)
        row, column = self.first
        for lower, down in ((0, 1 - self.below), (1, self.below)):
            for right, across in ((0, 1 - self.beside), (1, self.beside)):
                given = source[row + lower, column + right]
                weight = np.where(np.isnan(given), np.float32(0), down * across)
                weights += weight
                sums += np.nan_to_num(given, nan=0.0, posinf=np.inf, neginf=-np.inf) * weight
        mean: Array = sums / weights
        return mean


def _at(source: Plane, rows: Steps, columns: Steps) -> Plane:
    row = (rows + 0.5).astype(np.intp)
    column = (columns + 0.5).astype(np.intp)
    found: Plane = source.ravel().take(row * source.shape[1] + column)
    return found
