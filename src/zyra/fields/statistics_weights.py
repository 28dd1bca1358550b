"""How much of the Earth each point of a grid stands for.

Weights are solid angles in steradians (4 pi is the globe), so that they can be added up over
grids. Points on regular longitudes and latitudes count by the cosine of their latitude, the
custom of the field; on uneven latitudes (Gaussian) by the zone between the parallels halfway
to their neighbours. On projected grids the area of a cell in the plane is divided by the areal
scale of the projection: for conformal ones the square of the scale factor, k.
Source: Snyder, Map Projections (USGS PP 1395), sections 7 (Mercator, k = k0 / m), 15 (Lambert,
k = n rho / (a m)) and 21 (polar stereographic, k = rho / (a m)); for the others, PROJ's factors.
"""

import numpy as np
from numpy.typing import NDArray

from zyra.core.loading import load
from zyra.fields.crs import Crs
from zyra.fields.ellipsoid import Ellipsoid
from zyra.fields.grid import Coordinates, Grid
from zyra.fields.projections import LambertConformal, Mercator, PolarStereographic

Weights = NDArray[np.float64]

_ROUND = ("latitude_longitude", "rotated_latitude_longitude")
# Steps that differ less than this are even; Gaussian ones differ by two hundredths at the poles.
_EVEN = 1e-3
# Conformal scale factors are 0/0 at the poles, and steady this near to them.
_LAST_LATITUDE = 89.999


def area_weights(grid: Grid) -> Weights:
    """Solid angle of the cell of each point, shape (rows, columns) or (rows, 1) if columns agree.

    Zero where a projection has no point on the Earth.

    Raises:
        UnsupportedFormat: PROJ does not know the coordinate system.
    """
    if grid.crs.name in _ROUND:
        # A rotated pole turns the sphere: areas are those of the rotated latitudes.
        widths = np.radians(cell_widths(grid.x))
        heights = zone_heights(grid)
        is_even = bool(np.allclose(widths, widths[0], rtol=_EVEN, atol=0.0))
        return heights[:, np.newaxis] * (widths[:1] if is_even else widths)
    radius = grid.crs.ellipsoid.semi_major_axis
    plane = np.outer(cell_widths(grid.y), cell_widths(grid.x)) / radius**2
    for row, y in enumerate(grid.y):
        with np.errstate(all="ignore"):  # where the projection has no point
            lon, lat = grid.crs.inverse(grid.x, np.full_like(grid.x, y))
            plane[row] /= areal_scale(grid.crs, lon, lat)
    plane[~np.isfinite(plane)] = 0.0
    return plane


def areal_scale(crs: Crs, lon: Coordinates, lat: Coordinates) -> Coordinates:
    """Area on the plane over area on the Earth at points in degrees, same shape.

    Raises:
        UnsupportedFormat: PROJ does not know the coordinate system.
    """
    projection = crs.projection
    latitude = np.radians(np.clip(lat, -_LAST_LATITUDE, _LAST_LATITUDE))
    if isinstance(projection, Mercator):
        return np.square(projection.scale / _parallel(projection.ellipsoid, latitude))
    if isinstance(projection, PolarStereographic):
        side = 1.0 if projection.is_north else -1.0
        return _conic_scale(projection.ellipsoid, side * latitude, projection.scale, 1.0)
    if isinstance(projection, LambertConformal):
        return _conic_scale(projection.ellipsoid, latitude, projection.scale, projection.cone)
    scale: Coordinates = load("zyra.fields.statistics_factors:areal_scale")(crs, lon, lat)
    return scale


def _conic_scale(earth: Ellipsoid, latitude: Coordinates, scale: float, cone: float) -> Coordinates:
    """Square of k = n rho / (a m) with rho = scale exp(-n psi), on a cone (n is 1 on a plane)."""
    radius = scale * np.exp(-cone * earth.isometric(latitude))
    return np.square(cone * radius / (earth.semi_major_axis * _parallel(earth, latitude)))


def _parallel(earth: Ellipsoid, latitude: Coordinates) -> Coordinates:
    """Radius of the parallel as a fraction of the semi-major axis, m of Snyder's 14-15."""
    radius: Coordinates = np.cos(latitude) / np.sqrt(
        1.0 - (earth.eccentricity * np.sin(latitude)) ** 2
    )
    return radius


def zone_heights(grid: Grid) -> Weights:
    """What each row's latitude contributes to the weight of its points, shape (rows,).

    The cosine of the latitude times the spacing on even rows, else the difference of the sines
    of the parallels halfway to the neighbours; both are solid angle per radian of longitude.
    """
    latitudes = np.clip(grid.y, -90.0, 90.0)
    step = np.diff(latitudes)
    if np.allclose(step, step.mean() if step.size else 0.0, rtol=_EVEN, atol=0.0):
        return np.maximum(np.cos(np.radians(latitudes)), 0.0) * np.radians(cell_widths(grid.y))
    middles = (latitudes[1:] + latitudes[:-1]) / 2
    edges = np.concatenate([[latitudes[0] - step[0] / 2], middles, [latitudes[-1] + step[-1] / 2]])
    heights: Weights = np.abs(np.diff(np.sin(np.radians(np.clip(edges, -90.0, 90.0)))))
    return heights


def cell_widths(line: Coordinates) -> Coordinates:
    """Distance between the places halfway to the neighbours of each; 1 for a single one."""
    if len(line) < 2:
        return np.ones(len(line))
    widths: Coordinates = np.abs(np.gradient(line))
    return widths
