"""Where each pixel of a map lies in a grid, as fractions of rows and columns."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from zyra.fields.grid import Coordinates, Grid
from zyra.fields.warp_lines import Line
from zyra.fields.warp_tiles import TILE, Tiles
from zyra.visualize.cores import on_all_cores
from zyra.visualize.view import ALL_ROWS, View

Positions = NDArray[np.float32]
Indices = NDArray[np.intp]

# Rows whose places are worked out at once, so that the steps in between stay in the cache.
BLOCK_PIXELS = 1 << 18
# Of a picture with as many, places are worked out at some and interpolated. In smaller ones the
# rim of a globe is round enough to pass between those.
MANY_PIXELS = 1 << 20


@dataclass(frozen=True)
class Places:
    """Places of the pixels of a map, counted from the centre of the first row and column.

    Attributes:
        rows: Shape (height,) where all pixels of a picture row share it, else
            (height, width); from -0.5 to the number of rows - 0.5; NaN outside the grid.
        columns: Shape (width,) or (height, width), likewise; from 0 to the number of
            columns where these go all the way round.
        shape: (rows, columns) of the grid.
        wraps: Whether the last column is followed by the first.
    """

    rows: Positions
    columns: Positions
    shape: tuple[int, int]
    wraps: bool

    @property
    def is_separable(self) -> bool:
        """Whether rows depend on the picture's rows alone, and columns on its columns."""
        return self.rows.ndim == 1

    @cached_property
    def inside(self) -> NDArray[np.bool_]:
        """Which pixels lie in the grid, shape (height, width)."""
        if self.is_separable:
            return np.isfinite(self.rows)[:, None] & np.isfinite(self.columns)[None, :]
        return self.inside_in(ALL_ROWS)

    def inside_in(self, part: slice) -> NDArray[np.bool_]:
        """Which pixels in some rows of a picture that is not separable lie in the grid."""
        return np.isfinite(self.rows[part]) & np.isfinite(self.columns[part])

    @property
    def is_outside(self) -> bool:
        """Whether no pixel lies in the grid."""
        if self.is_separable:
            return not (np.isfinite(self.rows).any() and np.isfinite(self.columns).any())
        return not any(self.inside_in(slice(row, row + 1)).any() for row in range(len(self.rows)))

    @property
    def picture_shape(self) -> tuple[int, int]:
        """(height, width) of the picture."""
        return self.rows.shape[0], self.columns.shape[-1]

    @property
    def cells_per_pixel(self) -> tuple[float, float]:
        """How many (rows, columns) of the grid a pixel is wide, in the median; 0 if outside."""
        if self.is_separable:
            return _step(self.rows, 0), _step(self.columns, 0)
        # Rotated and projected grids turn: a step along either side of the picture counts.
        steps = [
            max(_step(line[::16, ::16], axis) / 16 for axis in (0, 1))
            for line in (self.rows, self.columns)
        ]
        return steps[0], steps[1]


def _step(positions: Positions, axis: int) -> float:
    steps = np.abs(np.diff(positions, axis=axis))
    steps = steps[np.isfinite(steps)]
    # numpy's own median imports its masked arrays: 7 ms of a command's start.
    middle = np.sort(steps)[(steps.size - 1) // 2 : steps.size // 2 + 1]
    return float(middle.mean()) if steps.size else 0.0


def places_of(grid: Grid, view: View) -> Places:
    """Places of the pixels of `view` in `grid`."""
    lines = view.lines_in(grid.crs)
    if lines is not None:
        return _located(grid, *lines)
    if view.width * view.height < MANY_PIXELS:
        return _exact_places(grid, view)
    return _smooth_places(grid, view)


def places_at(grid: Grid, lon: Coordinates, lat: Coordinates) -> Places:
    """Places in `grid` of points in degrees, shape (points,), as a picture of one row."""
    with np.errstate(all="ignore"):
        x, y = grid.crs.forward(lon, lat)
    return _located(grid, x[None, :], y[None, :])


def _located(grid: Grid, x: Coordinates, y: Coordinates) -> Places:
    """Places of coordinates in the system of `grid`."""
    rows, columns = Line.of_rows(grid), Line.of_columns(grid)
    with np.errstate(invalid="ignore"):
        return Places(
            rows.located(y).astype(np.float32),
            columns.located(x).astype(np.float32),
            grid.shape,
            columns.wraps,
        )


def _smooth_places(grid: Grid, view: View) -> Places:
    """Places that are worked out at some points of each tile of the picture (see `Tiles`)."""

    def to_grid(columns: Coordinates, rows: Coordinates) -> tuple[Coordinates, Coordinates]:
        with np.errstate(all="ignore"):
            x, y = np.broadcast_arrays(*grid.crs.forward(*view.lonlat_at(columns, rows)))
        return np.where(np.isfinite(x), x, np.nan), np.where(np.isfinite(y), y, np.nan)

    lines = (np.arange(count, dtype=np.float64) + 0.5 for count in (view.width, view.height))
    tiles = Tiles(grid, Grid(grid.crs, *lines), to_grid)
    rows = np.empty((view.height, view.width), np.float32)
    columns = np.empty_like(rows)

    def locate(strip: int) -> None:
        whole = slice(strip * TILE, (strip + 1) * TILE)
        rows[whole] = columns[whole] = np.nan
        block = tiles.block(strip)
        if block is None:
            return
        part = block.rows, block.columns
        with np.errstate(invalid="ignore"):
            rows[part] = tiles.lines[0].places_within(block.along_rows)
            columns[part] = tiles.lines[1].places_within(block.along_columns)

    on_all_cores(locate, range(tiles.count))
    return Places(rows, columns, grid.shape, tiles.lines[1].wraps)


def _exact_places(grid: Grid, view: View) -> Places:
    rows = np.empty((view.height, view.width), np.float32)
    columns = np.empty_like(rows)
    block = max(1, BLOCK_PIXELS // view.width)
    wraps = False
    for first in range(0, view.height, block):
        part = slice(first, first + block)
        # Far from its centre a projection has no point: infinite or NaN, hence outside.
        with np.errstate(all="ignore"):
            x, y = np.broadcast_arrays(*grid.crs.forward(*view.lonlat_of_pixels(part)))
        found = _located(grid, x, y)
        rows[part], columns[part], wraps = found.rows, found.columns, found.wraps
    return Places(rows, columns, grid.shape, wraps)
