"""Fill reduced grids, whose rows shorten towards the poles, to a full rectangle.

Each row is interpolated linearly along its parallel to the columns of the longest row.
Points of the longest rows keep their values exactly; others lie between their two
neighbours, and are missing where a neighbour that counts is missing.
"""

import numpy as np
from numpy.typing import NDArray

from zyra.core.errors import DataError
from zyra.fields.field import Array


def fill_rows(
    values: Array, points_per_row: NDArray[np.int64], columns: int, *, is_closed: bool
) -> Array:
    """Interpolate every row to `columns` points.

    Args:
        values: All rows one after the other, shape (points,).
        points_per_row: Shape (rows,); their sum is the number of values.
        columns: Points wanted per row.
        is_closed: Whether rows go round the globe, so that the last point is followed by
            the first; else rows begin and end at the same meridians.

    Returns:
        Shape (rows, columns), float32.

    Raises:
        DataError: The counts do not add up, or a row has no point.
    """
    if points_per_row.min(initial=1) < 1 or int(points_per_row.sum()) != values.size:
        raise DataError(
            f"the reduced grid has {values.size} values for {int(points_per_row.sum())} points"
        )
    filled = np.empty((len(points_per_row), columns), np.float32)
    start = 0
    for row, points in enumerate(points_per_row.tolist()):
        filled[row] = _fill_row(values[start : start + points], columns, is_closed=is_closed)
        start += points
    return filled


def _fill_row(row: Array, columns: int, *, is_closed: bool) -> Array:
    points = len(row)
    if points == columns:
        return row
    cells, steps = (points, columns) if is_closed else (points - 1, columns - 1)
    position = np.arange(columns) * cells / max(steps, 1)
    left = np.minimum(position.astype(np.int64), points - 1)
    share = (position - left).astype(np.float32)
    right = (left + 1) % points
    between = row[left] * (1 - share) + row[right] * share
    return np.where(share == 0, row[left], between)
