"""The part of the Earth that a grid covers, in degrees."""

import numpy as np
from numpy.typing import NDArray

from zyra.fields.grid import Coordinates, Grid

# West, east, south, north, in degrees.
Extent = tuple[float, float, float, float]

WORLD: Extent = (-180.0, 180.0, -90.0, 90.0)
# Points looked at along each side of a projected grid, whose sides are curves on the map.
SIDE_POINTS = 257
# Columns of whole-globe grids often end a rounding error short of 360 degrees.
ROUNDING_DEGREES = 1e-4


def extent_of(grid: Grid) -> Extent:
    """The extent that just covers `grid`; -180 to 180 where it goes all the way round."""
    if grid.crs.is_geographic:
        west, south, east, north = grid.bounds
        return _tidied(west, east, *_to_the_pole(grid.y, south, north))
    x, y = _sides(grid)
    longitudes, latitudes = grid.crs.inverse(x, y)
    known = np.isfinite(longitudes) & np.isfinite(latitudes)
    if not known.any():
        return WORLD
    longitudes = np.unwrap(longitudes[known], period=360.0)
    south, north = float(latitudes[known].min()), float(latitudes[known].max())
    if abs(longitudes[-1] - longitudes[0]) > 180.0 or _holds_pole(grid):
        return _around_pole(grid, south, north)
    return _tidied(float(longitudes.min()), float(longitudes.max()), south, north)


def _to_the_pole(latitudes: Coordinates, south: float, north: float) -> tuple[float, float]:
    step = float(np.abs(np.diff(latitudes)).max()) if len(latitudes) > 1 else 0.0
    return (-90.0 if south - step < -90.0 else south), (90.0 if north + step > 90.0 else north)


def _tidied(west: float, east: float, south: float, north: float) -> Extent:
    south, north = max(south, -90.0), min(north, 90.0)
    if east - west >= 360.0 - ROUNDING_DEGREES:
        return WORLD[0], WORLD[1], south, north
    turns = np.floor((west + 180.0) / 360.0) * 360.0
    return west - float(turns), east - float(turns), south, north


def _sides(grid: Grid) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Points all along the outer edge, in order, back to the first."""
    left, bottom, right, top = grid.bounds
    along = np.linspace(0.0, 1.0, SIDE_POINTS)
    x = np.concatenate(
        [
            left + (right - left) * along,
            np.full(SIDE_POINTS, right),
            right + (left - right) * along,
            np.full(SIDE_POINTS, left),
        ]
    )
    y = np.concatenate(
        [
            np.full(SIDE_POINTS, bottom),
            bottom + (top - bottom) * along,
            np.full(SIDE_POINTS, top),
            top + (bottom - top) * along,
        ]
    )
    return x, y


def _holds_pole(grid: Grid) -> bool:
    return any(_holds(grid, latitude) for latitude in (-90.0, 90.0))


def _holds(grid: Grid, latitude: float) -> bool:
    left, bottom, right, top = grid.bounds
    # The pole opposite to a projection's centre is infinitely far away.
    with np.errstate(all="ignore"):
        x, y = grid.crs.forward(np.array([0.0]), np.array([latitude]))
    return bool(left <= x[0] <= right and bottom <= y[0] <= top)


def _around_pole(grid: Grid, south: float, north: float) -> Extent:
    if _holds(grid, -90.0):
        south = -90.0
    if _holds(grid, 90.0):
        north = 90.0
    return WORLD[0], WORLD[1], south, north
