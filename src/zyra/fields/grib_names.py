"""What a GRIB field is called: ecCodes' names, or made from its numbers where it has none."""

import re
from dataclasses import dataclass

from zyra.fields.grib_handle import GribHandle

_UNKNOWN = ("", "unknown", "~")


@dataclass(frozen=True)
class GribNames:
    """Names and unit of a parameter.

    Attributes:
        variable: A valid NetCDF name, as cfgrib gives it: `t2m`, `u10`.
        short_name: As ecCodes has it: `2t`, `10u`.
        abbreviation: As the NCEP tables have it: `TMP`; empty if not there.
        long_name, standard_name, units: Standard name is CF's, or empty.
    """

    variable: str
    short_name: str
    abbreviation: str
    long_name: str
    standard_name: str
    units: str


def read_names(handle: GribHandle) -> GribNames:
    """Names of the parameter of an open message; never `unknown`."""
    code, in_words = _numbers(handle)
    short = _known(handle.text("shortName")) or code
    return GribNames(
        variable=netcdf_name(_known(handle.text("cfVarName")) or short),
        short_name=short,
        abbreviation="",
        long_name=_known(handle.text("name")) or in_words,
        standard_name=_known(handle.text("cfName")),
        units=_known(handle.text("units")),
    )


def netcdf_name(name: str) -> str:
    """`name` with what CF does not allow in a variable's name replaced by underscores."""
    plain = re.sub(r"\W", "_", name, flags=re.ASCII)
    return plain if plain[:1].isalpha() else f"v{plain}"


def _known(text: str) -> str:
    return "" if text in _UNKNOWN else text


def _numbers(handle: GribHandle) -> tuple[str, str]:
    """A name made of the parameter's numbers: `d209c10p0`, and the same in words."""
    centre = handle.text("centre")
    if handle.integer("edition") == 1:
        table, number = handle.integer("table2Version"), handle.integer("indicatorOfParameter")
        return f"t{table}p{number}", f"parameter {number} of table {table}, centre {centre}"
    discipline, category = handle.integer("discipline"), handle.integer("parameterCategory")
    number = handle.integer("parameterNumber")
    return (
        f"d{discipline}c{category}p{number}",
        f"discipline {discipline} category {category} parameter {number}, centre {centre}",
    )
