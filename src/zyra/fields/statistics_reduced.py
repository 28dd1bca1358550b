"""The points that a reduced grid has, where fields are filled up to a rectangle.

Statistics of filled rows would count interpolated values, so they look at these.
"""

from pathlib import Path

import numpy as np

from zyra.fields.crop import Box, no_point_within
from zyra.fields.field import Array, FieldInfo
from zyra.fields.grib import read_message, read_values
from zyra.fields.grib_handle import open_message
from zyra.fields.grib_message import Message, where_is
from zyra.fields.grid import Coordinates, Grid
from zyra.fields.statistics_weights import Weights, zone_heights


def is_reduced(info: FieldInfo) -> bool:
    """Whether the rows of a field have different numbers of points in the file."""
    return isinstance(info, Message) and info.grid.is_reduced


def read_points(
    path: Path, info: Message, grid: Grid, box: Box | None = None
) -> tuple[Array, Weights]:
    """Values and weights of the points of a field; only those in `box`, if one is given.

    Args:
        path: GRIB file.
        info: Field on a reduced grid.
        grid: That the field is filled up to.
        box: Part of the Earth.

    Returns:
        Values as in the file, NaN where missing, and the solid angle of the part of its zone
        that each point stands for, steradians; shape (points,) each.

    Raises:
        SelectionError: No point lies in the box.
        DataError: The message is damaged.
    """
    with open_message(read_message(path, info), where_is(info.place, path.name)) as handle:
        per_row = handle.integers("pl")
    values = read_values(path, info)
    span = grid.x[-1] - grid.x[0] + (0.0 if not grid.is_global else grid.x[1] - grid.x[0])
    width = zone_heights(grid) * np.radians(span)
    weights = np.repeat(width / per_row, per_row)
    if box is None:
        return values, weights
    latitudes = np.repeat(grid.y, per_row)
    longitudes = np.concatenate([_longitudes(grid, span, count) for count in per_row.tolist()])
    held = box.holds_latitudes(latitudes) & box.holds_longitudes(longitudes)
    if not held.any():
        raise no_point_within(grid, box)
    return values[held], weights[held]


def _longitudes(grid: Grid, span: float, count: int) -> Coordinates:
    """Longitudes of the points of one row, which begins at the grid's first."""
    steps = count if grid.is_global else max(count - 1, 1)
    row: Coordinates = grid.x[0] + np.arange(count, dtype=np.float64) * (span / steps)
    return row
