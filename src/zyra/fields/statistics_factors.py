"""How projections without a formula of ours stretch areas, from PROJ.

Loaded by name where it is needed, since it imports pyproj.
"""

import numpy as np
import pyproj

from zyra.fields.crs import Crs
from zyra.fields.grid import Coordinates


def areal_scale(crs: Crs, lon: Coordinates, lat: Coordinates) -> Coordinates:
    """Area on the plane over area on the Earth; infinite or NaN where there is no point.

    Raises:
        UnsupportedFormat: PROJ does not know the coordinate system.
    """
    factors = pyproj.Proj(crs.to_pyproj()).get_factors(lon, lat)
    return np.asarray(factors.areal_scale, np.float64)
