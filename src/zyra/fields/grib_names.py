"""What a GRIB field is called: ecCodes' names, or other tables' where it has none."""

import re
import zlib
from dataclasses import dataclass, field
from pathlib import Path

from zyra.fields.grib_handle import GribHandle
from zyra.fields.grib_parameters import Parameter, find_parameter, read_parameters
from zyra.fields.table_text import row_of

_UNKNOWN = ("", "unknown", "~")
_NAMES = Path(__file__).parent / "data" / "grib_names.bin"
_NAME_KEYS = ("shortName", "cfVarName", "name", "units")


@dataclass(frozen=True)
class GribNames:
    """Names and unit of a parameter.

    Attributes:
        variable: A valid NetCDF name, as cfgrib gives it: `t2m`, `u10`.
        short_name: As ecCodes has it: `2t`, `10u`.
        long_name, standard_name, units: Standard name is CF's, or empty.
    """

    variable: str
    short_name: str
    long_name: str
    standard_name: str
    units: str


def _read_names() -> str:
    return zlib.decompress(_NAMES.read_bytes()).decode("utf-8")


@dataclass(frozen=True)
class NameReader:
    """Names fields one after the other and remembers what it found out.

    One number, `paramId`, decides on all the names. ecCodes would read its name files anew
    in each process, a third of a second and a hundred megabytes: its names are packaged
    (`scripts/build_grib_names.py`), and it is asked for those that are not.
    """

    parameters: str = field(default_factory=read_parameters)
    names_of_eccodes: str = field(default_factory=_read_names)
    found: dict[int, GribNames] = field(default_factory=dict)

    def names(self, handle: GribHandle) -> GribNames:
        """Names of the parameter of an open message; never `unknown`."""
        identifier = handle.integer("paramId") or 0
        if identifier == 0:
            return self._of_unknown(handle)
        if identifier not in self.found:
            row = row_of(self.names_of_eccodes, identifier)
            self.found[identifier] = _of_row(handle, row or _asked(handle))
        return self.found[identifier]

    def parameter(self, handle: GribHandle) -> Parameter | None:
        """The row of the packaged table; None in edition 1 and where there is none."""
        if handle.integer("edition") == 1:
            return None
        centre, *place = (handle.integer(key) for key in _KEYS)
        numbers = [-1 if number is None else number for number in (centre, *place)]
        return find_parameter(self.parameters, *numbers)

    def _of_unknown(self, handle: GribHandle) -> GribNames:
        known = self.parameter(handle)
        if known is None:
            return _of_numbers(handle)
        short = known.abbreviation.lower() if known.abbreviation.isupper() else known.abbreviation
        return GribNames(netcdf_name(short), short, known.name, "", known.units)


_KEYS = ("centre", "discipline", "parameterCategory", "parameterNumber")


def netcdf_name(name: str) -> str:
    """`name` with what CF does not allow in a variable's name replaced by underscores."""
    plain = re.sub(r"\W", "_", name, flags=re.ASCII)
    return plain if plain[:1].isalpha() else f"v{plain}"


def _asked(handle: GribHandle) -> list[str]:
    """What ecCodes itself answers for `_NAME_KEYS`."""
    return [handle.text(key) for key in _NAME_KEYS]


def _of_row(handle: GribHandle, row: list[str]) -> GribNames:
    short, variable, name, units = row
    return GribNames(
        variable=netcdf_name(_known(variable) or short),
        short_name=short,
        long_name=_known(name),
        standard_name=_name_of_unit(_known(handle.text("cfName")), units),
        units=_known(units),
    )


def _name_of_unit(standard_name: str, units: str) -> str:
    """The standard name of an amount of water; ecCodes has that of a thickness for masses, too."""
    if not units.startswith("kg m**-2"):
        return standard_name
    return re.sub("^lwe_thickness_of_(?=.*_amount$)", "", standard_name)


def _known(text: str) -> str:
    return "" if text in _UNKNOWN else text


def _of_numbers(handle: GribHandle) -> GribNames:
    """Names made of the numbers of a parameter that stands in no table: `d209c10p99`."""
    centre = handle.text("centre")
    if handle.integer("edition") == 1:
        table, number = handle.integer("table2Version"), handle.integer("indicatorOfParameter")
        name = f"t{table}p{number}"
        words = f"parameter {number} of table {table}, centre {centre}"
    else:
        discipline, category = handle.integer("discipline"), handle.integer("parameterCategory")
        number = handle.integer("parameterNumber")
        name = f"d{discipline}c{category}p{number}"
        words = f"discipline {discipline}, category {category}, parameter {number} of {centre}"
    return GribNames(name, name, words, "", "")
