"""What is in a GRIB file of 343 fields, against asking ecCodes for it message by message."""

from collections.abc import Iterator
from pathlib import Path

import eccodes

from _commands import in_process
from _timing import Case

SOURCE = Path(__file__).parents[2] / "tests" / "data" / "gfs_2p5deg_f120_all_fields.grib2"
# About what a line of `grib_ls` says.
KEYS = (
    *("shortName", "name", "units", "typeOfLevel", "level"),
    *("validityDate", "validityTime", "stepRange", "packingType", "bitsPerValue"),
)


def cases(folder: Path) -> Iterator[Case]:
    """The whole description as text."""
    yield Case(
        name="inspect, GRIB2 of 343 fields, warm",
        ours=in_process("process", "inspect", input=str(SOURCE), output=str(folder / "o.txt")),
        reference=asked_of_eccodes,
        against=f"ecCodes alone, {len(KEYS)} keys",
        at_most=0.5,
        rounds=7,
    )


def asked_of_eccodes() -> None:
    """Open every field and get the keys."""
    eccodes.codes_grib_multi_support_on()
    try:
        with SOURCE.open("rb") as stream:
            while (handle := eccodes.codes_grib_new_from_file(stream)) is not None:
                for key in KEYS:
                    eccodes.codes_get(handle, key)
                eccodes.codes_release(handle)
    finally:
        eccodes.codes_grib_multi_support_off()
