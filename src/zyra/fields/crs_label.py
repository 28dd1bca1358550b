"""Coordinate systems in words for people."""

from collections.abc import Mapping
from typing import Any

from zyra.fields.ellipsoid import WGS84, Ellipsoid

_NAMES = {
    "latitude_longitude": "longitude and latitude",
    "rotated_latitude_longitude": "rotated longitude and latitude",
    "lambert_conformal_conic": "Lambert conformal conic",
    "lambert_azimuthal_equal_area": "Lambert azimuthal equal area",
    "mercator": "Mercator",
}
_LATITUDES = ("latitude_of_projection_origin", "grid_north_pole_latitude")
_LONGITUDES = (
    "longitude_of_central_meridian",
    "straight_vertical_longitude_from_pole",
    "longitude_of_projection_origin",
    "grid_north_pole_longitude",
)


def crs_label(name: str, parameters: Mapping[str, Any], earth: Ellipsoid) -> str:
    """Such as `Lambert conformal conic, 38.5N 262.5E, sphere 6371229 m`."""
    if name == "unnamed":
        return str(parameters.get("crs_wkt", "")).partition('"')[2].partition('"')[0]
    words = _NAMES.get(name, name.replace("_", " "))
    return ", ".join(part for part in (words, _centre(parameters), _earth(earth)) if part)


def _earth(earth: Ellipsoid) -> str:
    if earth == WGS84:
        return "WGS84"
    if earth.inverse_flattening == 0.0:
        return f"sphere {earth.semi_major_axis:.10g} m"
    return f"ellipsoid {earth.semi_major_axis:.10g} m 1/{earth.inverse_flattening:.9g}"


def _centre(parameters: Mapping[str, Any]) -> str:
    """Where the projection is centred: `38.5N 262.5E`, or `pole 40N 170W` of a rotated globe."""
    latitude = next((parameters[name] for name in _LATITUDES if name in parameters), None)
    longitude = next((parameters[name] for name in _LONGITUDES if name in parameters), None)
    north = "" if latitude is None else f"{abs(latitude):.6g}{'S' if latitude < 0 else 'N'}"
    east = "" if longitude is None else f"{abs(longitude):.6g}{'W' if longitude < 0 else 'E'}"
    pole = "pole" if "grid_north_pole_latitude" in parameters else ""
    return " ".join(part for part in (pole, north, east) if part)
