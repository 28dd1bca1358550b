"""Curves and points of a chart as pieces of lines, as few as show the same picture."""

import numpy as np
from numpy.typing import NDArray

from zyra.visualize.view import Segments

Numbers = NDArray[np.float64]

# More points than this in a pixel column cannot be told apart.
POINTS_IN_COLUMN = 4
# Discs that are nearer than this part of a pixel look the same.
PLACES_IN_PIXEL = 4
# Pixels beyond the picture, where a line looks the same as at its own end.
FAR = 1e5


def line_segments(columns: Numbers, rows: Numbers) -> Segments:
    """The pieces of one curve; it is broken where a value is missing.

    Of many points in one column of pixels, the first, the lowest, the highest and the last
    are joined: that colours the same pixels, in a time that does not grow with the points.

    Args:
        columns: Of the points in pixels, ascending, none missing.
        rows: Of the points in pixels; NaN where missing.

    Returns:
        Shape (pieces, 4), float32.
    """
    present = np.isfinite(rows)
    part = np.cumsum(~present)[present]
    columns, rows = columns[present], rows[present]
    if len(columns) > 2 * POINTS_IN_COLUMN * (np.ptp(columns) + 1 if columns.size else 1):
        columns, rows, part = _thinned(columns, rows, part)
    rows = np.clip(rows, -FAR, FAR)
    starts = np.flatnonzero(part[1:] == part[:-1])
    ends = starts + 1
    pieces = (columns[starts], rows[starts], columns[ends], rows[ends])
    segments: Segments = np.stack(pieces, axis=1).astype(np.float32)
    return segments


def lone_points(rows: Numbers) -> NDArray[np.bool_]:
    """Which points have a value, but none of their neighbours: they need a dot to be seen."""
    present = np.isfinite(rows)
    before, after = np.append(False, present[:-1]), np.append(present[1:], False)
    alone: NDArray[np.bool_] = present & ~before & ~after
    return alone


def dot_segments(columns: Numbers, rows: Numbers) -> Segments:
    """One piece without length for each point that has a value; round ends make it a disc."""
    present = np.isfinite(rows) & (np.abs(rows) < FAR)
    places = np.stack([columns[present], rows[present]], axis=1)
    codes = np.rint(places * PLACES_IN_PIXEL).astype(np.int64)
    _, first = np.unique(codes[:, 0] << 32 | (codes[:, 1] & 0xFFFFFFFF), return_index=True)
    kept = places[np.sort(first)].astype(np.float32)
    return np.hstack([kept, kept])


def _thinned(
    columns: Numbers, rows: Numbers, part: NDArray[np.intp]
) -> tuple[Numbers, Numbers, NDArray[np.intp]]:
    """First, lowest, highest and last point of each column of pixels and unbroken part."""
    pixel = np.floor(columns)
    changes = (np.diff(pixel) != 0) | (np.diff(part) != 0)
    first = np.append(0, np.flatnonzero(changes) + 1)
    last = np.append(first[1:], len(rows)) - 1
    middle = (columns[first] + columns[last]) / 2
    lowest, highest = np.minimum.reduceat(rows, first), np.maximum.reduceat(rows, first)
    return (
        np.stack([columns[first], middle, middle, columns[last]], axis=1).ravel(),
        np.stack([rows[first], lowest, highest, rows[last]], axis=1).ravel(),
        np.repeat(part[first], 4),
    )
