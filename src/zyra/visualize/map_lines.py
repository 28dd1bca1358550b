"""Draw antialiased lines as a mask of coverage.

Each pixel takes the share of it that the nearest line covers, from the distance between its
centre and that line. Joins and ends are round, and lines that meet or overlap do not get
darker, since of several shares the largest counts.
"""

import numpy as np
from numpy.typing import NDArray

from zyra.visualize.view import Segments

Mask = NDArray[np.uint8]
Indices = NDArray[np.intp]

# Pieces drawn at once: few enough that the work arrays stay in the CPU's cache.
BATCH = 8192
# Stands for 0 where a point, a piece without length, is divided by its length.
TINY = np.float32(1e-12)


def draw_lines(segments: Segments, size: tuple[int, int], width_px: float = 1.0) -> Mask:
    """Draw straight pieces of one width.

    Args:
        segments: Shape (pieces, 4): column and row of the start, then of the end, in pixels from
            the upper left corner of the picture; may lie outside it.
        size: (width, height) of the picture.
        width_px: Of the line; below 1 it gets fainter, not narrower.

    Returns:
        Coverage from 0 to 255, shape (height, width).
    """
    width, height = size
    mask = np.zeros(height * width, np.uint8)
    steep = np.abs(segments[:, 3] - segments[:, 1]) > np.abs(segments[:, 2] - segments[:, 0])
    flat_ones, steep_ones = segments[~steep], segments[steep][:, [1, 0, 3, 2]]
    for first in range(0, len(flat_ones), BATCH):
        batch = flat_ones[first : first + BATCH]
        _draw_batch(mask, batch, (width, height), (1, width), width_px)
    for first in range(0, len(steep_ones), BATCH):
        batch = steep_ones[first : first + BATCH]
        _draw_batch(mask, batch, (height, width), (width, 1), width_px)
    return mask.reshape(height, width)


def _draw_batch(
    mask: Mask,
    segments: Segments,
    limits: tuple[int, int],
    strides: tuple[int, int],
    width_px: float,
) -> None:
    """Draw pieces that run more along the first coordinate, x here, than along the second, y.

    Args:
        mask: The picture's pixels in one row, changed in place.
        segments: Shape (pieces, 4): x and y of the start, then of the end.
        limits: Size of the picture along x and y.
        strides: Steps in `mask` to the next pixel along x and y.
        width_px: Of the line.
    """
    reach = width_px / 2 + 0.5
    piece, column = _columns(segments, limits[0], reach)
    start_x, start_y, end_x, end_y = segments.T
    run_x, run_y = end_x - start_x, end_y - start_y
    length_squared = np.maximum(run_x * run_x + run_y * run_y, TINY)
    # From here on of each column, and by and by of the few pixels above each other in it.
    x = column.astype(np.float32) + np.float32(0.5) - start_x[piece]
    start_y, run_x, run_y = start_y[piece], run_x[piece], run_y[piece]
    middle = start_y + run_y * np.clip(x / np.where(run_x == 0, TINY, run_x), 0, 1)
    # A line of slope 1, the steepest here, is sqrt(2) times as thick along y as across.
    thickness = 2 * reach * np.sqrt(2)
    lowest = np.ceil(middle - np.float32(thickness / 2 + 0.5))
    rows = lowest + np.arange(int(thickness) + 1, dtype=np.float32)[:, np.newaxis]
    y = rows + (np.float32(0.5) - start_y)
    along = np.clip((x * run_x + y * run_y) / length_squared[piece], 0, 1)
    away_squared = (x - along * run_x) ** 2 + (y - along * run_y) ** 2
    near = np.flatnonzero((away_squared < reach * reach) & (rows >= 0) & (rows < limits[1]))
    places = (column * strides[0] + rows.astype(np.intp) * strides[1]).ravel()[near]
    covered = np.float32(reach) - np.sqrt(away_squared.ravel()[near])
    share = np.minimum(covered, np.float32(min(width_px, 1.0)))
    np.maximum.at(mask, places, (share * 255 + np.float32(0.5)).astype(np.uint8))


def _columns(segments: Segments, limit: int, reach: float) -> tuple[Indices, Indices]:
    """List the pixel columns that each piece may colour, as pairs of piece and column."""
    low = np.minimum(segments[:, 0], segments[:, 2]) - reach
    high = np.maximum(segments[:, 0], segments[:, 2]) + reach
    first = np.clip(np.ceil(low - 0.5), 0, limit).astype(np.intp)
    count = np.clip(np.floor(high + 0.5), 0, limit).astype(np.intp) - first
    piece = np.repeat(np.arange(len(segments)), count)
    before = np.cumsum(count) - count
    return piece, np.arange(len(piece)) + (first - before)[piece]
