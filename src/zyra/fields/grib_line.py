"""One line per field as wgrib2 writes it: `1:0:d=2011011012:TMP:500 mb:120 hour fcst:`.

Index files (`.idx`) beside GRIB files on NOAA's servers hold such lines, and people select
fields by patterns like `TMP:500 mb`; so every field has its line, read locally or not.
Source: wgrib2's documentation of `-s` (NOAA Climate Prediction Center).
"""

from zyra.fields.field import FieldInfo, Level
from zyra.fields.grib_sections import FieldPlace

# Code table 4.5 in wgrib2's words: a single level, then a layer. {} is its position.
_LEVELS: dict[int, tuple[str, str]] = {
    20: ("{} K level", "{} K level"),
    100: ("{} mb", "{} mb"),
    102: ("{} m above mean sea level", "{} m above mean sea level"),
    103: ("{} m above ground", "{} m above ground"),
    104: ("{} sigma level", "{} sigma layer"),
    105: ("{} hybrid level", "{} hybrid layer"),
    106: ("{} m below ground", "{} m below ground"),
    107: ("{} K isentropic level", "{} K isentropic layer"),
    108: ("{} mb above ground", "{} mb above ground"),
    109: ("PV={} (Km^2/kg/s) surface", "PV={} (Km^2/kg/s) layer"),
    111: ("{} Eta level", "{} Eta layer"),
    160: ("{} m below sea level", "{} m below sea level"),
    241: ("{} in sequence", "{} in sequence"),
}
_IN_PASCAL = (100, 108)

# Surfaces without a position.
_SURFACES = {
    1: "surface",
    2: "cloud base",
    3: "cloud top",
    4: "0C isotherm",
    5: "level of adiabatic condensation from sfc",
    6: "max wind",
    7: "tropopause",
    8: "top of atmosphere",
    9: "sea bottom",
    10: "entire atmosphere",
    11: "cumulonimbus base",
    12: "cumulonimbus top",
    101: "mean sea level",
    200: "entire atmosphere (considered as a single layer)",
    201: "entire ocean (considered as a single layer)",
    204: "highest tropospheric freezing level",
    206: "grid scale cloud bottom level",
    207: "grid scale cloud top level",
    209: "boundary layer cloud bottom level",
    210: "boundary layer cloud top level",
    211: "boundary layer cloud layer",
    212: "low cloud bottom level",
    213: "low cloud top level",
    214: "low cloud layer",
    215: "cloud ceiling",
    220: "planetary boundary layer",
    222: "middle cloud bottom level",
    223: "middle cloud top level",
    224: "middle cloud layer",
    232: "high cloud bottom level",
    233: "high cloud top level",
    234: "high cloud layer",
    240: "ocean mixed layer",
    242: "convective cloud bottom level",
    243: "convective cloud top level",
    244: "convective cloud layer",
    245: "lowest level of the wet bulb zero",
    246: "maximum equivalent potential temperature level",
    247: "equilibrium level",
    248: "shallow convective cloud bottom level",
    249: "shallow convective cloud top level",
    251: "deep convective cloud bottom level",
    252: "deep convective cloud top level",
}

_STATISTICS = {"mean": "ave", "sum": "acc", "maximum": "max", "minimum": "min",
               "root_mean_square": "RMS", "standard_deviation": "StdDev"}  # fmt: skip


def inventory_line(
    info: FieldInfo, place: FieldPlace, *, abbreviation: str, surface: int | None
) -> str:
    """The line of one field.

    Args:
        info: Its times, level and member.
        place: Gives message number and byte offset.
        abbreviation: Of the NCEP tables, else the short name.
        surface: Number of its kind of level in code table 4.5; None in edition 1.
    """
    parts = [
        place.ordinal,
        str(place.offset),
        f"d={info.reference_time:%Y%m%d%H}" if info.reference_time else "d=",
        abbreviation,
        level_words(info.level, surface),
        time_words(info),
    ]
    if info.member is not None:
        parts.append(f"ENS={info.member:+d}" if info.member else "ENS=hi-res ctl")
    return ":".join(parts) + ":"


def level_words(level: Level | None, surface: int | None) -> str:
    """A level in wgrib2's words; in ours where wgrib2 has none."""
    if level is None:
        return ""
    if surface in _SURFACES:
        return _SURFACES[surface]
    words = _LEVELS.get(surface) if surface is not None else None
    if words is None or level.value is None:
        return str(level).replace("hPa", "mb")
    scale = 0.01 if surface in _IN_PASCAL and level.units == "Pa" else 1.0
    if level.end is None:
        return words[0].format(f"{level.value * scale:g}")
    return words[1].format(f"{level.value * scale:g}-{level.end * scale:g}")


def time_words(info: FieldInfo) -> str:
    """Forecast time or interval: `anl`, `120 hour fcst`, `15 min fcst`, `0-6 hour acc fcst`."""
    if info.forecast_hour is None:
        return ""
    end = round(info.forecast_hour * 60)
    if info.period_hours is None:
        return "anl" if end == 0 else f"{_in_largest_unit(end)} fcst"
    start = end - round(info.period_hours * 60)
    word = _STATISTICS.get(info.statistic, info.statistic)
    return f"{_range_in_largest_unit(start, end)} {word} fcst"


def _in_largest_unit(minutes: int) -> str:
    return f"{minutes} min" if minutes % 60 else f"{minutes // 60} hour"


def _range_in_largest_unit(start: int, end: int) -> str:
    for minutes, unit in ((24 * 60, "day"), (60, "hour")):
        if start % minutes == 0 and end % minutes == 0:
            return f"{start // minutes}-{end // minutes} {unit}"
    return f"{start}-{end} min"
