"""Write outputs so that a half-written file never stands under its final name.

Everything is written beside its destination under a temporary name and renamed when
complete. What cannot be renamed to is written straight: `-` (the job's stdout), pipes
and devices such as /dev/null.
"""

import errno
import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from typing import BinaryIO

from zyra.core.errors import OutputError
from zyra.core.job import Job

STDOUT = "-"
PART_PREFIX = ".part-"  # of files that are not whole yet

_NO_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_NO_PLACE = (
    errno.EACCES,
    errno.EEXIST,
    errno.EINVAL,
    errno.EISDIR,
    errno.ELOOP,
    errno.ENAMETOOLONG,
    errno.ENOENT,
    errno.ENOTDIR,
    errno.EPERM,
    errno.EROFS,
    errno.ETXTBSY,
)


@contextmanager
def open_output(target: str, job: Job) -> Iterator[BinaryIO]:
    """Open `target` for writing bytes; `-` is the job's stdout.

    Raises:
        OutputError: No such folder, no space, no permission.
    """
    with _translated(target, _NO_SPACE):
        if target == STDOUT:
            yield job.stdout
            job.stdout.flush()
        elif is_stream(target):
            with _opened(target) as stream:
                yield stream
        else:
            with _replacing(target) as path, path.open("wb") as stream:
                yield stream


@contextmanager
def output_path(target: str, job: Job, *, suffix: str = "") -> Iterator[Path]:
    """Give a temporary path to write to, for libraries that need a name.

    Args:
        target: Final path, or `-` to copy the finished file to stdout.
        job: Gives stdout.
        suffix: Suffix of the temporary name; that of `target` when empty.

    Raises:
        OutputError: No such folder, no space, no permission.
    """
    with _translated(target, _NO_SPACE):
        if not is_stream(target):
            with _replacing(target, suffix) as path:
                yield path
            return
        with tempfile.TemporaryDirectory(prefix="zyra-") as folder:
            path = Path(folder, f"output{suffix or Path(target).suffix}")
            path.touch()
            yield path
            with path.open("rb") as source, open_output(target, job) as stream:
                shutil.copyfileobj(source, stream, 1 << 20)


@contextmanager
def output_errors(target: str) -> Iterator[None]:
    """Say in Zyra's words what the system reports of a place that is written to.

    Raises:
        OutputError: No such folder, no space, no permission.
    """
    with _translated(target, (*_NO_PLACE, *_NO_SPACE)):
        yield


@contextmanager
def _translated(target: str, numbers: tuple[int, ...]) -> Iterator[None]:
    try:
        yield
    except OSError as exc:
        if exc.errno not in numbers:
            raise
        problem = "no space to write" if exc.errno in _NO_SPACE else "cannot write"
        raise OutputError(f"{problem} {target}: {exc.strerror}") from exc


def is_stream(target: str) -> bool:
    """Whether `target` is written straight: stdout, or what is neither file nor folder."""
    if target == STDOUT:
        return True
    try:
        mode = Path(target).stat().st_mode
    except OSError:  # not there, or not ours to see: creating it will tell
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def _opened(target: str) -> BinaryIO:
    with _translated(target, _NO_PLACE):
        return Path(target).open("wb")


@contextmanager
def _replacing(target: str, suffix: str = "") -> Iterator[Path]:
    """A new file beside `target` that takes its name when the block ends well."""
    with _translated(target, (*_NO_PLACE, *_NO_SPACE)):
        temporary = _name_beside(target, suffix)
    try:  # from before the file is there: an interrupt may come at any moment
        with _translated(target, (*_NO_PLACE, *_NO_SPACE)):
            # touch(), not mkstemp(), so that it gets the permissions that the umask gives any file.
            temporary.touch(exist_ok=False)
        yield temporary
        with _translated(target, _NO_PLACE):
            temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def _name_beside(target: str, suffix: str) -> Path:
    """A name in the folder of `target`, which is made."""
    final = Path(target)
    if target.endswith(("/", os.sep)) or final.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), target)
    final.parent.mkdir(parents=True, exist_ok=True)
    return final.with_name(f"{PART_PREFIX}{token_hex(8)}{suffix or final.suffix}")


@contextmanager
def output_folder(target: str, *, replaceable: Callable[[Path], bool]) -> Iterator[Path]:
    """Give an empty temporary folder that takes the name `target` when the block ends well.

    Args:
        target: Final path.
        replaceable: Whether a folder that has the name already may be replaced by this one.

    Raises:
        OutputError: A file or another folder has the name, no space, no permission.
    """
    final = Path(target)
    if final.exists() and not (final.is_dir() and replaceable(final)):
        raise OutputError(f"{target} is there already and is nothing that may be replaced")
    with _translated(target, (*_NO_PLACE, *_NO_SPACE)):
        final.parent.mkdir(parents=True, exist_ok=True)
    temporary = final.with_name(f"{PART_PREFIX}{token_hex(8)}{final.suffix}")
    try:
        with _translated(target, (*_NO_PLACE, *_NO_SPACE)):
            temporary.mkdir()
        with _translated(target, _NO_SPACE):
            yield temporary
        with _translated(target, _NO_PLACE):
            _exchange(temporary, final)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _exchange(folder: Path, final: Path) -> None:
    """Rename `folder` to `final`; what had the name is left under the name of `folder`."""
    if not final.exists():
        folder.rename(final)
        return
    older = final.with_name(f"{PART_PREFIX}{token_hex(8)}{final.suffix}")
    final.rename(older)  # no rename replaces a folder that is not empty
    folder.rename(final)
    older.rename(folder)
