"""Find the rows and columns of a grid that lie within a box of longitudes and latitudes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from zyra.core.errors import SelectionError, UsageError
from zyra.fields.extent import extent_of
from zyra.fields.grid import Coordinates, Grid

Mask = NDArray[np.bool_]

_WHOLE_TURN = 360.0
# Points on the very edge of a box are in it: coordinates come as decimals and as float32.
_EDGE_DEGREES = 1e-5


@dataclass(frozen=True)
class Box:
    """A part of the Earth between two meridians and two parallels, its edges included.

    Attributes:
        west: Longitude where it begins, degrees.
        south: Latitude where it begins, degrees.
        east: Longitude where it ends, going east from `west`: 170 to -170 crosses the date
            line. 360 degrees or more is all the way round.
        north: Latitude where it ends, degrees.
    """

    west: float
    south: float
    east: float
    north: float

    @classmethod
    def from_numbers(cls, given: Sequence[float]) -> Self:
        """The box of west, south, east, north.

        Raises:
            UsageError: They are not four finite numbers, or no latitudes from south to north.
        """
        shown = " ".join(f"{each:g}" for each in given)
        if len(given) != 4 or not np.isfinite(given).all():
            raise UsageError(
                f"the box cannot be {shown}", hint="give west south east north, in degrees"
            )
        west, south, east, north = map(float, given)
        if not -90.0 <= south <= north <= 90.0:
            raise UsageError(
                f"the box {shown} does not go from a southern to a northern latitude",
                hint="give west south east north, in degrees; only east may be less than west",
            )
        return cls(west, south, east, north)

    def __str__(self) -> str:
        """As it is given: `-10 35 30 60`."""
        return f"{self.west:g} {self.south:g} {self.east:g} {self.north:g}"

    @property
    def width(self) -> float:
        """Degrees of longitude from west to east, at most 360."""
        if abs(self.east - self.west) >= _WHOLE_TURN:
            return _WHOLE_TURN
        return (self.east - self.west) % _WHOLE_TURN

    def eastward(self, longitudes: Coordinates) -> Coordinates:
        """How far east of the western edge, in degrees; about 0 where on it, else below 360."""
        return (longitudes - self.west + _EDGE_DEGREES) % _WHOLE_TURN - _EDGE_DEGREES

    def holds_longitudes(self, longitudes: Coordinates) -> Mask:
        """Which longitudes lie between the meridians; never where NaN."""
        return self.eastward(longitudes) <= self.width + _EDGE_DEGREES

    def holds_latitudes(self, latitudes: Coordinates) -> Mask:
        """Which latitudes lie between the parallels; never where NaN."""
        over = latitudes >= self.south - _EDGE_DEGREES
        return over & (latitudes <= self.north + _EDGE_DEGREES)


@dataclass(frozen=True)
class Window:
    """A part of a grid: some of its rows and columns.

    Attributes:
        grid: What is left of it, with the coordinates it had; columns east of the seam of a
            global grid are moved by a whole turn, so that they run on.
        rows, columns: Which they were, shape (rows,) and (columns,).
        inside: Which of the points lie in the box, shape (rows, columns); None where all do.
    """

    grid: Grid
    rows: NDArray[np.intp]
    columns: NDArray[np.intp]
    inside: Mask | None = None


def inside(grid: Grid, box: Box) -> Mask:
    """Which points of `grid` lie in `box`, shape (rows, columns)."""
    if grid.crs.is_geographic:
        return np.logical_and.outer(box.holds_latitudes(grid.y), box.holds_longitudes(grid.x))
    found = np.empty(grid.shape, np.bool_)
    for row, y in enumerate(grid.y):
        with np.errstate(all="ignore"):  # where a projection has no point
            lon, lat = grid.crs.inverse(grid.x, np.full_like(grid.x, y))
            found[row] = box.holds_longitudes(lon) & box.holds_latitudes(lat)
    return found


def window_of(grid: Grid, box: Box | None, stride: tuple[int, int] = (1, 1)) -> Window:
    """The smallest part of `grid` that holds all its points in `box`.

    Args:
        grid: Of any coordinate system.
        box: Part of the Earth; None is all of it.
        stride: Every how many rows and columns of that part are kept, from its first on.

    Raises:
        SelectionError: No point of the grid lies in the box.
    """
    if box is None:
        rows, columns = (np.arange(length) for length in grid.shape)
        return _thinned(grid, rows, columns, grid.x, None, stride)
    if grid.crs.is_geographic:
        rows = np.flatnonzero(box.holds_latitudes(grid.y))
        columns, x = _meridians(grid, box)
        _refuse_empty(grid, box, rows, columns)
        return _thinned(grid, rows, columns, x, None, stride)
    within = inside(grid, box)
    rows, columns = (_hull(np.logical_or.reduce(within, axis=axis)) for axis in (1, 0))
    _refuse_empty(grid, box, rows, columns)
    within = within[np.ix_(rows, columns)]
    return _thinned(grid, rows, columns, grid.x[columns], within, stride)


def _thinned(
    grid: Grid,
    rows: NDArray[np.intp],
    columns: NDArray[np.intp],
    x: Coordinates,
    within: Mask | None,
    stride: tuple[int, int],
) -> Window:
    down, along = stride
    rows = rows[::down]
    return Window(
        Grid(grid.crs, x[::along], grid.y[rows]),
        rows,
        columns[::along],
        None if within is None or within.all() else within[::down, ::along],
    )


def _meridians(grid: Grid, box: Box) -> tuple[NDArray[np.intp], Coordinates]:
    """The columns in `box` in the direction of the grid, and their longitudes running on."""
    columns = np.flatnonzero(box.holds_longitudes(grid.x))
    if not columns.size or bool((np.diff(columns) == 1).all()):
        return columns, grid.x[columns]
    eastward = box.eastward(grid.x[columns])
    direction = 1 if grid.x[-1] > grid.x[0] else -1
    order = np.argsort(direction * eastward, kind="stable")
    # Whole turns only are added, so that the decimals of the coordinates stay as they are.
    turns = np.round((box.west + eastward - grid.x[columns]) / _WHOLE_TURN) * _WHOLE_TURN
    x = (grid.x[columns] + turns)[order]
    # Some grids have their first meridian once more at their end.
    is_new = np.append(True, direction * np.diff(x) > _EDGE_DEGREES)
    return columns[order][is_new], x[is_new]


def _hull(taken: Mask) -> NDArray[np.intp]:
    """All places from the first to the last that is taken."""
    places = np.flatnonzero(taken)
    return np.arange(places[0], places[-1] + 1) if places.size else places


def _refuse_empty(grid: Grid, box: Box, rows: NDArray[np.intp], columns: NDArray[np.intp]) -> None:
    if not (rows.size and columns.size):
        raise no_point_within(grid, box)


def no_point_within(grid: Grid, box: Box) -> SelectionError:
    """The refusal of a box in which `grid` has no point."""
    west, east, south, north = extent_of(grid)
    return SelectionError(
        f"no point of the grid lies in the box {box}",
        hint=f"the grid of {grid.shape[0]} x {grid.shape[1]} points covers "
        f"--bbox {west:.6g} {south:.6g} {east:.6g} {north:.6g}",
    )
