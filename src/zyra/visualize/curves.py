"""Values over one shared line of numbers or times."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Curve:
    """One series.

    Attributes:
        name: For the legend.
        values: Shape (points,); NaN where missing.
        units: As the data spell it, or empty.
    """

    name: str
    values: Numbers
    units: str = ""


@dataclass(frozen=True)
class Curves:
    """Series over one x.

    Attributes:
        x: Shape (points,): numbers, or seconds since 1970 in UTC; NaN where missing.
        curves: At least one; their values have the shape of `x`.
        x_name: What x is.
        x_units: Unit of x, or empty.
        is_time: Whether x are times.
        title: What all of them show, or empty.
    """

    x: Numbers
    curves: Sequence[Curve]
    x_name: str = ""
    x_units: str = ""
    is_time: bool = False
    title: str = ""

    def in_order(self) -> "Curves":
        """The same with x ascending; points without x are left out."""
        present = np.isfinite(self.x)
        x = self.x[present]
        ascending = bool((np.diff(x) >= 0).all())
        if present.all() and ascending:
            return self
        order = slice(None) if ascending else np.argsort(x, kind="stable")
        curves = [replace(curve, values=curve.values[present][order]) for curve in self.curves]
        return replace(self, x=x[order], curves=curves)

    @cached_property
    def moments(self) -> int:
        """How many different x there are: 0, 1, or 2 for more."""
        present = self.x[np.isfinite(self.x)]
        return min(len(present), 1 + bool(present.size and np.ptp(present) > 0))

    @cached_property
    def has_values(self) -> bool:
        """Whether any value can be drawn."""
        return any(bool(np.isfinite(curve.values).any()) for curve in self.curves)

    @property
    def units(self) -> str:
        """The unit of all curves; empty where they differ."""
        known = {curve.units for curve in self.curves}
        return known.pop() if len(known) == 1 else ""

    @property
    def span(self) -> tuple[float, float]:
        """Lowest and highest value of all curves."""
        finite = [curve.values[np.isfinite(curve.values)] for curve in self.curves]
        known = np.concatenate(finite)
        return float(known.min()), float(known.max())
