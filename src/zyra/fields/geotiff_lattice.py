"""Bring a grid into the shape that GeoTIFF can say: even steps, north up, west to east."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rasterio.transform import Affine

from zyra.core.errors import UnsupportedFormat
from zyra.fields.field import Array
from zyra.fields.grid import Coordinates, Grid

# Gaussian latitudes lie within 0.016 of a row from even ones: their values are kept as they
# are, where resampling would change all of them.
_TOLERATED_CELLS = 0.05

_WHOLE_TURN = 360.0


@dataclass(frozen=True)
class Lattice:
    """How a raster is made of the values on a grid.

    Attributes:
        transform: From (column, row) of cell corners to units of the CRS.
        rows, columns: Order of the grid's rows and columns in the raster.
        row_places, column_places: Where the raster's lines stand among the grid's, as
            fractions of lines, if values must be interpolated; else None.
        shift: Largest distance of a line from where `transform` puts it, in cells.
    """

    transform: Affine
    rows: NDArray[np.intp]
    columns: NDArray[np.intp]
    row_places: Coordinates | None
    column_places: Coordinates | None
    shift: float

    @property
    def is_resampled(self) -> bool:
        """Whether values between uneven lines are interpolated."""
        return self.row_places is not None or self.column_places is not None

    def raster(self, values: Array) -> Array:
        """The values of the raster, shape (rows, columns); NaN where a neighbour is missing."""
        ordered = values[np.ix_(self.rows, self.columns)]
        if self.row_places is not None:
            ordered = _interpolated(ordered, self.row_places)
        if self.column_places is not None:
            ordered = _interpolated(ordered.T, self.column_places).T
        return np.ascontiguousarray(ordered)


def lattice_of(grid: Grid) -> Lattice:
    """Plan the raster of a grid.

    Rows are turned north up, columns west to east; a global grid is cut at 180 degrees
    instead of at Greenwich, and longitudes east of 180 become western ones where the whole
    grid allows it. Unevenly spaced lines are kept where even ones come within a twentieth of
    a cell, otherwise values are interpolated linearly onto even ones.

    Raises:
        UnsupportedFormat: The grid has a single row or column, so its cells have no size.
    """
    if min(grid.shape) < 2:
        raise UnsupportedFormat(
            f"a grid of {grid.shape[0]} x {grid.shape[1]} points has no cells to put into GeoTIFF",
            hint="convert it to netcdf",
        )
    rows = np.argsort(-grid.y)
    x = _western(grid)
    columns = np.argsort(x)
    y_first, y_step, y_shift, y_places = _even(grid.y[rows])
    x_first, x_step, x_shift, x_places = _even(x[columns])
    corner = Affine.translation(x_first - x_step / 2, y_first - y_step / 2)
    return Lattice(
        transform=corner @ Affine.scale(x_step, y_step),
        rows=rows,
        columns=columns,
        row_places=y_places,
        column_places=x_places,
        shift=max(x_shift, y_shift),
    )


def lattice_in_order(grid: Grid) -> Lattice:
    """The raster of an even grid, whose rows and columns stay as they are.

    For grids that were made for a raster, also where this reaches beyond 180 degrees.
    """
    left, bottom, right, top = grid.bounds
    rows, columns = grid.shape
    scale = Affine.scale((right - left) / columns, (bottom - top) / rows)
    return Lattice(
        transform=Affine.translation(left, top) @ scale,
        rows=np.arange(rows),
        columns=np.arange(columns),
        row_places=None,
        column_places=None,
        shift=0.0,
    )


def _western(grid: Grid) -> Coordinates:
    """The columns' coordinates, longitudes within -180 to 180 where that keeps them together."""
    x = grid.x
    if not grid.crs.is_geographic:
        return x
    if grid.is_global:
        # Rounding must not send the first column past the last one.
        return x - np.floor((x + 180.0) / _WHOLE_TURN + 1e-9) * _WHOLE_TURN
    turns: float = np.floor((x.min() + 180.0) / _WHOLE_TURN)
    return x - turns * _WHOLE_TURN


def _even(line: Coordinates) -> tuple[float, float, float, Coordinates | None]:
    """First value, step and largest shift in cells of the even line nearest to `line`.

    The last part is None where that is near enough, else where even places between the
    ends stand among the line's.
    """
    numbers = np.arange(len(line))
    step = (line[-1] - line[0]) / (len(line) - 1)
    shift = float(np.abs(line - (line[0] + numbers * step)).max() / abs(step))
    if shift <= _TOLERATED_CELLS:
        return float(line[0]), float(step), shift, None
    even = line[0] + numbers * step
    rising = np.argsort(line)
    return float(line[0]), float(step), 0.0, np.interp(even, line[rising], numbers[rising])


def _interpolated(values: Array, places: Coordinates) -> Array:
    """Rows of `values` at fractional `places`, shape (places, columns)."""
    before = np.minimum(places.astype(np.intp), len(values) - 2)
    weight = (places - before).astype(np.float32)[:, np.newaxis]
    low, high = values[before], values[before + 1]
    # A line that is met exactly does not take over what its neighbour lacks.
    between: Array = low + (high - low) * weight
    met: Array = np.where(weight == 0, low, np.where(weight == 1, high, between))
    return met
