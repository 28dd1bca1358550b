"""Two fields that are the parts of one vector: wind, current, motion of storms."""

import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np

from zyra.core.errors import DataError, ShapeMismatch
from zyra.fields.field import Array, Field, FieldInfo
from zyra.fields.grid import Grid
from zyra.fields.vector_parts import is_along_grid

Relative = Literal["auto", "earth", "grid"]

# What a name says of the direction, not of the quantity.
_PART = re.compile(r"\b(u|eastward|zonal|x|component( of)?)\b|(?<=\b)u(?=-)", re.IGNORECASE)


@dataclass(frozen=True)
class Vectors:
    """A field of vectors.

    Attributes:
        u: Eastward part, or along the grid's x.
        v: Northward part, or along the grid's y; on the same grid, in the same unit.
        is_along_grid: The parts are along the grid's own axes.
    """

    u: Field
    v: Field
    is_along_grid: bool = False

    def __post_init__(self) -> None:
        """Refuse parts that do not belong together.

        Raises:
            ShapeMismatch: They are on different grids.
            DataError: They have different units.
        """
        if self.u.values.shape != self.v.values.shape:
            raise ShapeMismatch(
                f"{self.u.variable} has {_size(self.u)} points, {self.v.variable} {_size(self.v)}",
                hint="bring both to the same grid first; staggered grids keep them apart",
            )
        if self.u.grid != self.v.grid:
            raise ShapeMismatch(
                f"{self.u.variable} and {self.v.variable} lie on different grids",
                hint="bring both to the same grid first",
            )
        if self.u.units != self.v.units:
            raise DataError(
                f"{self.u.variable} is in {self.u.units or 'no unit'},"
                f" {self.v.variable} in {self.v.units or 'no unit'}",
                hint="the parts of a vector have one unit; name them with --uvar and --vvar",
            )

    @property
    def grid(self) -> Grid:
        """Of both parts."""
        return self.u.grid

    @property
    def units(self) -> str:
        """Of both parts."""
        return self.u.units

    def require_values(self) -> None:
        """Refuse vectors of which none has both parts.

        Raises:
            DataError: There is no value to draw.
        """
        if not np.isfinite(self.speed.values).any():
            raise DataError(
                f"{self.u.variable} and {self.v.variable} have no place where neither is missing",
                hint="choose another variable, level, time or file",
            )

    @cached_property
    def speed(self) -> Field:
        """The length of each vector, named for titles and colours."""
        values: Array = np.hypot(self.u.values, self.v.values)
        name = f"{quantity_of(self.u)} speed"
        return replace(
            self.u,
            values=values,
            variable="speed",
            short_name="",
            aliases=(),
            long_name=name[:1].upper() + name[1:],
            standard_name="wind_speed" if "wind" in name.lower() else "",
        )

    @property
    def info(self) -> FieldInfo:
        """What is known of both, for the title."""
        name = quantity_of(self.u)
        return replace(
            self.u,
            variable="vectors",
            short_name="",
            aliases=(),
            long_name=name[:1].upper() + name[1:],
            standard_name="",
        )


def vectors_of(u: Field, v: Field, relative_to: Relative = "auto") -> Vectors:
    """Two fields as a vector; what their parts are along, the file says unless it is known.

    Raises:
        ShapeMismatch: They do not lie on the same grid.
        DataError: They have different units.
    """
    if relative_to != "auto":
        return Vectors(u, v, relative_to == "grid")
    return Vectors(u, v, is_along_grid(u))


def quantity_of(u: FieldInfo) -> str:
    """What the parts are those of: `wind` for `U component of wind`."""
    name = u.long_name or u.standard_name.replace("_", " ") or "vectors"
    return " ".join(_PART.sub(" ", name).replace("-", " ").split()) or "vectors"


def _size(field: Field) -> str:
    rows, columns = field.values.shape
    return f"{rows} x {columns}"
