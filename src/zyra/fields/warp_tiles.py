"""Where each cell of one grid lies in another, exactly or near enough, tile by tile.

A transformation between coordinate systems costs many times what reading a value does. Over
a small tile it is almost a polynomial: it is worked out at nine points of each tile, and
where the quadratic surface through them meets four others, that gives all cells. Elsewhere
(poles, edges of projections) every cell is transformed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zyra.fields.grid import Coordinates, Grid
from zyra.fields.projections import Transform
from zyra.fields.warp_lines import Line, Steps

# Cells along the sides of a tile.
TILE = 32
# How far an interpolated place may be off, in cells of the source or of the target,
# whichever are larger. GDAL tolerates an eighth.
TOLERANCE = 1 / 64

_TILES_AT_ONCE = 512

# Values at 0, 1/2 and 1 give the factors of 1, t and t squared of the parabola through them.
_POWERS = np.array([[1.0, 0.0, 0.0], [-3.0, 4.0, -1.0], [2.0, -4.0, 2.0]])
_CHECKS = np.array([0.25, 0.75])

# Beyond this many cells float32 cannot tell places to a thousandth.
_FLOAT32_CELLS = 1 << 14


@dataclass(frozen=True)
class Block:
    """Places of a strip of the target's cells in the source.

    Attributes:
        rows, columns: Which cells of the target.
        along_rows, along_columns: Steps (see `Line`) of the source, shape of the strip; NaN or
            outside the edges where the source has nothing.
    """

    rows: slice
    columns: slice
    along_rows: Steps
    along_columns: Steps


class Tiles:
    """The places of a target's cells in the lines of a source.

    Attributes:
        lines: Rows and columns of the source.
        shape: (rows, columns) of the target.
        count: Strips of tiles.
    """

    def __init__(self, source: Grid, target: Grid, to_source: Transform) -> None:
        """Work out the places of the nine points of each tile, and of all where needed.

        Args:
            source: Grid of any spacing.
            target: Evenly spaced grid.
            to_source: From coordinates of the target's system to the source's; gives the shape
                that the two it takes broadcast to.
        """
        self.lines = Line.of_rows(source), Line.of_columns(source)
        self.shape = target.shape
        self._target = target
        self._to_source = to_source
        self._type = np.float32 if max(source.shape) < _FLOAT32_CELLS else np.float64
        self._spans = tuple(_spans(size) for size in target.shape)
        self.count = len(self._spans[0])
        self._plan()

    def _plan(self) -> None:
        known = self._points([0.0, 0.5, 1.0])
        checks = self._points([0.25, 0.75])
        lengths = [np.maximum(span[:, 1] - span[:, 0], 1.0) for span in self._spans]
        sides = lengths[0][:, None], lengths[1]
        fits = [
            _Fit.through(line, at, others, *sides)
            for line, at, others in zip(self.lines, known, checks, strict=True)
        ]
        touches = [_may_touch(line, at) for line, at in zip(self.lines, known, strict=True)]
        self._is_active = touches[0] & touches[1]
        smooth = self._is_active & fits[0].is_good & fits[1].is_good
        self._exact = np.where(self._is_active & ~smooth)
        self._fits = [fit.only(smooth, self._type) for fit in fits]
        self._turning = [
            _leaves_period(line, at) for line, at in zip(self.lines, known, strict=True)
        ]
        self._exact_steps = self._transform_tiles()

    def _points(self, fractions: Sequence[float]) -> list[Coordinates]:
        """Steps at these fractions of the way from first to last cell of each tile.

        Returns:
            Of rows and columns, shape (strips, fractions, tiles, fractions).
        """
        along = [
            (span[:, :1] + (span[:, 1:] - span[:, :1]) * np.array(fractions)).ravel()
            for span in self._spans
        ]
        steps = self._steps(along[0][:, None], along[1][None, :])
        count = len(fractions)
        shape = (len(self._spans[0]), count, len(self._spans[1]), count)
        return [
            _unwrapped(line, given.reshape(shape))
            for line, given in zip(self.lines, steps, strict=True)
        ]

    def _steps(self, rows: Coordinates, columns: Coordinates) -> tuple[Coordinates, Coordinates]:
        """Steps in the source of cells of the target, given by (fractional) numbers.

        Rows and columns broadcast: what depends on one of them alone is worked out once.
        """
        x, y = (
            _at(line, numbers)
            for line, numbers in ((self._target.x, columns), (self._target.y, rows))
        )
        x, y = self._to_source(x, y)
        return self.lines[0].steps(y), self.lines[1].steps(x)

    def _transform_tiles(self) -> list[Steps]:
        """Steps of every cell of the tiles that are not linear, shape (tiles, TILE, TILE)."""
        numbers = len(self._exact[0])
        found = [np.empty((numbers, TILE, TILE), self._type) for _ in self.lines]
        within = np.arange(TILE)
        for first in range(0, numbers, _TILES_AT_ONCE):
            part = slice(first, first + _TILES_AT_ONCE)
            # Tiles at the end may reach beyond the target: their last cells are repeated.
            row, column = (
                np.minimum(tile[part, None] * TILE + within, size - 1.0)
                for tile, size in zip(self._exact, self.shape, strict=True)
            )
            steps = self._steps(row[:, :, None], column[:, None, :])
            for target, given in zip(found, steps, strict=True):
                target[part] = given
        return found

    @property
    def is_empty(self) -> bool:
        """Whether the source certainly has nothing for the target."""
        return not self._is_active.any()

    def block(self, strip: int) -> Block | None:
        """Places of the cells of one strip of tiles; None where all are outside."""
        active = np.flatnonzero(self._is_active[strip])
        if not active.size:
            return None
        tiles = slice(int(active[0]), int(active[-1]) + 1)
        rows = slice(strip * TILE, min((strip + 1) * TILE, self.shape[0]))
        columns = slice(tiles.start * TILE, min(tiles.stop * TILE, self.shape[1]))
        height, width = rows.stop - rows.start, columns.stop - columns.start
        steps = [self._strip(number, strip, tiles, height)[:, :width] for number in range(2)]
        return Block(rows, columns, *steps)

    def blocks(self) -> Iterator[Block]:
        """Every strip that may have something."""
        found = (self.block(strip) for strip in range(self.count))
        return (block for block in found if block is not None)

    def _strip(self, number: int, strip: int, tiles: slice, height: int) -> Steps:
        steps = self._fits[number].strip(strip, tiles, height)
        if self.lines[number].period:
            turning = np.flatnonzero(self._turning[number][strip, tiles])
            steps[:, turning] = self.lines[number].turned(steps[:, turning])
        exact = np.flatnonzero(self._exact[0] == strip)
        at = self._exact[1][exact] - tiles.start
        steps[:, at] = self._exact_steps[number][exact, :height].transpose(1, 0, 2)
        return steps.reshape(height, -1)


@dataclass(frozen=True)
class _Fit:
    """Quadratic surfaces, one for each tile, of cells counted from its first.

    Attributes:
        factors: Of the powers of row and column, shape (3, 3, strips, tiles).
        is_good: Where a surface meets the points that it was not made from.
    """

    factors: Steps
    is_good: NDArray[np.bool_]

    @classmethod
    def through(
        cls,
        line: Line,
        known: Coordinates,
        checks: Coordinates,
        height: Coordinates,
        width: Coordinates,
    ) -> "_Fit":
        """Through nine points, shape (strips, 3, tiles, 3); four, of 2 by 2, check it."""
        # _POWERS turns values at 0, 1/2 and 1 into factors of 1, t and t squared.
        unit = np.einsum("ir,js,arbs->ijab", _POWERS, _POWERS, known, optimize=True)
        at = np.stack([np.ones(2), _CHECKS, _CHECKS**2])
        found = np.einsum("ijab,ir,js->arbs", unit, at, at, optimize=True)
        away = checks - found
        if line.period:
            away -= line.period * np.round(away / line.period)
        largest = (known.max(axis=1) - known.min(axis=1)).max(axis=2) / height
        widest = (known.max(axis=3) - known.min(axis=3)).max(axis=1) / width
        with np.errstate(invalid="ignore"):
            step = np.maximum(np.maximum(largest, widest), line.cell)
            good = np.abs(away).max(axis=(1, 3)) <= TOLERANCE * step
        powers = np.arange(3)[:, None, None]
        down, across = height**powers, width**powers
        return cls(unit / down[:, None] / across[None, :], good)

    def only(self, tiles: NDArray[np.bool_], kind: type[np.floating]) -> "_Fit":
        """The same for these tiles, as numbers of `kind`; NaN in the others."""
        return _Fit(np.where(tiles, self.factors, np.nan).astype(kind), self.is_good)

    def strip(self, strip: int, tiles: slice, height: int) -> Steps:
        """Steps of each cell, shape (height, tiles, TILE)."""
        kind = self.factors.dtype
        powers = np.arange(3, dtype=kind)[:, None]
        down, across = (np.arange(size, dtype=kind) ** powers for size in (height, TILE))
        # Of each row of each tile the three factors along it, then all its cells at once.
        along = np.einsum("vr,vwt->rtw", down, self.factors[:, :, strip, tiles])
        # Tiles that are not smooth have NaN, which not every processor multiplies in silence.
        with np.errstate(invalid="ignore"):
            steps: Steps = along @ across
        return steps


def _spans(size: int) -> Coordinates:
    """First and last cell of each tile along a side, shape (tiles, 2)."""
    first = np.arange(0, size, TILE, dtype=np.float64)
    return np.stack([first, np.minimum(first + TILE, size) - 1], axis=1)


def _at(line: Coordinates, numbers: Coordinates) -> Coordinates:
    """Coordinates of an even line at fractional numbers."""
    step = (line[-1] - line[0]) / (len(line) - 1) if len(line) > 1 else 0.0
    coordinates: Coordinates = line[0] + numbers * step
    return coordinates


def _unwrapped(line: Line, steps: Steps) -> Steps:
    """Steps of a tile's nine points, without jumps from the middle one where periodic."""
    if not line.period:
        return steps
    turns = np.round((steps - steps[:, 1:2, :, 1:2]) / line.period)
    # A middle beyond the rim of a globe says nothing of the points that are on it.
    return steps - line.period * np.where(np.isfinite(turns), turns, 0.0)


def _may_touch(line: Line, known: Coordinates) -> NDArray[np.bool_]:
    """Which tiles may have cells between the line's edges; shape (strips, tiles).

    A tile reaches at most as far beyond its nine points as these lie apart; one with points
    that have no place may be anywhere.
    """
    with np.errstate(invalid="ignore"):
        low, high = known.min(axis=(1, 3)), known.max(axis=(1, 3))
    margin = high - low + line.cell
    low, high = low - margin, high + margin
    finite = np.isfinite(known)
    broken = finite.any(axis=(1, 3)) & ~finite.all(axis=(1, 3))
    with np.errstate(invalid="ignore"):
        if line.period:
            start = line.low + (low - line.low) % line.period
            touches = (start <= line.high) | (start + (high - low) >= line.low + line.period)
        else:
            touches = (low <= line.high) & (high >= line.low)
    may: NDArray[np.bool_] = touches | broken
    return may


def _leaves_period(line: Line, known: Coordinates) -> NDArray[np.bool_]:
    """Which tiles have steps outside the one period from `low`."""
    if not line.period:
        return np.zeros((known.shape[0], known.shape[2]), np.bool_)
    with np.errstate(invalid="ignore"):
        low, high = known.min(axis=(1, 3)), known.max(axis=(1, 3))
        leaves: NDArray[np.bool_] = (low < line.low) | (high >= line.low + line.period)
    return leaves
