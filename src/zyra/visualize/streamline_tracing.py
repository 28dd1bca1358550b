"""Follow a flow over a map from many places at once."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from zyra.visualize.view import Numbers

# Columns + rows * 1j, in pixels.
Points = NDArray[np.complex128]
# Slower than this part of the usual flow, a place has no direction.
STILL = 1e-4


@dataclass(frozen=True)
class Seam:
    """Where a map that shows the Earth all the way round is cut open, its parallels being level.

    What leaves it on one side comes back on the other, in the same row.

    Attributes:
        left, right: Columns of its two sides in the middle of each row of pixels.
    """

    left: Numbers
    right: Numbers

    def spans(self, rows: Numbers) -> Numbers:
        """Pixels from side to side at `rows`, any shape."""
        return self._at(self.right - self.left, rows)

    def turned(self, points: Points) -> Points:
        """The same places between the two sides."""
        left, spans = self._at(self.left, points.imag), self.spans(points.imag)
        turned: Points = points - np.floor((points.real - left) / spans) * spans
        return turned

    def shortest(self, away: Points, rows: Numbers) -> Points:
        """Ways between places at `rows`, over the seam where that is shorter."""
        spans = self.spans(rows)
        shortest: Points = away - np.rint(away.real / spans) * spans
        return shortest

    def _at(self, line: Numbers, rows: Numbers) -> Numbers:
        if line.min() == line.max():
            # The sides of a map on a cylinder are upright, which most are.
            return np.full(rows.shape, line[0])
        found: Numbers = np.interp(rows, np.arange(len(line)) + 0.5, line)
        return found


@dataclass(frozen=True)
class Flow:
    """Velocities on a lattice of boxes that fill a map.

    Attributes:
        velocity: Columns + rows * 1j that something moves in a unit of time, complex128 of
            shape (rows, columns); NaN where there is none.
        width, height: Of the map in pixels.
        wraps: The lattice goes all the way round: after its last column comes the first.
        seam: Where lines go on from one side of the map to the other, or None.
    """

    velocity: Points
    width: int
    height: int
    wraps: bool = False
    seam: Seam | None = None

    def headings(self, points: Points) -> Points:
        """Where the flow goes at points, of length 1; NaN where nowhere, beside the map too."""
        rows, columns = self.velocity.shape
        x = points.real * (columns / self.width) - 0.5
        y = points.imag * (rows / self.height) - 0.5
        x = x % columns if self.wraps else np.clip(x, 0.0, columns - 1.0)
        y = np.clip(y, 0.0, rows - 1.0)
        left, top = x.astype(np.intp), y.astype(np.intp)
        corner = top * (columns + 1) + left
        flat, across, down = self._padded.ravel(), x - left, y - top
        upper = flat.take(corner)
        upper += across * (flat.take(corner + 1) - upper)
        corner += columns + 1
        lower = flat.take(corner)
        lower += across * (flat.take(corner + 1) - lower)
        upper += down * (lower - upper)
        speed = np.abs(upper)
        goes = (speed > self._still) & (points.imag >= 0) & (points.imag <= self.height)
        if not self.wraps:
            goes &= (points.real >= 0) & (points.real <= self.width)
        headings: Points = np.divide(upper, speed, out=np.full_like(upper, np.nan), where=goes)
        return headings

    @cached_property
    def _padded(self) -> Points:
        """With a column and a row more, so that each place has a box of four around it."""
        after = self.velocity[:, :1] if self.wraps else self.velocity[:, -1:]
        wider = np.concatenate([self.velocity, after], axis=1)
        return np.concatenate([wider, wider[-1:]])

    @cached_property
    def _still(self) -> float:
        speed = np.abs(self.velocity)
        known = np.isfinite(speed)
        return STILL * float(speed[known].mean()) if known.any() else 0.0


def traced(flow: Flow, seeds: Points, step_px: float, steps: int) -> Points:
    """The ways through `seeds`, by the midpoint method in steps of equal length.

    Args:
        flow: What is followed.
        seeds: Shape (ways,).
        step_px: Length of a step.
        steps: At most, before and after each seed.

    Returns:
        Shape (ways, 2 * steps + 1), the seeds in the middle; NaN beyond the ends.
    """
    ways = np.full((2 * steps + 1, len(seeds)), np.nan, np.complex128)
    ways[steps] = seeds
    for sign in (1, -1):
        points, moving = seeds, np.arange(len(seeds))
        for number in range(1, steps + 1):
            points = _moved(flow, points, sign * step_px)
            goes = np.isfinite(points.real)
            if not goes.all():
                points, moving = points[goes], moving[goes]
            if not moving.size:
                break
            ways[steps + sign * number, moving] = points
    return ways.T


def _moved(flow: Flow, points: Points, step: float) -> Points:
    halfway = points + flow.headings(points) * (step / 2)
    known = np.isfinite(halfway.real)
    headings = np.full_like(points, np.nan)
    headings[known] = flow.headings(halfway[known])
    moved: Points = points + headings * step
    return moved if flow.seam is None else flow.seam.turned(moved)


def flow_of(
    across: Numbers, down: Numbers, size: tuple[int, int], *, wraps: bool, seam: Seam | None = None
) -> Flow:
    """The flow of velocities in pixels on the boxes of a map of `size` (width, height).

    Args:
        across: Columns that something moves, shape of the boxes; NaN where it does not.
        down: Rows, likewise.
        size: Of the map.
        wraps: The map is full of the Earth and goes all the way round.
        seam: Where another map is cut open; boxes beside it are taken to flow as those on it.
    """
    width, height = size
    if wraps:
        seam = Seam(np.zeros(height), np.full(height, float(width)))
    return Flow(across + 1j * down, width, height, wraps, seam)
