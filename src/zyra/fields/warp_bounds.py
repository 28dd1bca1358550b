"""What part of a coordinate system a grid covers, and an even grid over it."""

import numpy as np
from numpy.typing import NDArray

from zyra.core.errors import UsageError
from zyra.fields.crs import Crs
from zyra.fields.extent import extent_of
from zyra.fields.grid import Coordinates, Grid
from zyra.fields.projections import Pair
from zyra.fields.warp_lines import Line
from zyra.fields.warp_transform import transform_between

# Left, bottom, right, top, in units of the CRS.
Bounds = tuple[float, float, float, float]

# Points along each side of the lattice that is looked at.
_SIDE_POINTS = 257
# Half the way round the Earth, m: a plane that PROJ names no area for is not followed further.
_FARTHEST_M = 20037508.342789244

_WORLD: Bounds = (-180.0, -90.0, 180.0, 90.0)
_DEGREES = Crs(
    "latitude_longitude", {"semi_major_axis": 6378137.0, "inverse_flattening": 298.257223563}
)


def even_grid(crs: Crs, bounds: Bounds, width: int, height: int) -> Grid:
    """Cell centres of `width` x `height` equal cells, the first row at the top."""
    left, bottom, right, top = bounds
    x = left + (np.arange(width) + 0.5) * ((right - left) / width)
    y = top - (np.arange(height) + 0.5) * ((top - bottom) / height)
    return Grid(crs, np.asarray(x, np.float64), np.asarray(y, np.float64))


def covered_bounds(source: Grid, target: Crs) -> Bounds:
    """The bounds in `target` that just cover `source`.

    In degrees: see `fields.extent.extent_of`; east may lie beyond 180. In a plane, only what
    lies in the area that the system is made for counts, or else within half a turn of the Earth
    from its origin, since most planes reach to infinity.

    Raises:
        UsageError: The source lies outside that area.
        UnsupportedFormat: PROJ knows no way between the systems.
    """
    if target.is_geographic:
        west, east, south, north = extent_of(source)
        return west, south, east, north
    area = _area_of(target)
    x, y = _points_of(source)
    inside = _is_within(area or _WORLD, *transform_between(source.crs, _DEGREES)(x, y))
    rim_x, rim_y = _points_within(area or _WORLD, source)
    points = np.concatenate([x[inside], rim_x]), np.concatenate([y[inside], rim_y])
    found = transform_between(source.crs, target)(*points)
    return _around(source, target, *(found if area else _near(target, *found)))


def _around(source: Grid, target: Crs, x: Coordinates, y: Coordinates) -> Bounds:
    known = np.isfinite(x) & np.isfinite(y)
    if not known.any() or np.ptp(x[known]) == 0 or np.ptp(y[known]) == 0:
        raise UsageError(
            f"the source ({source.crs.label}) has nothing in the area of {target.label}",
            hint="choose another target system, or give --dst-bounds",
        )
    x, y = x[known], y[known]
    return float(x.min()), float(y.min()), float(x.max()), float(y.max())


def _points_of(grid: Grid) -> Pair:
    """A lattice over the grid, its outer edges included."""
    left, bottom, right, top = grid.bounds
    if grid.crs.is_geographic:
        bottom, top = max(bottom, -90.0), min(top, 90.0)
    return _lattice(left, bottom, right, top)


def _lattice(left: float, bottom: float, right: float, top: float) -> Pair:
    x, y = np.meshgrid(
        np.linspace(left, right, _SIDE_POINTS), np.linspace(bottom, top, _SIDE_POINTS)
    )
    return x.ravel(), y.ravel()


def _area_of(crs: Crs) -> Bounds | None:
    """West, south, east, north in degrees where the system is made for, as PROJ knows it."""
    area = crs.to_pyproj().area_of_use
    if area is None:
        return None
    east = area.east + 360.0 if area.east <= area.west else area.east
    return area.west, area.south, east, area.north


def _is_within(area: Bounds, lon: Coordinates, lat: Coordinates) -> NDArray[np.bool_]:
    west, south, east, north = area
    within: NDArray[np.bool_] = (lat >= south) & (lat <= north)
    if east - west < 360.0:
        within &= (lon - west) % 360.0 <= east - west
    return within


def _points_within(area: Bounds, grid: Grid) -> Pair:
    """Points of a lattice over the area that lie in the grid, in the grid's system."""
    x, y = transform_between(_DEGREES, grid.crs)(*_lattice(*area))
    rows, columns = Line.of_rows(grid), Line.of_columns(grid)
    inside = rows.is_inside(rows.steps(y)) & columns.is_inside(columns.steps(x))
    return x[inside], y[inside]


def _near(target: Crs, x: Coordinates, y: Coordinates) -> Pair:
    system = target.to_pyproj()
    if system.is_geographic:
        return x, y
    farthest = _FARTHEST_M / system.axis_info[0].unit_conversion_factor
    near = (np.abs(x) <= farthest) & (np.abs(y) <= farthest)
    return x[near], y[near]
