"""One two-dimensional field: values on a grid, with what they are and when they hold."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zyra.fields.grid import Grid

Array = NDArray[np.float32]


@dataclass(frozen=True)
class Level:
    """Where a field lies vertically.

    Attributes:
        kind: The field's word for it, as ecCodes spells it: `isobaricInhPa`, `surface`,
            `heightAboveGround`, `potentialVorticity`, ...; or the NetCDF coordinate's name.
        value: Position along it; None where the kind has none (`surface`).
        units: Unit of `value`, such as `hPa` or `m`.
    """

    kind: str
    value: float | None = None
    units: str = ""

    def __str__(self) -> str:
        """For people: `500 hPa`, `2 m above ground`, `surface`."""
        if self.value is None:
            return self.kind
        return f"{self.value:g} {self.units or self.kind}"


@dataclass(frozen=True)
class Field:
    """Values of one variable at one level and time.

    Attributes:
        values: Float32, shape (rows, columns) in the order of the grid; NaN is missing.
        grid: Where the values lie.
        variable: Short name, such as `t`; a valid NetCDF name.
        long_name: For people, such as `Temperature`.
        units: As the file says, such as `K`; empty when unknown.
        standard_name: CF standard name, or empty.
        level: Vertical position, or None.
        reference_time: When the model run started (UTC, aware), or None.
        valid_time: When the field holds (UTC, aware), or None.
        forecast_hour: Hours from reference to valid time, or None; may be a fraction.
        member: Ensemble member, or None.
        attributes: Further facts of the source worth keeping (centre, packing, ...).
    """

    values: Array
    grid: Grid
    variable: str
    long_name: str = ""
    units: str = ""
    standard_name: str = ""
    level: Level | None = None
    reference_time: datetime | None = None
    valid_time: datetime | None = None
    forecast_hour: float | None = None
    member: int | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)
