"""Have ecCodes read its tables on one core while Python loads a command on another.

The two take alike, a tenth of a second each: together they are a third of a small map.
"""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from zyra.core.command import Command
from zyra.core.kinds import READ_KINDS, texts_of
from zyra.core.loading import load

_MAGIC = b"GRIB"
_STAGES = ("process", "visualize")  # the others do not look into files


@contextmanager
def head_start(command: Command, given: Mapping[str, Any]) -> Iterator[None]:
    """Let ecCodes look at the first input while the block runs, if that is a GRIB file.

    It is done with when the block ends, so that a command may fork.
    """
    reader = _reader(command, given)
    if reader is None:
        yield
        return
    reader.start()
    try:
        with suppress(ImportError):  # the run itself will tell
            command.load_run()
        yield
    finally:
        reader.join()


def _reader(command: Command, given: Mapping[str, Any]) -> threading.Thread | None:
    """A thread that has ecCodes look at the first GRIB file; None where there is none."""
    path = next(_grib_files(command, given), None) if command.stage in _STAGES else None
    if path is None:
        return None
    try:
        # Loaded here: beside each other the two threads would only wait for Python's lock.
        read = load("zyra.fields.grib_warm:read_tables_for")
    except ImportError:  # the run itself will tell
        return None
    return threading.Thread(target=read, args=(path,))


def _grib_files(command: Command, given: Mapping[str, Any]) -> Iterator[Path]:
    for name, kind in command.kinds.items():
        if kind in READ_KINDS:
            yield from (path for path in map(Path, texts_of(given.get(name))) if _is_grib(path))


def _is_grib(path: Path) -> bool:
    with suppress(OSError, ValueError):
        if path.is_file():
            with path.open("rb") as stream:
                return stream.read(len(_MAGIC)) == _MAGIC
    return False
