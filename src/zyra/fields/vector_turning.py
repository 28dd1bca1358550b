"""Turn vectors that are given along the axes of a grid to true east and north.

Models on Lambert, polar and rotated grids often write their winds along the grid's own x and
y (GRIB's flag `uvRelativeToGrid`, CF's `x_wind`), which point elsewhere at each point.
"""

import numpy as np
from numpy.typing import NDArray

from zyra.fields.crs import Crs
from zyra.fields.grid import Coordinates
from zyra.fields.projections import wrapped

Headings = NDArray[np.complex128]

# Half the steps along an axis that directions are taken from, in units of the CRS.
HALF_STEP_METRES = 50.0
HALF_STEP_DEGREES = 1e-4


def axis_headings(crs: Crs, lon: Coordinates, lat: Coordinates) -> tuple[Headings, Headings]:
    """Where x and y grow towards at places in degrees: east + north * 1j, of length 1.

    Args:
        crs: Coordinate system of the grid.
        lon: Any shape.
        lat: Same shape.

    Returns:
        For x and for y, of the places' shape; NaN where the system has no such place.
    """
    degrees = crs.is_geographic or crs.name == "rotated_latitude_longitude"
    half = HALF_STEP_DEGREES if degrees else HALF_STEP_METRES
    with np.errstate(all="ignore"):
        x, y = crs.forward(lon, lat)
        return (
            _heading(crs, lat, (x - half, y), (x + half, y)),
            _heading(crs, lat, (x, y - half), (x, y + half)),
        )


def along_east_north(
    u: Coordinates, v: Coordinates, headings: tuple[Headings, Headings]
) -> tuple[Coordinates, Coordinates]:
    """Vectors with parts `u` along x and `v` along y, by their parts along east and north.

    All arrays have one shape; `headings` as `axis_headings` gives them.
    """
    along_x, along_y = headings
    turned = u * along_x + v * along_y
    return turned.real, turned.imag


def _heading(
    crs: Crs,
    lat: Coordinates,
    start: tuple[Coordinates, Coordinates],
    end: tuple[Coordinates, Coordinates],
) -> Headings:
    start_lon, start_lat = crs.inverse(*start)
    end_lon, end_lat = crs.inverse(*end)
    sine, cosine = np.sin(np.radians(lat)), np.cos(np.radians(lat))
    # A degree of latitude is shorter than one of a parallel's circle where the Earth is flattened.
    squared = crs.ellipsoid.eccentricity**2
    meridian = (1.0 - squared) / (1.0 - squared * sine**2)
    run = wrapped(end_lon - start_lon) * cosine + 1j * (end_lat - start_lat) * meridian
    heading: Headings = (run / np.abs(run)).astype(np.complex128)
    return heading
