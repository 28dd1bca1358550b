"""Coordinate systems that need PROJ: any projection, EPSG codes, WKT.

Loaded by name from `crs` only where it is needed: importing pyproj takes longer than
decoding and drawing a field.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyproj
from pyproj.crs import GeographicCRS
from pyproj.crs.datum import CustomDatum, CustomPrimeMeridian
from pyproj.exceptions import CRSError, ProjError

from zyra.core.errors import DataError, UnsupportedFormat, UsageError
from zyra.fields.crs import Crs
from zyra.fields.projections import Coordinates, Pair, Projection

# Where only a name is given, pyproj searches PROJ's database for "Greenwich": 0.2 s.
_MERIDIAN = "longitude_of_prime_meridian"
_GREENWICH = CustomPrimeMeridian(longitude=0.0)


def pyproj_crs(crs: Crs) -> pyproj.CRS:
    """The same system as a `pyproj.CRS`.

    Raises:
        UnsupportedFormat: PROJ does not know such a system.
    """
    attributes = crs.to_cf()
    try:
        if "crs_wkt" in attributes:
            return pyproj.CRS.from_wkt(attributes["crs_wkt"])
        return pyproj.CRS.from_cf({_MERIDIAN: 0.0, **attributes})
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


# Where two ways are compared: degrees, or units of 100 km, from the origin of the system.
_PROBES = np.array([-8.0, -3.0, 0.0, 5.0, 9.0])
_SAME_M = 1e-3


def projection_of(crs: Crs, candidate: Projection | None) -> Projection:
    """`candidate`, a closed form, if it gives what PROJ gives; else PROJ itself.

    Raises:
        UnsupportedFormat: PROJ does not know such a system.
    """
    through_proj = PyprojProjection(crs)
    if candidate is None:
        return through_proj
    lon, lat = through_proj.inverse(_PROBES * 1e5, _PROBES * 1e5)
    if crs.name == "rotated_latitude_longitude":
        lon, lat = through_proj.inverse(_PROBES, _PROBES)
    usable = np.isfinite(lon) & np.isfinite(lat)
    expected = through_proj.forward(lon[usable], lat[usable])
    given = candidate.forward(lon[usable], lat[usable])
    agrees = usable.any() and np.allclose(given, expected, rtol=0.0, atol=_SAME_M)
    return candidate if agrees else through_proj


class PyprojProjection:
    """Both directions through PROJ, on the system's own ellipsoid (no datum shift)."""

    def __init__(self, crs: Crs) -> None:
        system = pyproj_crs(crs)
        if system.ellipsoid is None:
            raise UnsupportedFormat(f"{crs.label} has no longitudes and latitudes")
        # Degrees from Greenwich, also where the system itself counts grads from Paris.
        datum = CustomDatum(ellipsoid=system.ellipsoid, prime_meridian=_GREENWICH)
        geographic = GeographicCRS(datum=datum)
        try:
            self._transformer = pyproj.Transformer.from_crs(geographic, system, always_xy=True)
        except ProjError as exc:
            raise UnsupportedFormat(f"PROJ cannot use {crs.label}: {exc}") from exc

    def forward(self, lon: Coordinates, lat: Coordinates) -> Pair:
        """(x, y); infinite where the projection has no point."""
        return self._transform(lon, lat, "FORWARD")

    def inverse(self, x: Coordinates, y: Coordinates) -> Pair:
        """(lon, lat) in degrees; infinite where there is none."""
        return self._transform(x, y, "INVERSE")

    def _transform(self, first: Coordinates, second: Coordinates, direction: str) -> Pair:
        first, second = np.broadcast_arrays(first, second)
        try:
            one, other = self._transformer.transform(first, second, direction=direction)
        except ProjError as exc:
            raise DataError(f"PROJ cannot transform the coordinates: {exc}") from exc
        return np.asarray(one, np.float64), np.asarray(other, np.float64)
