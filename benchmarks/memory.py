"""Convert a GRIB file of 2 GB and print how much memory that takes above the warm parent.

    .venv/bin/python benchmarks/memory.py [--bytes 2000000000] [--folder DIR] [FORMAT ...]

Each conversion is forked from this process, in which everything needed is loaded, as the
service forks its runs. Needs three times the file's size of room in the folder, and minutes.
The exit code is 1 when one took more than 1 GiB.
"""

import argparse
import os
import resource
import tempfile
import time
from pathlib import Path

import eccodes

from _commands import in_process
from cases.convert import FIELD

MOST_BYTES = 1 << 30
ENDINGS = {"netcdf": "nc", "zarr": "zarr", "geotiff": "tif"}
_BITS = 24


def main() -> int:
    """Make the file, convert it, print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("formats", nargs="*", choices=[*ENDINGS, []], help="all by default")
    parser.add_argument("--bytes", type=int, default=2_000_000_000, help="size of the file")
    parser.add_argument("--folder", type=Path, help="where there is room (default: temporary)")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="zyra-memory-", dir=given.folder) as folder:
        source = Path(folder, "large.grib2")
        fields = make_large(source, given.bytes)
        print(f"{source.stat().st_size / 1e9:.2f} GB in {fields} fields of 721x1440")
        used = [convert(source, form) for form in given.formats or ENDINGS]
    return 1 if max(used) > MOST_BYTES else 0


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


def convert(source: Path, form: str) -> int:
    """Convert in a forked process; print and return the bytes it took above this one."""
    target = source.with_name(f"out.{ENDINGS[form]}")
    work = in_process(
        "process", "convert-format", input=str(source), format=form, output=str(target)
    )
    base, start = resident_bytes(), time.monotonic()
    child = os.fork()
    if child == 0:
        work()
        os._exit(0)
    _, status, usage = os.wait4(child, 0)
    above = usage.ru_maxrss * 1024 - base
    print(
        f"{form:<8} exit {os.waitstatus_to_exitcode(status)}  {time.monotonic() - start:6.1f} s  "
        f"{above >> 20:5} MiB above {base >> 20} MiB  "
        f"{'' if above <= MOST_BYTES else 'MORE THAN PROMISED'}",
        flush=True,
    )
    return above


def resident_bytes() -> int:
    """Memory of this process, as the kernel counts it."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


if __name__ == "__main__":
    raise SystemExit(main())
