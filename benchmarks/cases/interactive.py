"""A page of a global 0.25 degree field, and curves of a million rows."""

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from _commands import in_process
from _timing import Case
from zyra.fields.grib import read_field, read_inventory
from zyra.visualize.interactive_packing import Quantiser, packed_text

DATA = Path(__file__).parents[2] / "tests" / "data"
FIELD = DATA / "gfs_0p25_tmp_pv_missing.grib2"  # 721 x 1440 points
ROWS = 1_000_000
# Promised for a page: a second, whatever its parts take.
SECOND_MS = 1000.0


def cases(folder: Path) -> Iterator[Case]:
    """Warm in this process."""
    yield Case(
        name="interactive page of 721x1440 points, warm",
        ours=in_process(
            "visualize",
            "interactive",
            input=str(FIELD),
            output=str(folder / "page.html"),
            colorbar=True,
        ),
        reference=read_and_packed,
        against="read + quantise + deflate",
        at_most_above_ms=SECOND_MS,
    )
    table = folder / "table.csv"
    values = np.cumsum(np.random.default_rng(0).normal(size=ROWS))
    with table.open("w") as stream:
        stream.write("hour,value\n")
        stream.writelines(f"{hour},{value:.3f}\n" for hour, value in enumerate(values))
    yield Case(
        name="timeseries of 1000000 rows, warm",
        ours=in_process(
            "visualize", "timeseries", input=str(table), output=str(folder / "curve.png")
        ),
        reference=lambda: read_by_csv(table),
        against="the same numbers by module csv",
        at_most=1.2,
        rounds=5,
    )


def read_by_csv(table: Path) -> list[list[float]]:
    """The columns of a table as plain Python reads them."""
    with table.open(newline="") as stream:
        next(stream)
        return [list(map(float, column)) for column in zip(*csv.reader(stream), strict=True)]


def read_and_packed() -> str:
    """What no page of the field can do without."""
    field = read_field(FIELD, read_inventory(FIELD)[0])
    low, high = float(np.nanmin(field.values)), float(np.nanmax(field.values))
    return packed_text(Quantiser.over(low, high).packed(field.values))
