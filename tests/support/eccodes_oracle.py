"""What ecCodes itself says of a GRIB file, read without any code of ours."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import eccodes

DATA = Path(__file__).parent.parent / "data"
GRIB_FILES = sorted(path.name for path in DATA.glob("*.grib[12]"))
GRIDDED_FILES = [name for name in GRIB_FILES if name != "spherical_harmonics.grib1"]


@contextmanager
def multi_fields() -> Iterator[None]:
    """Let ecCodes count the fields of multi-field messages one by one."""
    eccodes.codes_grib_multi_support_on()
    try:
        yield
    finally:
        eccodes.codes_grib_multi_support_off()


def every_message(name: str, look: Callable[[int], Any]) -> list[Any]:
    """What `look` finds in each field of a sample file, in order."""
    found = []
    with multi_fields(), (DATA / name).open("rb") as stream:
        while (handle := eccodes.codes_grib_new_from_file(stream)) is not None:
            found.append(look(handle))
            eccodes.codes_release(handle)
        eccodes.codes_grib_multi_support_reset_file(stream)
    return found


@contextmanager
def message(name: str, number: int = 1) -> Iterator[int]:
    """The handle of one field of a sample file."""
    with multi_fields(), (DATA / name).open("rb") as stream:
        for _ in range(number - 1):
            eccodes.codes_release(eccodes.codes_grib_new_from_file(stream))
        handle = eccodes.codes_grib_new_from_file(stream)
        try:
            yield handle
        finally:
            eccodes.codes_release(handle)
            eccodes.codes_grib_multi_support_reset_file(stream)
