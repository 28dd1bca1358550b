"""Coordinates of one system in another, through PROJ."""

import numpy as np
import pyproj
from pyproj.exceptions import ProjError

from zyra.core.errors import UnsupportedFormat
from zyra.fields.crs import Crs
from zyra.fields.projections import Coordinates, Pair, Transform


def transform_between(source: Crs, target: Crs) -> Transform:
    """The function that gives coordinates of `source` in `target`, NaN where there are none.

    Datums are shifted where PROJ knows how. Between the sphere of a weather model and an
    ellipsoid, longitudes and latitudes stay as they are, which is how models mean them.

    Raises:
        UnsupportedFormat: PROJ knows no way from one to the other.
    """
    try:
        transformer = pyproj.Transformer.from_crs(
            source.to_pyproj(), target.to_pyproj(), always_xy=True
        )
    except ProjError as exc:
        raise UnsupportedFormat(
            f"PROJ knows no way from {source.label} to {target.label}: {exc}"
        ) from exc

    def transform(x: Coordinates, y: Coordinates) -> Pair:
        x, y = np.broadcast_arrays(x, y)
        found_x, found_y = transformer.transform(x, y)
        found_x, found_y = np.asarray(found_x, np.float64), np.asarray(found_y, np.float64)
        nowhere = ~(np.isfinite(found_x) & np.isfinite(found_y))
        found_x[nowhere] = found_y[nowhere] = np.nan
        return found_x, found_y

    return transform
