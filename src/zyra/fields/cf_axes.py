"""Recognise what a NetCDF coordinate variable is, by CF attributes and, last, by name."""

import re
from collections.abc import Mapping
from enum import Enum
from typing import Any

from zyra.fields.cf_times import is_time_units


class Axis(Enum):
    """What a coordinate counts along."""

    LONGITUDE = "longitude"
    LATITUDE = "latitude"
    X = "x"
    Y = "y"
    LEVEL = "level"
    MEMBER = "member"
    VALID_TIME = "valid time"
    REFERENCE_TIME = "reference time"
    PERIOD = "forecast period"


_STANDARD_NAMES: Mapping[str, Axis] = {
    "longitude": Axis.LONGITUDE,
    "latitude": Axis.LATITUDE,
    "projection_x_coordinate": Axis.X,
    "projection_y_coordinate": Axis.Y,
    "projection_x_angular_coordinate": Axis.X,
    "projection_y_angular_coordinate": Axis.Y,
    "grid_longitude": Axis.X,
    "grid_latitude": Axis.Y,
    "time": Axis.VALID_TIME,
    "forecast_reference_time": Axis.REFERENCE_TIME,
    "forecast_period": Axis.PERIOD,
    "realization": Axis.MEMBER,
    "air_pressure": Axis.LEVEL,
    "altitude": Axis.LEVEL,
    "depth": Axis.LEVEL,
    "height": Axis.LEVEL,
    "model_level_number": Axis.LEVEL,
}
_UNITS: tuple[tuple[str, Axis], ...] = (
    (r"degrees?_?(east|E)", Axis.LONGITUDE),
    (r"degrees?_?(north|N)", Axis.LATITUDE),
    (r"(hPa|Pa|kPa|mb|mbar|millibars?|bar|dbar|sigma_level)", Axis.LEVEL),
)
_LETTERS: Mapping[str, Axis] = {"X": Axis.X, "Y": Axis.Y, "Z": Axis.LEVEL, "E": Axis.MEMBER}
_NAMES: Mapping[str, Axis] = {
    "lon": Axis.LONGITUDE,
    "longitude": Axis.LONGITUDE,
    "lat": Axis.LATITUDE,
    "latitude": Axis.LATITUDE,
    "x": Axis.X,
    "y": Axis.Y,
    "xc": Axis.X,
    "yc": Axis.Y,
    "rlon": Axis.X,
    "rlat": Axis.Y,
    "lev": Axis.LEVEL,
    "level": Axis.LEVEL,
    "levels": Axis.LEVEL,
    "plev": Axis.LEVEL,
    "height": Axis.LEVEL,
    "depth": Axis.LEVEL,
    "altitude": Axis.LEVEL,
    "member": Axis.MEMBER,
    "number": Axis.MEMBER,
    "ensemble": Axis.MEMBER,
    "ens": Axis.MEMBER,
    "realization": Axis.MEMBER,
}


def axis_of(name: str, attributes: Mapping[str, Any]) -> Axis | None:
    """What the coordinate `name` counts along; None where nothing tells.

    Asked in this order: standard name, units, `positive`, the usual names, `axis`. Names
    come before `axis` because only they tell longitudes in plain degrees from other x.

    Source: CF 1.11, chapter 4 (coordinate types).
    """
    units = str(attributes.get("units", "")).strip()
    standard = str(attributes.get("standard_name", ""))
    return (
        _STANDARD_NAMES.get(standard)
        or _by_units(units)
        or (Axis.LEVEL if "positive" in attributes or "atmosphere_" in standard else None)
        or _NAMES.get(name.lower())
        or _LETTERS.get(str(attributes.get("axis", "")).upper())
    )


def _by_units(units: str) -> Axis | None:
    if is_time_units(units):
        return Axis.VALID_TIME
    return next((axis for pattern, axis in _UNITS if re.fullmatch(pattern, units)), None)
