"""Where each pixel of a map lies in a grid, as fractions of rows and columns."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from zyra.fields.grid import Coordinates, Grid
from zyra.fields.warp_tiles import Tiles
from zyra.visualize.view import View

Positions = NDArray[np.float32]
Indices = NDArray[np.intp]

# CRS whose x is an angle in degrees, so that x and x + 360 are the same place.
PERIODIC = ("latitude_longitude", "rotated_latitude_longitude")
# Rows whose places are worked out at once, so that the steps in between stay in the cache.
BLOCK_PIXELS = 1 << 18
# Of a picture with as many, places are worked out at some and interpolated. In smaller ones the
# rim of a globe is round enough to pass between those.
MANY_PIXELS = 1 << 20
# A Gaussian grid ends up to this many rows short of the pole, which it still stands for.
POLE_ROWS = 1.0


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
        return np.isfinite(self.rows) & np.isfinite(self.columns)

    @property
    def is_outside(self) -> bool:
        """Whether no pixel lies in the grid."""
        if self.is_separable:
            return not (np.isfinite(self.rows).any() and np.isfinite(self.columns).any())
        return not bool(self.inside.any())

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
    if lines is None:
        return _scattered_places(grid, view)
    x, y = lines
    return Places(_along_y(grid, y), _along_x(grid, x), grid.shape, grid.is_global)


def places_at(grid: Grid, lon: Coordinates, lat: Coordinates) -> Places:
    """Places in `grid` of points in degrees, shape (points,), as a picture of one row."""
    with np.errstate(all="ignore"):
        x, y = grid.crs.forward(lon, lat)
    rows, columns = _along_y(grid, y)[None, :], _along_x(grid, x)[None, :]
    return Places(rows, columns, grid.shape, grid.is_global)


def _scattered_places(grid: Grid, view: View) -> Places:
    if view.width * view.height < MANY_PIXELS:
        return _exact_places(grid, view)
    return _smooth_places(grid, view)


def _smooth_places(grid: Grid, view: View) -> Places:
    """Places that are worked out at some points of each tile of the picture (see `Tiles`)."""

    def to_grid(columns: Coordinates, rows: Coordinates) -> tuple[Coordinates, Coordinates]:
        with np.errstate(all="ignore"):
            x, y = np.broadcast_arrays(*grid.crs.forward(*view.lonlat_at(columns, rows)))
        return np.where(np.isfinite(x), x, np.nan), np.where(np.isfinite(y), y, np.nan)

    lines = (np.arange(count, dtype=np.float64) + 0.5 for count in (view.width, view.height))
    tiles = Tiles(grid, Grid(grid.crs, *lines), to_grid)
    rows = np.full((view.height, view.width), np.nan, np.float32)
    columns = rows.copy()
    for block in tiles.blocks():
        inside = np.ones(block.along_rows.shape, bool)
        for line, steps in zip(tiles.lines, (block.along_rows, block.along_columns), strict=True):
            inside &= line.is_inside(steps)
        part = block.rows, block.columns
        with np.errstate(invalid="ignore"):
            np.copyto(rows[part], tiles.lines[0].places_of(block.along_rows), where=inside)
            np.copyto(columns[part], tiles.lines[1].places_of(block.along_columns), where=inside)
    return Places(rows, columns, grid.shape, grid.is_global)


def _exact_places(grid: Grid, view: View) -> Places:
    rows = np.empty((view.height, view.width), np.float32)
    columns = np.empty_like(rows)
    block = max(1, BLOCK_PIXELS // view.width)
    for first in range(0, view.height, block):
        part = slice(first, first + block)
        # Far from its centre a projection has no point: infinite or NaN, hence outside.
        with np.errstate(all="ignore"):
            x, y = np.broadcast_arrays(*grid.crs.forward(*view.lonlat_of_pixels(part)))
        columns[part] = _along_x(grid, x)
        rows[part] = _along_y(grid, y)
    return Places(rows, columns, grid.shape, grid.is_global)


@dataclass(frozen=True)
class _Line:
    """Knots for `np.interp`: coordinates, ascending, with their places."""

    coordinates: Coordinates
    places: Coordinates
    is_even: bool


def _line(line: Coordinates) -> _Line:
    """Knots of a coordinate line and of its outer cell edges."""
    count = len(line)
    half = (line[1] - line[0]) / 2 if count > 1 else 0.5
    last_half = (line[-1] - line[-2]) / 2 if count > 1 else 0.5
    coordinates = np.concatenate([[line[0] - half], line, [line[-1] + last_half]])
    places = np.concatenate([[-0.5], np.arange(count), [count - 0.5]])
    if coordinates[0] > coordinates[-1]:
        coordinates, places = coordinates[::-1], places[::-1]
    return _Line(coordinates, places, _is_even(line))


def _is_even(line: Coordinates) -> bool:
    if len(line) < 2:
        return True
    even = np.linspace(line[0], line[-1], len(line))
    return bool(np.abs(even - line).max() < 0.01 * abs(even[1] - even[0]))


def _to_the_poles(latitudes: Coordinates) -> _Line:
    line = _line(latitudes)
    ends = line.coordinates.copy()
    reach = POLE_ROWS * float(np.abs(np.diff(latitudes)).max()) if len(latitudes) > 1 else 0.0
    if ends[0] - reach < -90.0:
        ends[0] = min(ends[0], -90.0)
    if ends[-1] + reach > 90.0:
        ends[-1] = max(ends[-1], 90.0)
    return _Line(ends, line.places, is_even=False)


def knots_of_rows(grid: Grid) -> tuple[Coordinates, Coordinates]:
    """Places from the outer edge of the first row to that of the last, with their coordinates."""
    return _in_order(_to_the_poles(grid.y) if grid.crs.is_geographic else _line(grid.y))


def knots_of_columns(grid: Grid) -> tuple[Coordinates, Coordinates]:
    """The same for columns; where the grid closes on itself, from the first to the first again."""
    if not grid.is_global:
        return _in_order(_line(grid.x))
    turn = 360.0 if grid.x[0] < grid.x[-1] else -360.0
    return np.arange(len(grid.x) + 1.0), np.append(grid.x, grid.x[0] + turn)


def _in_order(line: _Line) -> tuple[Coordinates, Coordinates]:
    if line.places[0] > line.places[-1]:
        return line.places[::-1], line.coordinates[::-1]
    return line.places, line.coordinates


def _along_line(line: _Line, wanted: Coordinates) -> Positions:
    if line.is_even and wanted.ndim > 1:
        # The same as below for even lines, ten times as fast.
        first, last = line.coordinates[0], line.coordinates[-1]
        low, high = line.places[0], line.places[-1]
        places = (wanted - first) * ((high - low) / (last - first)) + low
        places[~((wanted >= first) & (wanted <= last))] = np.nan
        even: Positions = places.astype(np.float32)
        return even
    found = np.interp(wanted, line.coordinates, line.places, left=np.nan, right=np.nan)
    return found.astype(np.float32)


def _along_y(grid: Grid, wanted: Coordinates) -> Positions:
    return _along_line(_to_the_poles(grid.y) if grid.crs.is_geographic else _line(grid.y), wanted)


def _along_x(grid: Grid, wanted: Coordinates) -> Positions:
    line = _line(grid.x)
    if grid.crs.name not in PERIODIC:
        return _along_line(line, wanted)
    left = line.coordinates[0]
    wanted = wanted - 360.0 * np.floor((wanted - left) / 360.0)
    if not grid.is_global:
        return _along_line(line, wanted)
    return _around(grid.x, wanted)


def _around(longitudes: Coordinates, wanted: Coordinates) -> Positions:
    """Places on a line that closes on itself, in 0 <= place < number of columns."""
    turn = 360.0 if longitudes[0] < longitudes[-1] else -360.0
    count = len(longitudes)
    line = np.concatenate([[longitudes[-1] - turn], longitudes, [longitudes[0] + turn]])
    places = np.arange(-1, count + 1)
    if turn < 0:
        line, places = line[::-1], places[::-1]
    positions: Positions = np.interp(wanted, line, places).astype(np.float32)
    positions += np.float32(count) * (positions < 0)
    positions[positions >= count] = 0.0
    return positions
