"""Average a field over blocks of cells, for maps that are coarser than its grid.

Taking every n-th point of a fine field instead makes it look speckled.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from zyra.fields.field import Array
from zyra.fields.grid import Coordinates, Grid


def thinned(values: Array, grid: Grid, rows: int, columns: int) -> tuple[Array, Grid]:
    """Mean of each block of `rows` x `columns` cells, with the grid of the blocks.

    A block has a value where at least half of its cells have one. Blocks at the end are
    smaller where the grid does not divide.
    """
    if rows == columns == 1:
        return values, grid
    finite = np.isfinite(values)
    if finite.all():
        means = _block_sums(values, rows, columns) / _block_counts(values.shape, rows, columns)
    else:
        known = _block_sums(finite.astype(np.float32), rows, columns)
        sums = _block_sums(np.where(finite, values, np.float32(0)), rows, columns)
        enough = known * 2 >= _block_counts(values.shape, rows, columns)
        means = np.divide(sums, known, out=np.full_like(sums, np.nan), where=enough)
    return means.astype(np.float32), replace(
        grid, x=_line_means(grid.x, columns), y=_line_means(grid.y, rows)
    )


def _block_sums(values: Array, rows: int, columns: int) -> NDArray[np.float64]:
    across = np.add.reduceat(values, _starts(values.shape[1], columns), axis=1, dtype=np.float64)
    sums: NDArray[np.float64] = np.add.reduceat(across, _starts(values.shape[0], rows), axis=0)
    return sums


def _block_counts(shape: tuple[int, ...], rows: int, columns: int) -> NDArray[np.float64]:
    counts = [
        np.diff(np.append(_starts(size, step), size)).astype(np.float64)
        for size, step in ((shape[0], rows), (shape[1], columns))
    ]
    return np.outer(counts[0], counts[1])


def _line_means(line: Coordinates, step: int) -> Coordinates:
    starts = _starts(len(line), step)
    return np.add.reduceat(line, starts) / np.diff(np.append(starts, len(line)))


def _starts(size: int, step: int) -> NDArray[np.intp]:
    return np.arange(0, size, step)
