"""Abbreviations of GRIB2 parameters, such as `TMP`, from the packaged table.

Origin of the table: `data/README.md`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_TABLE = Path(__file__).parent / "data" / "grib2_parameters.txt"


@dataclass(frozen=True)
class Parameter:
    """One row: abbreviation, name for people, unit."""

    abbreviation: str
    name: str
    units: str


# By (centre number, or - for all; discipline, category, number).
Parameters = Mapping[tuple[str, int, int, int], Parameter]


def read_parameters() -> Parameters:
    """Read the packaged table; about a millisecond, so read it once per file."""
    table = {}
    for line in _TABLE.read_text(encoding="utf-8").splitlines():
        centre, discipline, category, number, *words = line.split("\t")
        table[centre, int(discipline), int(category), int(number)] = Parameter(*words)
    return table


def find_parameter(
    parameters: Parameters, centre: int, discipline: int, category: int, number: int
) -> Parameter | None:
    """The row of the centre's own table, else of the international one, or None."""
    place = discipline, category, number
    return parameters.get((str(centre), *place)) or parameters.get(("-", *place))
