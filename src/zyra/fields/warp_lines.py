"""Where coordinates lie along the rows or columns of a grid, as fractions of them."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from zyra.fields.grid import Coordinates, Grid

# Places among rows or columns: float32 where that is enough, see `warp_tiles`.
Steps = NDArray[Any]

# Systems whose x is an angle in degrees, so that x and x + 360 are the same place.
PERIODIC = ("latitude_longitude", "rotated_latitude_longitude")

# A line that stays this near to even spacing, in cells, is taken as even.
_EVEN_CELLS = 1e-3
# Coordinates are kept as float32 in many files: a place this far outside the edge is on it.
_EDGE_CELLS = 1e-3
# A Gaussian grid ends up to this many rows short of the pole, which it still stands for.
_POLE_ROWS = 1.0


@dataclass(frozen=True)
class Line:
    """The rows or columns of a grid, counted from the centre of the first.

    Between points, places are looked up in *steps*: for even lines these are places already,
    for uneven ones coordinates. Steps change smoothly where coordinates do, so that they can
    be interpolated.

    Attributes:
        count: Number of rows or columns.
        low, high: Outer edges, in steps; `low` is less than `high`.
        cell: Smallest cell, in steps.
        period: Steps after which the same place comes again; 0 where it does not.
        wraps: Whether the last is followed by the first.
        knots, places: Of an uneven line: ascending coordinates, and the places there.
        first, step: Of an even line: coordinate of the first, and from one to the next.
    """

    count: int
    low: float
    high: float
    cell: float
    period: float
    wraps: bool
    knots: Coordinates | None
    places: Coordinates | None
    first: float
    step: float

    @classmethod
    def of_columns(cls, grid: Grid) -> Self:
        """The columns of `grid`."""
        wraps = goes_round(grid)
        made = cls._of(grid.x, 360.0 if grid.crs.name in PERIODIC else 0.0)
        if not wraps:
            return made
        period = made.count if made.knots is None else made.period
        return cls(**{**vars(made), "wraps": True, "period": float(period)})

    @classmethod
    def of_rows(cls, grid: Grid) -> Self:
        """The rows of `grid`; those nearest to a pole reach up to it."""
        made = cls._of(grid.y, 0.0)
        return made._to_the_poles() if grid.crs.is_geographic else made

    @classmethod
    def _of(cls, line: Coordinates, turn: float) -> Self:
        count = len(line)
        step = float(line[-1] - line[0]) / (count - 1) if count > 1 else 1.0
        first = float(line[0])
        if np.abs(line - (first + np.arange(count) * step)).max() <= _EVEN_CELLS * abs(step):
            period = turn / abs(step)
            return cls(count, -0.5, count - 0.5, 1.0, period, False, None, None, first, step)
        halves = (line[1] - line[0]) / 2, (line[-1] - line[-2]) / 2
        knots = np.concatenate([[line[0] - halves[0]], line, [line[-1] + halves[1]]])
        places = np.concatenate([[-0.5], np.arange(count), [count - 0.5]])
        if step < 0:
            knots, places = knots[::-1], places[::-1]
        cell = float(np.abs(np.diff(line)).min())
        low, high = float(knots[0]), float(knots[-1])
        return cls(count, low, high, cell, turn, False, knots, places, first, step)

    def _to_the_poles(self) -> Self:
        ends = self.steps(np.array([-90.0, 90.0]))
        low, high = float(ends.min()), float(ends.max())
        reach = (_POLE_ROWS + 0.5) * (1.0 if self.knots is None else abs(self.step))
        wider = {
            "low": low if self.low - reach <= low < self.low else self.low,
            "high": high if self.high < high <= self.high + reach else self.high,
        }
        return type(self)(**{**vars(self), **wider})

    @property
    def is_padded(self) -> bool:
        """Whether the first must be repeated after the last for each to have a next one."""
        return self.wraps or self.count == 1

    @property
    def last_but_one(self) -> int:
        """The last that has a next one, with the repeated one if there is one."""
        return self.count - 1 if self.is_padded else self.count - 2

    def steps(self, coordinates: Coordinates) -> Steps:
        """Steps of coordinates of any shape; of a periodic line within one period from `low`."""
        found = coordinates if self.knots is not None else (coordinates - self.first) / self.step
        return self.turned(found) if self.period else found

    def turned(self, steps: Steps) -> Steps:
        """Steps of a periodic line brought within one period from `low`."""
        # The same as the remainder, which takes ten times as long.
        turns = np.floor((steps - self.low) / self.period)
        turned: Steps = steps - self.period * turns
        return turned

    def is_inside(self, steps: Steps) -> NDArray[np.bool_]:
        """Which steps lie between the outer edges; never where NaN."""
        slack = _EDGE_CELLS * self.cell
        inside: NDArray[np.bool_] = (steps >= self.low - slack) & (steps <= self.high + slack)
        return inside

    def located(self, coordinates: Coordinates) -> Steps:
        """Places of coordinates of any shape, as `places_of`; NaN outside the outer edges."""
        return self.places_within(self.steps(coordinates))

    def places_within(self, steps: Steps) -> Steps:
        """Places at `steps`; NaN outside the outer edges."""
        inside, places = self.is_inside(steps), self.places_of(steps)
        if not inside.all():
            np.copyto(places, np.nan, where=~inside)
        return places

    def knots_in_order(self) -> tuple[Coordinates, Coordinates]:
        """Places from the outer edge of the first to that of the last, with their coordinates.

        Where the line wraps, from the first to the first again.
        """
        numbers = np.arange(self.count, dtype=np.float64)
        line = self._coordinates()
        if self.wraps:
            turn = self.step * self.count if self.knots is None else np.copysign(360.0, self.step)
            return np.append(numbers, self.count), np.append(line, line[0] + turn)
        edges = np.array([self.low, self.high])
        if self.knots is None:
            edges = self.first + edges * self.step
        elif self.step < 0:
            edges = edges[::-1]
        return (
            np.concatenate([[-0.5], numbers, [self.count - 0.5]]),
            np.concatenate([edges[:1], line, edges[1:]]),
        )

    def _coordinates(self) -> Coordinates:
        """Coordinates of the first to the last."""
        if self.knots is None:
            even: Coordinates = self.first + np.arange(self.count, dtype=np.float64) * self.step
            return even
        inner = self.knots[1:-1]
        return inner if self.step > 0 else inner[::-1]

    def places_of(self, steps: Steps) -> Steps:
        """Places at `steps`, from 0 to `count` - 1, or to below `count` where the line wraps.

        Within the outer half cells this is the place of the edge.
        """
        if self.knots is not None and self.places is not None:
            steps = np.interp(steps, self.knots, self.places)
        if self.wraps:
            return np.where(steps < 0, steps + self.count, steps)
        return np.clip(steps, 0.0, self.count - 1)


def goes_round(grid: Grid) -> bool:
    """Whether columns go all the way round, also on a rotated globe."""
    if grid.crs.name not in PERIODIC or len(grid.x) < 2:
        return False
    left, _, right, _ = grid.bounds
    return bool(abs(right - left - 360.0) < 1e-3 * abs(grid.x[1] - grid.x[0]) + 1e-6)
