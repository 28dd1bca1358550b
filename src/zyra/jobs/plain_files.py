"""Open files of jobs and uploads without following a link at any place of their path.

What a run has left may be changed by a process of that run until the last one has ended: a
file that was looked at can be a link to something else when it is opened. So every part of
the path is opened by itself, beneath the part before, and links are refused by the kernel.
"""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO

_NOT_PLAIN = (errno.ELOOP, errno.ENOTDIR, errno.ENXIO)
_PART = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC
# Only to go through: a folder on the way need not be readable.
_FOLDER = getattr(os, "O_PATH", os.O_RDONLY) | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_DIRECTORY


def open_plain(path: str | os.PathLike[str]) -> FileIO:
    """Open a regular file for reading.

    Args:
        path: Absolute; the folders that are ours must be given without links.

    Raises:
        FileNotFoundError: It is not there, is no regular file, or a link is on the way.
    """
    *folders, name = os.fspath(path).strip("/").split("/")
    try:
        folder = os.open("/", _FOLDER)
        for part in folders:
            with _closing(folder):
                folder = os.open(part, _FOLDER, dir_fd=folder)
        with _closing(folder):
            # Without waiting: a pipe that took the place of a file would keep us for ever.
            found = os.open(name, _PART | os.O_NONBLOCK, dir_fd=folder)
    except OSError as error:
        if error.errno in _NOT_PLAIN:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path) from error
        raise
    if not stat.S_ISREG(os.fstat(found).st_mode):
        os.close(found)
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
    return FileIO(found, "rb")


@contextmanager
def _closing(descriptor: int) -> Iterator[None]:
    try:
        yield
    finally:
        os.close(descriptor)
