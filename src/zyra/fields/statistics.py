"""Sum up the values of fields: extremes, moments, mean by area, percentiles.

Missing values (NaN) are counted and otherwise left out. Sums are made in float64. Fields are
looked at one at a time, whatever their number.
"""

from dataclasses import dataclass, replace
from math import nan, sqrt
from typing import Self

import numpy as np
from numpy.typing import NDArray

from zyra.core.errors import ShapeMismatch
from zyra.fields.field import Array
from zyra.fields.statistics_weights import Weights


@dataclass(frozen=True)
class Moments:
    """What can be added up over fields.

    Attributes:
        points: Number of points.
        count: Those of them that have a value.
        minimum, maximum, mean: Of the values; NaN if there is none.
        squares: Sum of the squared deviations from `mean`.
        area: Sum of the weights of the points that have a value, steradians.
        weighted: Sum of values times weights.
    """

    points: int = 0
    count: int = 0
    minimum: float = nan
    maximum: float = nan
    mean: float = nan
    squares: float = 0.0
    area: float = 0.0
    weighted: float = 0.0

    @classmethod
    def of(cls, values: Array, weights: Weights) -> Self:
        """Moments of one field.

        Args:
            values: Any shape; NaN is missing.
            weights: As `area_weights` gives them; of a shape that stretches to that of `values`.

        Raises:
            ShapeMismatch: It does not.
        """
        try:
            everywhere = np.broadcast_to(weights, values.shape)
        except ValueError as exc:
            raise ShapeMismatch(f"values are {values.shape}, weights {weights.shape}") from exc
        has_value = ~np.isnan(values)
        present = values[has_value].astype(np.float64)
        if not present.size:
            return cls(points=values.size)
        areas: NDArray[np.float64] = everywhere[has_value]
        with np.errstate(invalid="ignore", over="ignore"):  # infinite values give NaN
            mean = float(present.mean())
            return cls(
                points=values.size,
                count=present.size,
                minimum=float(present.min()),
                maximum=float(present.max()),
                mean=mean,
                squares=float(np.square(present - mean).sum()),
                area=float(areas.sum()),
                weighted=float((present * areas).sum()),
            )

    @property
    def missing(self) -> int:
        """Number of points without a value."""
        return self.points - self.count

    @property
    def deviation(self) -> float:
        """Standard deviation of the values as a whole population; NaN if there is none."""
        return sqrt(self.squares / self.count) if self.count else nan

    @property
    def area_mean(self) -> float:
        """Mean weighted by area; NaN where no point with a value has an area."""
        return self.weighted / self.area if self.area > 0.0 else nan

    def __add__(self, other: "Moments") -> "Moments":
        """Moments of the values of both.

        Source: Chan, Golub and LeVeque (1979), "Updating formulae and a pairwise algorithm for
        computing sample variances", equation 2.1.
        """
        if not self.count or not other.count:
            known = self if self.count else other
            return replace(known, points=self.points + other.points)
        count = self.count + other.count
        step = other.mean - self.mean
        return Moments(
            points=self.points + other.points,
            count=count,
            minimum=min(self.minimum, other.minimum),
            maximum=max(self.maximum, other.maximum),
            mean=self.mean + step * other.count / count,
            squares=self.squares + other.squares + step**2 * self.count * other.count / count,
            area=self.area + other.area,
            weighted=self.weighted + other.weighted,
        )
