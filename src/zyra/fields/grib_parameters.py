"""Abbreviations of GRIB2 parameters, such as `TMP`, from the packaged table.

Origin of the table: `data/README.md`.
"""

from dataclasses import dataclass
from pathlib import Path

from zyra.fields.table_text import row_of

_TABLE = Path(__file__).parent / "data" / "grib2_parameters.txt"


@dataclass(frozen=True)
class Parameter:
    """One row: abbreviation, name for people, unit."""

    abbreviation: str
    name: str
    units: str


def read_parameters() -> str:
    """The packaged table as text; rows begin with centre, discipline, category, number."""
    return _TABLE.read_text(encoding="utf-8")


def find_parameter(
    table: str, centre: int, discipline: int, category: int, number: int
) -> Parameter | None:
    """The row of the centre's own table, else of the international one, or None."""
    place = discipline, category, number
    row = row_of(table, centre, *place) or row_of(table, "-", *place)
    return Parameter(*row) if row else None
