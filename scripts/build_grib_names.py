"""Rebuild src/zyra/fields/data/grib_names.bin: what ecCodes calls each of its parameters.

ecCodes reads its name files anew in each process, a third of a second and a hundred
megabytes; a table by `paramId` needs neither. Run with the project's interpreter:

    .venv/bin/python scripts/build_grib_names.py 2>/dev/null

The file is zlib; inside, one line for each parameter, sorted by number, columns separated by
tabs: paramId, shortName, cfVarName, name, units.
"""

import zlib
from collections.abc import Iterator
from pathlib import Path

import eccodes

TARGET = Path(__file__).parent.parent / "src/zyra/fields/data/grib_names.bin"
KEYS = ("shortName", "cfVarName", "name", "units")

# Numbers of the parameter database lie in these ranges; others are asked of ecCodes itself.
RANGES = (
    range(1, 266_000),
    range(400_000, 405_000),
    range(500_000, 504_000),
    range(7_000_000, 7_010_000),  # of NCEP alone
)
LEVELS = ("isobaricInhPa", "surface", "heightAboveGround")
CENTRES = ("ecmf", "kwbc")  # ECMWF's set has the international one; NCEP's adds its own


def main() -> None:
    """Write the table."""
    rows: dict[int, tuple[str, ...]] = {}
    for sample in ("GRIB2", "GRIB1"):
        for centre in CENTRES:
            rows |= dict(named(sample, centre, rows))
    text = "".join("\t".join((str(n), *rows[n])) + "\n" for n in sorted(rows))
    TARGET.write_bytes(zlib.compress(text.encode(), 9))
    print(f"{len(rows)} parameters, {len(text)} bytes of text, {TARGET.stat().st_size} packed")


def named(
    sample: str, centre: str, known: dict[int, tuple[str, ...]]
) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Number and names of each parameter that a message of the centre can be given."""
    handle = eccodes.codes_grib_new_from_samples(sample)
    try:
        eccodes.codes_set(handle, "centre", centre)
    except eccodes.CodesInternalError:
        return  # this edition does not know the centre by that name
    searched = eccodes.codes_clone(handle)
    for number in (n for numbers in RANGES for n in numbers if n not in known):
        if is_parameter(searched, number):
            found = (names_of(handle, number, level) for level in LEVELS)
            yield from ((number, names) for names in [next(filter(None, found), ())] if names)


def is_parameter(handle: int, number: int) -> bool:
    """Whether there is a parameter of that number."""
    try:
        eccodes.codes_set(handle, "paramId", number)
    except eccodes.CodesInternalError:
        return False
    return True


def names_of(handle: int, number: int, level: str) -> tuple[str, ...] | None:
    """What ecCodes answers for `KEYS`; None where the kind of level makes it another one.

    Asked of a clone: what one parameter sets, as a minimum over time, stays for the next.
    """
    clone = eccodes.codes_clone(handle)
    try:
        eccodes.codes_set(clone, "typeOfLevel", level)
        eccodes.codes_set(clone, "paramId", number)
        if eccodes.codes_get_long(clone, "paramId") != number:
            return None  # pressure at the surface is surface pressure
        return tuple(eccodes.codes_get(clone, key).replace("\t", " ") for key in KEYS)
    except eccodes.CodesInternalError:
        return None
    finally:
        eccodes.codes_release(clone)


if __name__ == "__main__":
    main()
