"""One two-dimensional field: values on a grid, with what they are and when they hold."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zyra.core.errors import ShapeMismatch
from zyra.fields.grid import Grid

Array = NDArray[np.float32]

# How people say where a level of these kinds lies; other kinds are spelled out.
_PLACES = {
    "isobaricInhPa": "",
    "isobaricInPa": "",
    "isobaricLayer": "",
    "heightAboveGround": "above ground",
    "heightAboveGroundLayer": "above ground",
    "heightAboveSea": "above mean sea level",
    "heightAboveSeaLayer": "above mean sea level",
    "depthBelowLand": "below ground",
    "depthBelowLandLayer": "below ground",
    "depthBelowSea": "below sea level",
    "pressureFromGround": "above ground",
    "pressureFromGroundLayer": "above ground",
    "meanSea": "mean sea level",
}


@dataclass(frozen=True)
class Level:
    """Where a field lies vertically.

    Attributes:
        kind: The field's word for it, as ecCodes spells it: `isobaricInhPa`, `surface`,
            `heightAboveGround`, `potentialVorticity`, ...; or the NetCDF coordinate's name.
        value: Position along it; None where the kind has none (`surface`).
        units: Unit of `value`, such as `hPa` or `m`.
        end: The other end of a layer, in the same unit; None for a single level.
    """

    kind: str
    value: float | None = None
    units: str = ""
    end: float | None = None

    def __str__(self) -> str:
        """For people: `500 hPa`, `2 m above ground`, `0-0.1 m below ground`, `surface`."""
        return " ".join(part for part in (self._position, self.units, self.place) if part)

    @property
    def _position(self) -> str:
        if self.value is None:
            return ""
        return f"{self.value:g}" if self.end is None else f"{self.value:g}-{self.end:g}"

    @property
    def place(self) -> str:
        """The kind in words: `above ground`, `potential vorticity`; empty for pressure."""
        spelled_out = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", self.kind).lower()
        return _PLACES.get(self.kind, spelled_out)


@dataclass(frozen=True, kw_only=True)
class FieldInfo:
    """What is known of a field before its values are read.

    A GRIB message and a slice of a NetCDF variable are both described by it, so
    that one kind of selection (`fields.selection`) serves every format.

    Attributes:
        variable: Short name, such as `t2m`; a valid NetCDF name.
        short_name: The same in the words of the source, such as ecCodes' `2t`.
        aliases: Further exact names, such as the abbreviation `TMP` of the NCEP tables.
        long_name: For people, such as `Temperature`.
        standard_name: CF standard name, or empty.
        units: As the file says, such as `K`; empty when unknown.
        level: Vertical position, or None.
        reference_time: When the model run started (UTC, aware), or None.
        valid_time: When the field holds (UTC, aware), or None; the end of an interval.
        forecast_hour: Hours from reference to valid time, or None; may be a fraction.
        period_hours: Length of the interval that the values sum up, or None if instant.
        statistic: How they sum it up, in CF's words (`mean`, `sum`, `maximum`, ...).
        member: Ensemble member, or None.
        dimensions: Value along every further dimension of the source, such as `month: 7`.
        number: Place in the file, counted from 1.
        line: One inventory line that patterns are matched with, such as
            `1:0:d=2011011012:TMP:500 mb:120 hour fcst:`; or empty.
        attributes: Further facts of the source worth keeping (centre, packing, ...).
    """

    variable: str
    short_name: str = ""
    aliases: tuple[str, ...] = ()
    long_name: str = ""
    standard_name: str = ""
    units: str = ""
    level: Level | None = None
    reference_time: datetime | None = None
    valid_time: datetime | None = None
    forecast_hour: float | None = None
    period_hours: float | None = None
    statistic: str = ""
    member: int | None = None
    dimensions: Mapping[str, float] = field(default_factory=dict)
    number: int = 1
    line: str = ""
    attributes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """Every name that means exactly this variable."""
        given = (self.variable, self.short_name, self.standard_name, *self.aliases)
        return tuple(dict.fromkeys(name for name in given if name))


@dataclass(frozen=True, kw_only=True)
class Field(FieldInfo):
    """Values of one variable at one level and time.

    Attributes:
        values: Float32, shape (rows, columns) in the order of the grid; NaN is missing.
        grid: Where the values lie.
    """

    values: Array
    grid: Grid

    @classmethod
    def of(cls, info: FieldInfo, values: Array, grid: Grid) -> "Field":
        """The field that `info` describes, now with its values."""
        known = {part.name: getattr(info, part.name) for part in fields(FieldInfo)}
        return cls(**known, values=values, grid=grid)

    def __post_init__(self) -> None:
        """Refuse values that do not fit the grid.

        Raises:
            ShapeMismatch: `values` has not the shape of `grid`.
        """
        if self.values.shape != self.grid.shape:
            raise ShapeMismatch(
                f"{self.variable}: values are {self.values.shape}, the grid is {self.grid.shape}"
            )
