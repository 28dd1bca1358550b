"""What is in a file of fields, as JSON has it."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan
from typing import Any

import numpy as np

from zyra.fields.extent import extent_of
from zyra.fields.grid import Coordinates, Grid
from zyra.fields.inventory import Inventory, VariableInventory
from zyra.fields.statistics import Moments
from zyra.process.json_facts import finite, iso_time, level_facts


@dataclass(frozen=True)
class DataDescription:
    """What is in a file of fields.

    Attributes:
        inventory: Its variables and grids.
        size: Bytes; None where only a part of a remote file is known.
        moments: Of the values of each variable; None where they were not read.
        is_from_index: Whether all but the grid is known from an index only.
    """

    inventory: Inventory
    size: int | None
    moments: Sequence[Moments] | None = None
    is_from_index: bool = False


def data_facts(found: DataDescription, source: str) -> dict[str, Any]:
    """The description as an object for JSON."""
    inventory = found.inventory
    moments: Sequence[Moments | None] = found.moments or [None] * len(inventory.variables)
    return {
        "source": source,
        "kind": "data",
        "format": inventory.form,
        "bytes": found.size,
        "from_index": found.is_from_index,
        "fields": sum(len(variable.infos) for variable in inventory.variables),
        "grids": [
            {"number": number, **_grid_facts(grid, grid_kind(inventory, number))}
            for number, grid in enumerate(inventory.grids, start=1)
        ],
        "variables": [
            {**_variable_facts(variable, inventory), **_values_facts(of_values)}
            for variable, of_values in zip(inventory.variables, moments, strict=True)
        ],
        "left_out": dict(inventory.left_out),
        "file": _json_safe(inventory.stored_as.file),
    }


def grid_kind(inventory: Inventory, number: int) -> str | None:
    """What the file calls a grid, such as `regular_ll`; None where it has no word for it."""
    kinds = inventory.stored_as.grid_kinds
    on_it = (each.first.variable for each in inventory.variables if each.grid == number)
    return next((kinds[name] for name in on_it if name in kinds), None)


def spacing(line: Coordinates) -> float | None:
    """Step of a coordinate, signed; None where it is uneven or a single value."""
    if len(line) < 2:
        return None
    steps = np.diff(line)
    slack = 4e-7 * float(np.abs(line).max()) + 1e-4 * float(np.abs(steps).mean())
    return float(f"{steps.mean():.9g}") if float(np.ptp(steps)) <= slack else None


def order_of(grid: Grid) -> str:
    """How rows and columns follow each other."""
    words = ("south", "north"), ("west", "east")
    if not grid.crs.is_geographic:
        words = ("low y", "high y"), ("low x", "high x")
    rows, columns = (
        pair if len(line) < 2 or line[1] > line[0] else pair[::-1]
        for pair, line in zip(words, (grid.y, grid.x), strict=True)
    )
    return f"rows {rows[0]} to {rows[1]}, columns {columns[0]} to {columns[1]}"


def _grid_facts(grid: Grid, kind: str | None) -> dict[str, Any]:
    west, east, south, north = extent_of(grid)
    is_round = grid.crs.name in ("latitude_longitude", "rotated_latitude_longitude")
    return {
        "rows": grid.shape[0],
        "columns": grid.shape[1],
        "kind": kind,
        "crs": {"label": grid.crs.label, **_json_safe(grid.crs.to_cf())},
        "units": "degrees" if is_round else None if grid.crs.name == "unnamed" else "m",
        "x": _line_facts(grid.x),
        "y": _line_facts(grid.y),
        "order": order_of(grid),
        "extent": {
            "west": finite(west),
            "east": finite(east),
            "south": finite(south),
            "north": finite(north),
        },
        "is_global": grid.is_global,
    }


def _line_facts(line: Coordinates) -> dict[str, Any]:
    return {"first": float(line[0]), "last": float(line[-1]), "step": spacing(line)}


def _variable_facts(variable: VariableInventory, inventory: Inventory) -> dict[str, Any]:
    first = variable.first
    sums = {info.statistic: info.period_hours for info in variable.infos if info.statistic}
    return {
        "name": first.variable,
        "short_name": first.short_name or None,
        "long_name": first.long_name or None,
        "standard_name": first.standard_name or None,
        "units": first.units or None,
        "fields": len(variable.infos),
        "grid": variable.grid,
        "levels": [level_facts(level) for level in variable.levels],
        "reference_times": [iso_time(time) for time in variable.reference_times],
        "valid_times": [iso_time(time) for time in variable.valid_times],
        "forecast_hours": variable.forecast_hours,
        "members": variable.members,
        "dimensions": variable.dimensions,
        "statistics": [
            {"statistic": statistic, "period_hours": hours} for statistic, hours in sums.items()
        ],
        "storage": _json_safe(inventory.stored_as.variables.get(first.variable, {})),
    }


def _values_facts(moments: Moments | None) -> dict[str, Any]:
    if moments is None:
        return {}
    return {
        "values": {
            "min": finite(moments.minimum),
            "mean": finite(moments.mean),
            "max": finite(moments.maximum),
            "missing": moments.missing,
            "points": moments.points,
        }
    }


def _json_safe(value: Any) -> Any:
    """The same with words for numbers that JSON does not have: `NaN`, `Infinity`."""
    if isinstance(value, float) and finite(value) is None:
        return "NaN" if isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, dict):
        return {str(key): _json_safe(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_json_safe(each) for each in value]
    return value if isinstance(value, (str, int, float, type(None))) else str(value)
