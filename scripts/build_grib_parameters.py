"""Rebuild src/zyra/fields/data/grib2_parameters.txt from the tables that GDAL carries.

They are NOAA's degrib tables (public domain) merged with those of the WMO; GDAL's wheel
`rasterio` brings them as CSV. Run with the project's interpreter:

    .venv/bin/python scripts/build_grib_parameters.py

Columns, separated by tabs: centre (- for any), discipline, category, number,
abbreviation, name, unit.
"""

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import rasterio

TABLES = Path(rasterio.__file__).parent / "gdal_data"
TARGET = Path(__file__).parent.parent / "src/zyra/fields/data/grib2_parameters.txt"

# Centre numbers of the Common Code Table C-11 whose local tables are kept.
LOCAL = {"NCEP": 7, "NDFD": 8, "MRMS": 161}


def main() -> None:
    """Write the table, sorted by number."""
    rows = sorted({*international(), *local()}, key=lambda row: [*map(str, row[:1]), *row[1:4]])
    text = "".join("\t".join(map(str, row)) + "\n" for row in rows)
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(text, encoding="utf-8")
    print(f"{len(rows)} parameters, {TARGET.stat().st_size} bytes")


Row = tuple[str, int, int, int, str, str, str]


def international() -> Iterator[Row]:
    """The rows of code table 4.2, one file per discipline and category."""
    for path in TABLES.glob("grib2_table_4_2_*_*.csv"):
        place = re.fullmatch(r"grib2_table_4_2_(\d+)_(\d+)", path.stem)
        if place:
            yield from table_rows(path, "-", int(place[1]), int(place[2]))


def local() -> Iterator[Row]:
    """The rows of the centres' own tables."""
    for name, centre in LOCAL.items():
        yield from table_rows(TABLES / f"grib2_table_4_2_local_{name}.csv", str(centre))


def table_rows(
    path: Path, centre: str, discipline: int | None = None, category: int | None = None
) -> Iterator[Row]:
    """Rows of one file that have an abbreviation."""
    with path.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            number, short = int(row["subcat"]), row["short_name"].strip()
            if number < 0 or not short or short.lower() in ("unknown", "missing", "reserved"):
                continue
            yield (
                centre,
                int(row["prod"]) if discipline is None else discipline,
                int(row["cat"]) if category is None else category,
                number,
                short,
                " ".join(row["name"].split()),
                row["unit"].strip(),
            )


if __name__ == "__main__":
    main()
