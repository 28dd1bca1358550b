"""Units as CF wants them: what UDUNITS can read."""

# Words of the GRIB tables for numbers without a unit (ecCodes 2.42, parameter database).
_PURE_NUMBERS = frozenset(
    {
        "~",
        "-",
        "(0 - 1)",
        "(-1 to 1)",
        "(0-1)",
        "dimensionless",
        "fraction",
        "numeric",
        "proportion",
    }
)
_UNKNOWN = ("unknown", "missing")
_CODED = "(code table"

# Words of the GRIB tables that UDUNITS does not read. A geopotential metre is a metre of CF's
# geopotential height.
_SPELLINGS = {"degree true": "degrees", "deg c": "degC", "degree c": "degC", "gpm": "m"}


def cf_units(units: str) -> str:
    """`units` if UDUNITS reads it; `1` for the words of GRIB that mean a pure number.

    Codes of a table and unknown units have no unit: the result is empty.

    Source: CF 1.11, section 3.1.
    """
    name = units.strip().lower()
    if name.startswith(_CODED) or name in _UNKNOWN:
        return ""
    return "1" if name in _PURE_NUMBERS else _SPELLINGS.get(name, units)
