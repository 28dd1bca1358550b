"""Coordinate systems that need PROJ: any projection, EPSG codes, WKT.

Loaded by name from `crs` only where it is needed: importing pyproj takes longer than
decoding and drawing a field.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyproj
from pyproj.exceptions import CRSError, ProjError

from zyra.core.errors import DataError, UnsupportedFormat, UsageError
from zyra.fields.crs import Crs
from zyra.fields.projections import Coordinates, Pair


def pyproj_crs(crs: Crs) -> pyproj.CRS:
    """The same system as a `pyproj.CRS`.

    Raises:
        UnsupportedFormat: PROJ does not know such a system.
    """
    attributes = crs.to_cf()
    try:
        if "crs_wkt" in attributes:
            return pyproj.CRS.from_wkt(attributes["crs_wkt"])
        return pyproj.CRS.from_cf(attributes)
    except (CRSError, KeyError) as exc:
        raise UnsupportedFormat(f"PROJ cannot make a {crs.name} of {attributes}: {exc}") from exc


def cf_attributes(text: str) -> Mapping[str, Any]:
    """CF grid mapping attributes, `crs_wkt` among them, of the system that `text` names.

    Raises:
        UsageError: The text names no coordinate system.
    """
    try:
        attributes: dict[str, Any] = pyproj.CRS.from_user_input(text).to_cf()
    except CRSError as exc:
        raise UsageError(
            f"{text!r} is no coordinate system: {exc}",
            hint="give an EPSG code such as EPSG:3857, a PROJ string or WKT",
        ) from exc
    return attributes


class PyprojProjection:
    """Both directions through PROJ, on the system's own ellipsoid (no datum shift)."""

    def __init__(self, crs: Crs) -> None:
        system = pyproj_crs(crs)
        geographic = system.geodetic_crs or pyproj.CRS.from_epsg(4326)
        self._transformer = pyproj.Transformer.from_crs(geographic, system, always_xy=True)

    def forward(self, lon: Coordinates, lat: Coordinates) -> Pair:
        """(x, y); infinite where the projection has no point."""
        return self._transform(lon, lat, "FORWARD")

    def inverse(self, x: Coordinates, y: Coordinates) -> Pair:
        """(lon, lat) in degrees; infinite where there is none."""
        return self._transform(x, y, "INVERSE")

    def _transform(self, first: Coordinates, second: Coordinates, direction: str) -> Pair:
        try:
            one, other = self._transformer.transform(first, second, direction=direction)
        except ProjError as exc:
            raise DataError(f"PROJ cannot transform the coordinates: {exc}") from exc
        return np.asarray(one, np.float64), np.asarray(other, np.float64)
