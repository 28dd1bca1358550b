"""What CF says of the kinds of level that ecCodes names."""

from collections.abc import Mapping
from typing import Any

from zyra.fields.field import Level

_DOWN = {"positive": "down"}
_UP = {"positive": "up"}
_PRESSURE = {"standard_name": "air_pressure", **_DOWN}
_HEIGHT = {"standard_name": "height", **_UP}
_ALTITUDE = {"standard_name": "altitude", **_UP}
_DEPTH = {"standard_name": "depth", **_DOWN}

# Names of levels: ecCodes 2.42, definitions typeOfLevel. Attributes: CF 1.11, section 4.3.
_ATTRIBUTES: Mapping[str, Mapping[str, Any]] = {
    "isobaricInhPa": _PRESSURE,
    "isobaricInPa": _PRESSURE,
    "isobaricLayer": _PRESSURE,
    "heightAboveGround": _HEIGHT,
    "heightAboveGroundLayer": _HEIGHT,
    "heightAboveSea": _ALTITUDE,
    "heightAboveSeaLayer": _ALTITUDE,
    "depthBelowLand": _DEPTH,
    "depthBelowLandLayer": _DEPTH,
    "depthBelowSea": _DEPTH,
    "hybrid": {"standard_name": "model_level_number", **_DOWN},
    # Its standard name would need the pressure at the top of the model, which GRIB does not say.
    "sigma": _DOWN,
    "theta": {"standard_name": "air_potential_temperature", **_UP},
}


def level_attributes(level: Level) -> dict[str, Any]:
    """Attributes of the coordinate variable of levels of this kind.

    `level_type` keeps the kind as ecCodes spells it, so that it survives a round trip.
    """
    units = {"units": level.units} if level.units else {}
    known = _ATTRIBUTES.get(level.kind, {})
    long_name = level.place or level.kind
    return {"axis": "Z", "long_name": long_name, **units, **known, "level_type": level.kind}
