"""A rectangular lattice of points in some coordinate system."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zyra.core.errors import ShapeMismatch
from zyra.fields.crs import Crs

Coordinates = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Grid:
    """Columns at `x`, rows at `y`, in units of the CRS, in the order of the values.

    Attributes:
        crs: Coordinate system of `x` and `y`.
        x: Shape (columns,), strictly monotonic; degrees east where geographic.
        y: Shape (rows,), strictly monotonic, often descending; may be unevenly spaced
            (Gaussian latitudes).
    """

    crs: Crs
    x: Coordinates
    y: Coordinates

    def __post_init__(self) -> None:
        """Refuse coordinates that are not one-dimensional.

        Raises:
            ShapeMismatch: `x` or `y` has another shape.
        """
        if self.x.ndim != 1 or self.y.ndim != 1:
            raise ShapeMismatch(f"x is {self.x.shape}, y is {self.y.shape}: both must be lines")

    def __eq__(self, other: object) -> bool:
        """Whether the other grid has the same points in the same order."""
        return self is other or (
            isinstance(other, Grid)
            and self.crs == other.crs
            and np.array_equal(self.x, other.x)
            and np.array_equal(self.y, other.y)
        )

    def __hash__(self) -> int:
        return hash((self.crs, self.shape, self.x[:1].tobytes(), self.y[:1].tobytes()))

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns)."""
        return len(self.y), len(self.x)

    @property
    def is_even(self) -> bool:
        """Whether both coordinates are evenly spaced, as an affine transform needs."""
        return _is_even(self.x) and _is_even(self.y)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """(left, bottom, right, top) of the outer cell edges, in units of the CRS."""
        left, right = sorted(_outer_edges(self.x))
        bottom, top = sorted(_outer_edges(self.y))
        return left, bottom, right, top

    @property
    def is_global(self) -> bool:
        """Whether a geographic grid goes all the way round, so that columns wrap."""
        if not self.crs.is_geographic or len(self.x) < 2:
            return False
        left, _, right, _ = self.bounds
        return bool(abs(right - left - 360.0) < 1e-3 * abs(self.x[1] - self.x[0]) + 1e-6)


def _is_even(line: Coordinates) -> bool:
    if len(line) < 3:
        return True
    steps = np.diff(line)
    # Coordinates are often kept as float32: allow its rounding at their magnitude.
    slack: float = 4e-7 * float(np.abs(line).max()) + 1e-4 * abs(float(steps.mean()))
    return bool(np.ptp(steps) <= slack)


def _outer_edges(line: Coordinates) -> tuple[float, float]:
    if len(line) == 1:
        return float(line[0]) - 0.5, float(line[0]) + 0.5
    first = line[0] - (line[1] - line[0]) / 2
    last = line[-1] + (line[-1] - line[-2]) / 2
    return float(first), float(last)
