"""Read local inputs; `-` is the job's stdin."""

import errno
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from zyra.core.errors import InputNotFound
from zyra.core.job import Job

STDIN = "-"


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
    """Give a path to `source`, for libraries that need one; stdin is spooled to disk.

    Raises:
        InputNotFound: It does not exist, is a folder, or may not be read.
    """
    if source != STDIN:
        yield existing_file(source)
        return
    with tempfile.NamedTemporaryFile(prefix="stdin-") as spool:
        shutil.copyfileobj(job.stdin, spool, 1 << 20)
        spool.flush()
        yield Path(spool.name)


def existing_file(source: str) -> Path:
    """The path of a file that can be opened for reading.

    Raises:
        InputNotFound: It does not exist, is a folder, or may not be read.
    """
    path = Path(source)
    try:
        with path.open("rb"):
            return path
    except OSError as exc:
        if exc.errno in (
            errno.ENOENT,
            errno.EACCES,
            errno.EISDIR,
            errno.ENOTDIR,
            errno.ELOOP,
            errno.ENAMETOOLONG,
            errno.EPERM,
        ):
            raise InputNotFound(f"cannot read {source}: {exc.strerror}") from exc
        raise
