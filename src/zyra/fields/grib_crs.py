"""The coordinate system of a GRIB grid, from its grid definition section."""

from collections.abc import Callable
from typing import Any

from zyra.fields.crs import Crs
from zyra.fields.grib_handle import GribHandle

# Code table 3.2: ellipsoids whose flattening is defined, not computed from rounded axes.
_INVERSE_FLATTENING = {4: 298.257222101, 5: 298.257223563}
_WGS84_AXIS_M = 6378137.0


def earth_parameters(handle: GribHandle) -> dict[str, float]:
    """CF's words for the figure of the earth (code table 3.2; GRIB1: octet 17 of section 2)."""
    shape = handle.integer("shapeOfTheEarth") if handle.integer("edition") == 2 else None
    if shape in _INVERSE_FLATTENING:
        return {
            "semi_major_axis": _WGS84_AXIS_M,
            "inverse_flattening": _INVERSE_FLATTENING[shape],
        }
    if not handle.integer("earthIsOblate"):
        return {"earth_radius": handle.needed_number("radius")}
    major = handle.needed_number("earthMajorAxisInMetres")
    minor = handle.needed_number("earthMinorAxisInMetres")
    if major == minor:
        return {"earth_radius": major}
    return {"semi_major_axis": major, "inverse_flattening": major / (major - minor)}


def grib_crs(handle: GribHandle, grid_type: str) -> Crs | None:
    """Coordinate system of a grid of type `grid_type`; None if it has none that we know.

    Raises:
        DataError: The message lacks a number that its grid needs.
    """
    build = _BUILDERS.get(grid_type)
    if build is None:
        return None
    name, parameters = build(handle)
    return Crs(name, {**earth_parameters(handle), **parameters})


Named = tuple[str, dict[str, Any]]


def _geographic(handle: GribHandle) -> Named:  # noqa: ARG001 - built like the others
    return "latitude_longitude", {}


def _rotated(handle: GribHandle) -> Named:
    south = handle.needed_number("longitudeOfSouthernPoleInDegrees")
    # The angle turns the new globe about its own axis, clockwise seen from its south pole; CF says
    # where north lies then. As PROJ has it ("Pole rotation (GRIB convention)"); ecCodes' iterator
    # turns the true globe instead.
    turn = handle.number("angleOfRotationInDegrees") or 0.0
    return "rotated_latitude_longitude", {
        "grid_north_pole_latitude": 0.0 - handle.needed_number("latitudeOfSouthernPoleInDegrees"),
        "grid_north_pole_longitude": (south + 360.0) % 360.0 - 180.0,
        "north_pole_grid_longitude": 0.0 - turn,
    }


def _lambert(handle: GribHandle) -> Named:
    first = handle.needed_number("Latin1InDegrees")
    second = handle.needed_number("Latin2InDegrees")
    return "lambert_conformal_conic", {
        "standard_parallel": first if first == second else (first, second),
        "longitude_of_central_meridian": handle.needed_number("LoVInDegrees"),
        "latitude_of_projection_origin": handle.needed_number("LaDInDegrees"),
    }


def _polar(handle: GribHandle) -> Named:
    is_south = bool(handle.needed_integer("projectionCentreFlag") & 0x80)
    parallel = abs(handle.needed_number("LaDInDegrees"))
    return "polar_stereographic", {
        "straight_vertical_longitude_from_pole": handle.needed_number(
            "orientationOfTheGridInDegrees"
        ),
        "latitude_of_projection_origin": -90.0 if is_south else 90.0,
        "standard_parallel": -parallel if is_south else parallel,
    }


def _mercator(handle: GribHandle) -> Named:
    # GRIB has no central meridian here; the middle one keeps every column on one side of the cut.
    first = handle.needed_number("longitudeOfFirstGridPointInDegrees")
    last = handle.needed_number("longitudeOfLastGridPointInDegrees")
    middle = first + ((last - first) % 360.0) / 2
    return "mercator", {
        "standard_parallel": handle.needed_number("LaDInDegrees"),
        "longitude_of_projection_origin": (middle + 180.0) % 360.0 - 180.0,
    }


_BUILDERS: dict[str, Callable[[GribHandle], Named]] = {
    "regular_ll": _geographic,
    "regular_gg": _geographic,
    "reduced_ll": _geographic,
    "reduced_gg": _geographic,
    "rotated_ll": _rotated,
    "lambert": _lambert,
    "polar_stereographic": _polar,
    "mercator": _mercator,
}
