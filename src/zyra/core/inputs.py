"""Read local inputs; `-` is the job's stdin."""

import errno
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from zyra.core.errors import InputNotFound
from zyra.core.job import Job

STDIN = "-"

_NOT_THERE = (
    errno.EACCES,
    errno.EISDIR,
    errno.ELOOP,
    errno.ENAMETOOLONG,
    errno.ENOENT,
    errno.ENOTDIR,
    errno.ENXIO,
    errno.EPERM,
)


@contextmanager
def open_input(source: str, job: Job) -> Iterator[BinaryIO]:
    """Open the file `source` for reading bytes; `-` is the job's stdin.

    Raises:
        InputNotFound: It does not exist, is a folder, or may not be read.
    """
    if source == STDIN:
        yield job.stdin
        return
    with existing_file(source).open("rb") as stream:
        yield stream


@contextmanager
def input_path(source: str, job: Job) -> Iterator[Path]:
    """Give a path to `source`, for libraries that need one; stdin and pipes are spooled to disk.

    Raises:
        InputNotFound: It does not exist, is a folder, or may not be read.
    """
    if source != STDIN and existing_file(source).is_file():
        yield Path(source)
        return
    with tempfile.TemporaryDirectory(prefix="input-") as folder:
        # Readers name the file in their errors: it has the name that the user knows.
        spool = Path(folder, "stdin" if source == STDIN else Path(source).name)
        with open_input(source, job) as stream, spool.open("xb") as copy:
            shutil.copyfileobj(stream, copy, 1 << 20)
        yield spool


def existing_file(source: str) -> Path:
    """The path of a file, pipe or device that can be opened for reading.

    Raises:
        InputNotFound: It does not exist, is a folder, or may not be read.
    """
    path = Path(source)
    try:
        # A pipe is not opened to try it: its writer would take the closing for the end.
        if stat.S_ISFIFO(path.stat().st_mode):
            return path
        with path.open("rb"):
            return path
    except OSError as exc:
        if exc.errno in _NOT_THERE:
            raise InputNotFound(f"cannot read {source}: {exc.strerror}") from exc
        raise
