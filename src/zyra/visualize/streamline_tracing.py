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
class Flow:
    """Velocities on a lattice of boxes that fill a map.

    Attributes:
        velocity: Columns + rows * 1j that something moves in a unit of time, complex128 of
            shape (rows, columns); NaN where there is none.
        width, height: Of the map in pixels.
        wraps: The map goes all the way round, so that its right edge is its left edge.
    """

    velocity: Points
    width: int
    height: int
    wraps: bool

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
        Shape (ways, 2 * steps + 1), the seeds in the middle; NaN beyond the ends. Columns of a
        flow that wraps run on beyond the edge.
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
    return moved


def flow_of(across: Numbers, down: Numbers, size: tuple[int, int], *, wraps: bool) -> Flow:
    """The flow of velocities in pixels on the boxes of a map of `size` (width, height)."""
    return Flow(across + 1j * down, *size, wraps)
