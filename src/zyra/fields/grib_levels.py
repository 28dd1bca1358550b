"""Where a GRIB field lies vertically."""

from zyra.fields.field import Level
from zyra.fields.grib_handle import GribHandle

_MISSING = 255
_SIGN = 1 << 31

# Code table 4.5: kinds of surface that have a value, with its unit.
_SURFACE_UNITS = {
    20: "K", 21: "Pa", 22: "Pa", 23: "", 24: "Pa", 25: "dBZ", 26: "m", 27: "m", 30: "Pa",
    100: "Pa", 102: "m", 103: "m", 104: "", 105: "", 106: "m", 107: "K", 108: "Pa",
    109: "K m2 kg-1 s-1", 111: "", 113: "", 114: "", 115: "", 117: "m", 118: "", 119: "",
    150: "", 151: "", 152: "", 160: "m", 161: "m", 162: "", 168: "", 169: "kg m-3", 170: "K",
    171: "m2 s-1", 241: "",
}  # fmt: skip
# Pressure at or above the ground: in Pa in the file, but nobody says so, and edition 1 has hPa.
_SPOKEN_OF_IN_HPA = (100, 108)

# Table 3 of edition 1, by ecCodes' name: the unit that ecCodes gives its values in.
_UNITS_OF_KIND = {
    "isobaricInhPa": "hPa",
    "isobaricInPa": "Pa",
    "isobaricLayer": "hPa",
    "pressureFromGround": "hPa",
    "pressureFromGroundLayer": "hPa",
    "heightAboveSea": "m",
    "heightAboveSeaLayer": "hm",
    "heightAboveGround": "m",
    "heightAboveGroundLayer": "hm",
    "depthBelowLand": "cm",
    "depthBelowLandLayer": "cm",
    "depthBelowSea": "m",
    "theta": "K",
    "thetaLayer": "K",
    "potentialVorticity": "1e-9 K m2 kg-1 s-1",
    "sigma": "",
    "sigmaLayer": "",
    "hybrid": "",
    "hybridLayer": "",
}


def read_level(handle: GribHandle) -> Level:
    """Level of an open message."""
    kind = handle.text("typeOfLevel")
    if handle.integer("edition") == 1:
        return _level_of_edition_1(handle, kind)
    surface = handle.integer("typeOfFirstFixedSurface")
    units = _SURFACE_UNITS.get(surface) if surface is not None else None
    value = scaled_value(handle, "First") if units is not None else None
    if kind in ("", "unknown"):
        kind = f"surface{surface}"
    if value is None or units is None:
        return Level(kind)
    second = handle.integer("typeOfSecondFixedSurface")
    end = scaled_value(handle, "Second") if second == surface != _MISSING else None
    if surface in _SPOKEN_OF_IN_HPA and kind != "isobaricInPa":
        return Level(kind, value / 100, "hPa", None if end is None else end / 100)
    return Level(kind, value, units, end)


def scaled_value(handle: GribHandle, which: str) -> float | None:
    """Value of the First or Second fixed surface in the unit of code table 4.5."""
    scale = handle.integer(f"scaleFactorOf{which}FixedSurface")
    value = handle.integer(f"scaledValueOf{which}FixedSurface")
    if scale is None or value is None:
        return None
    return signed_scaled(scale, value)


def signed_scaled(scale: int, octets: int) -> float:
    """Value of four octets that count in units of 10 to the power of minus `scale`.

    Negative values have their sign in the highest bit (regulation 92.1.5); ecCodes reads
    these octets as unsigned.
    """
    signed = -(octets - _SIGN) if octets >= _SIGN else octets
    return float(signed * 10**-scale) if scale <= 0 else signed / 10**scale


def _level_of_edition_1(handle: GribHandle, kind: str) -> Level:
    if kind in ("", "unknown"):
        kind = f"surface{handle.integer('indicatorOfTypeOfLevel')}"
    if kind not in _UNITS_OF_KIND:
        return Level(kind)
    top, bottom = handle.number("topLevel"), handle.number("bottomLevel")
    is_layer = kind.endswith("Layer") and top != bottom
    return Level(kind, top, _UNITS_OF_KIND[kind], bottom if is_layer else None)
