"""Convert a GRIB file of 2 GB and records of 1 GB; print the memory above the warm parent.

    .venv/bin/python benchmarks/memory.py [--bytes 2000000000] [--folder DIR] [KIND ...]

A KIND is what the GRIB file becomes (netcdf, zarr, geotiff), or `records`: NDJSON to CSV with
half as many bytes. Each is forked from this process, in which everything needed is loaded, as
the service forks its runs. Needs three times the file's size of room in the folder, and minutes.
The exit code is 1 when a conversion took more than 1 GiB, or the records more than 64 MiB.
"""

import argparse
import json
import os
import resource
import tempfile
import time
from pathlib import Path

import eccodes

from _commands import in_process
from _timing import Work
from cases.api_json import FIELDS, record
from cases.convert import FIELD

MOST_BYTES = 1 << 30
MOST_BYTES_OF_RECORDS = 64 << 20
RECORDS = "records"
ENDINGS = {"netcdf": "nc", "zarr": "zarr", "geotiff": "tif"}
_BITS = 24


def main() -> int:
    """Make the file, convert it, print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    kinds = [*ENDINGS, RECORDS]
    parser.add_argument("kinds", nargs="*", choices=[*kinds, []], help="all by default")
    parser.add_argument("--bytes", type=int, default=2_000_000_000, help="size of the file")
    parser.add_argument("--folder", type=Path, help="where there is room (default: temporary)")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="zyra-memory-", dir=given.folder) as folder:
        kept = [measured(kind, Path(folder), given.bytes) for kind in given.kinds or kinds]
    return 0 if all(kept) else 1


def measured(kind: str, folder: Path, size: int) -> bool:
    """Whether a kind of conversion keeps within what is promised; the input is made at need."""
    if kind == RECORDS:
        source = folder / "records.ndjson"
        make_records(source, size // 2)
        target = str(folder / "records.csv")
        work = in_process("process", "api-json", input=str(source), output=target, fields=FIELDS)
        return forked(kind, work, MOST_BYTES_OF_RECORDS)
    source = folder / "large.grib2"
    if not source.exists():
        fields = make_large(source, size)
        print(f"{source.stat().st_size / 1e9:.2f} GB in {fields} fields of 721x1440")
    target = str(folder / f"out.{ENDINGS[kind]}")
    work = in_process("process", "convert-format", input=str(source), format=kind, output=target)
    return forked(kind, work, MOST_BYTES)


def make_records(path: Path, size: int) -> None:
    """Write `size` bytes of records, one in each line."""
    with path.open("w") as stream:
        number = 0
        while stream.tell() < size:
            stream.writelines(json.dumps(record(number + each)) + "\n" for each in range(1000))
            number += 1000
    print(f"{path.stat().st_size / 1e9:.2f} GB in {number} records")


def make_large(path: Path, size: int) -> int:
    """Write one field of 0.25 degrees at as many hours as give `size` bytes; return their number.

    Packed simply in 24 bits, so that the file is nearly as large as its values.
    """
    handle = eccodes.codes_new_from_message(FIELD.read_bytes())
    values = eccodes.codes_get_values(handle)
    eccodes.codes_set(handle, "packingType", "grid_simple")
    eccodes.codes_set(handle, "bitsPerValue", _BITS)
    eccodes.codes_set_values(handle, values)
    hour = 0
    with path.open("wb") as stream:
        while stream.tell() < size:
            eccodes.codes_set(handle, "forecastTime", hour)
            stream.write(eccodes.codes_get_message(handle))
            hour += 1
    eccodes.codes_release(handle)
    return hour


def forked(name: str, work: Work, most: int) -> bool:
    """Do it in a forked process, print what it took above this one; whether that is enough."""
    base, start = resident_bytes(), time.monotonic()
    child = os.fork()
    if child == 0:
        work()
        os._exit(0)
    _, status, usage = os.wait4(child, 0)
    above = usage.ru_maxrss * 1024 - base
    print(
        f"{name:<8} exit {os.waitstatus_to_exitcode(status)}  {time.monotonic() - start:6.1f} s  "
        f"{above >> 20:5} MiB above {base >> 20} MiB  "
        f"{'' if above <= most else 'MORE THAN PROMISED'}",
        flush=True,
    )
    return above <= most and status == 0


def resident_bytes() -> int:
    """Memory of this process, as the kernel counts it."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


if __name__ == "__main__":
    raise SystemExit(main())
