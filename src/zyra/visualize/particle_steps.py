"""Move particles with the wind by Runge-Kutta steps, on the sphere or in the cells of a grid.

Source: the classical method of fourth order, such as in Press et al., Numerical Recipes (2007),
section 17.1. On the sphere places are vectors of length 1 and winds tangents to it, so neither
the poles nor the date line is a special place.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from zyra.fields.grid import Coordinates, Grid
from zyra.fields.vector_turning import along_east_north, axis_headings
from zyra.fields.warp_lines import goes_round
from zyra.visualize.map_projections import RADIUS
from zyra.visualize.places import places_at
from zyra.visualize.vector_pairs import Vectors
from zyra.visualize.view import Numbers

# Of places or velocities: shape (points, 3) on the sphere, (points, 2) in a grid.
Points = NDArray[np.float64]
Velocities = NDArray[np.float32]
Velocity = Callable[[Points], Points]

SECONDS_PER_HOUR = 3600.0
# Hours ahead that directions in a grid are taken from: some metres at any wind.
AHEAD_HOURS = 1e-4
# Nearest to a pole that east still means something in a grid.
LEAST_COSINE = 1e-3


class Drift(Protocol):
    """The wind of one time, as it moves particles."""

    def moved(
        self, lon: Numbers, lat: Numbers, hours: float, steps: int
    ) -> tuple[Numbers, Numbers]:
        """Where particles are after some steps.

        Args:
            lon: Degrees, shape (points,).
            lat: Degrees, same shape.
            hours: Of one step.
            steps: How many.

        Returns:
            Degrees, same shape; NaN where a particle has left the data.
        """


@dataclass(frozen=True)
class SphereDrift:
    """Wind as turns of places on the sphere; fulfils `Drift`.

    Attributes:
        turns: Radians in an hour along three axes, shape (rows, columns, 3); the first goes
            through 0 E 0 N, the second through 90 E, the third through the north pole.
        grid: Where.
    """

    turns: Velocities
    grid: Grid

    @classmethod
    def of(cls, wind: Vectors) -> "SphereDrift":
        """The drift with a wind in m s-1."""
        lon, lat = lonlat_of(wind.grid)
        u, v = true_parts(wind, lon, lat)
        per_hour = SECONDS_PER_HOUR / RADIUS
        (sin_lon, cos_lon), (sin_lat, cos_lat) = _sine_and_cosine(lon), _sine_and_cosine(lat)
        towards_axis = -v * sin_lat
        turns = np.stack(
            [
                towards_axis * cos_lon - u * sin_lon,
                towards_axis * sin_lon + u * cos_lon,
                v * cos_lat,
            ],
            axis=-1,
        )
        return cls((turns * per_hour).astype(np.float32), wind.grid)

    def moved(
        self, lon: Numbers, lat: Numbers, hours: float, steps: int
    ) -> tuple[Numbers, Numbers]:
        """Where particles are after some steps; see `Drift`."""
        (sin_lon, cos_lon), (sin_lat, cos_lat) = _sine_and_cosine(lon), _sine_and_cosine(lat)
        points = np.stack([cos_lat * cos_lon, cos_lat * sin_lon, sin_lat], axis=-1)
        for _ in range(steps):
            points = runge_kutta(self._velocity, points, hours)
            points /= np.linalg.norm(points, axis=1, keepdims=True)
        return _lonlat(points)

    def _velocity(self, points: Points) -> Points:
        places = places_at(self.grid, *_lonlat(points))
        return sampled(self.turns, places.rows[0], places.columns[0], wraps=places.wraps)


@dataclass(frozen=True)
class GridDrift:
    """Wind as steps in the rows and columns of a grid; fulfils `Drift`.

    Attributes:
        speeds: Columns and rows in an hour, shape (rows, columns, 2).
        grid: The grid.
    """

    speeds: Velocities
    grid: Grid

    @classmethod
    def of(cls, wind: Vectors) -> "GridDrift":
        """The drift with a wind in m s-1."""
        grid = wind.grid
        lon, lat = lonlat_of(grid)
        u, v = true_parts(wind, lon, lat)
        degrees = np.degrees(SECONDS_PER_HOUR / RADIUS) * AHEAD_HOURS
        parallel = np.maximum(np.cos(np.radians(lat)), LEAST_COSINE)
        x, y = np.meshgrid(grid.x, grid.y)
        if grid.crs.is_geographic:
            ahead_x, ahead_y = u * degrees / parallel, v * degrees
        else:
            x_then, y_then = grid.crs.forward(lon + u * degrees / parallel, lat + v * degrees)
            ahead_x, ahead_y = x_then - x, y_then - y
        speeds = [
            ahead_x / (_steps(grid.x) * AHEAD_HOURS),
            ahead_y / (_steps(grid.y)[:, None] * AHEAD_HOURS),
        ]
        return cls(np.stack(speeds, axis=-1).astype(np.float32), grid)

    def moved(
        self, lon: Numbers, lat: Numbers, hours: float, steps: int
    ) -> tuple[Numbers, Numbers]:
        """Where particles are after some steps; see `Drift`."""
        places = places_at(self.grid, lon, lat)
        points = np.stack([places.columns[0], places.rows[0]], axis=-1).astype(np.float64)
        for _ in range(steps):
            points = runge_kutta(self._velocity, points, hours)
        columns, rows = self._within(points)
        x = _at_places(self.grid.x, columns)
        y = _at_places(self.grid.y, rows)
        x[np.isnan(rows)] = np.nan
        return self.grid.crs.inverse(x, y)

    def _velocity(self, points: Points) -> Points:
        columns, rows = self._within(points)
        return sampled(self.speeds, rows, columns, wraps=goes_round(self.grid))

    def _within(self, points: Points) -> tuple[Numbers, Numbers]:
        """Columns, in the turn that the grid has, and rows; NaN outside the cells."""
        height, width = self.grid.shape
        columns, rows = points[:, 0].copy(), points[:, 1].copy()
        if goes_round(self.grid):
            columns %= width
        else:
            columns[~((columns >= -0.5) & (columns <= width - 0.5))] = np.nan
        rows[~((rows >= -0.5) & (rows <= height - 0.5))] = np.nan
        return columns, rows


def runge_kutta(velocity: Velocity, points: Points, hours: float) -> Points:
    """Points after one step of fourth order, same shape; NaN where a velocity is not known."""
    first = velocity(points)
    second = velocity(points + first * (hours / 2))
    third = velocity(points + second * (hours / 2))
    fourth = velocity(points + third * hours)
    return points + (first + 2 * (second + third) + fourth) * (hours / 6)


def sampled(values: Velocities, rows: Numbers, columns: Numbers, *, wraps: bool) -> Points:
    """Bilinear values at places of a grid, shape (points, parts); NaN where one of four is.

    Args:
        values: Shape (rows, columns, parts).
        rows: Counted from the middle of the first row; NaN outside; shape (points,).
        columns: The same along columns.
        wraps: Whether the last column is followed by the first.
    """
    height, width, parts = values.shape
    outside = np.isnan(rows) | np.isnan(columns)
    top, down = _split(np.where(outside, 0.0, rows), height)
    if wraps:
        columns = np.where(outside, 0.0, columns)
        left = np.floor(columns).astype(np.intp)
        across = columns - left
        left, right = left % width, (left + 1) % width
    else:
        left, across = _split(np.where(outside, 0.0, columns), width)
        right = np.minimum(left + 1, width - 1)
    bottom = np.minimum(top + 1, height - 1)
    flat = values.reshape(-1, parts)
    share_across, share_down = across[:, None], down[:, None]
    upper = _between(flat, top * width + left, top * width + right, share_across)
    lower = _between(flat, bottom * width + left, bottom * width + right, share_across)
    found: Points = upper + share_down * (lower - upper)
    found[outside] = np.nan
    return found


def lonlat_of(grid: Grid) -> tuple[Coordinates, Coordinates]:
    """Longitudes and latitudes of all points of a grid, each of its shape."""
    x, y = np.meshgrid(grid.x, grid.y)
    return (x, y) if grid.crs.is_geographic else grid.crs.inverse(x, y)


def true_parts(wind: Vectors, lon: Coordinates, lat: Coordinates) -> tuple[Numbers, Numbers]:
    """Eastward and northward part at each point of the wind's grid."""
    u, v = wind.u.values.astype(np.float64), wind.v.values.astype(np.float64)
    if wind.is_along_grid and not wind.grid.crs.is_geographic:
        return along_east_north(u, v, axis_headings(wind.grid.crs, lon, lat))
    return u, v


def _between(
    flat: Velocities, first: NDArray[np.intp], last: NDArray[np.intp], share: Points
) -> Points:
    start = flat.take(first, axis=0).astype(np.float64)
    return start + share * (flat.take(last, axis=0) - start)


def _split(positions: Numbers, count: int) -> tuple[NDArray[np.intp], Numbers]:
    """Index before each position with the share of the way to the next; ends hold beyond."""
    within = np.clip(positions, 0, count - 1)
    before = np.minimum(within.astype(np.intp), max(count - 2, 0))
    return before, within - before


def _lonlat(points: Points) -> tuple[Numbers, Numbers]:
    x, y, z = points.T
    return np.degrees(np.arctan2(y, x)), np.degrees(np.arctan2(z, np.hypot(x, y)))


def _sine_and_cosine(degrees: Numbers) -> tuple[Numbers, Numbers]:
    radians = np.radians(degrees)
    return np.sin(radians), np.cos(radians)


def _steps(line: Coordinates) -> Coordinates:
    """From each point of a line to the next, in the middle of both sides."""
    return np.gradient(line) if len(line) > 1 else np.ones(1)


def _at_places(line: Coordinates, places: Numbers) -> Numbers:
    """Coordinates at fractions of a line's points; beyond its ends it goes on as it came."""
    count = len(line)
    step = line[1] - line[0] if count > 1 else 1.0
    last = line[-1] - line[-2] if count > 1 else 1.0
    longer = np.concatenate([[line[0] - step], line, [line[-1] + last]])
    found: Numbers = np.interp(places, np.arange(-1, count + 1), longer)
    return found
