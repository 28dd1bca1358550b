"""Write outputs so that a half-written file never stands under its final name.

Everything is written beside its destination under a temporary name and renamed
when complete; `-` streams to the job's stdout.
"""

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from zyra.core.errors import OutputError
from zyra.core.job import Job

STDOUT = "-"


@contextmanager
def open_output(target: str, job: Job) -> Iterator[BinaryIO]:
    """Open `target` for writing bytes; `-` is the job's stdout.

    Raises:
        OutputError: No such folder, no space, no permission.
    """
    if target == STDOUT:
        yield job.stdout
        job.stdout.flush()
        return
    with output_path(target, job) as path, path.open("wb") as stream:
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
    try:
        temporary = _temporary_name(target, suffix)
        try:
            yield temporary
            _publish(temporary, target, job)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as exc:
        if exc.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise OutputError(f"no space to write {target}: {exc.strerror}") from exc
        if exc.errno in (errno.EACCES, errno.EPERM, errno.EROFS, errno.EISDIR, errno.ENOTDIR):
            raise OutputError(f"cannot write {target}: {exc.strerror}") from exc
        raise


def _temporary_name(target: str, suffix: str) -> Path:
    if target == STDOUT:
        handle, name = tempfile.mkstemp(suffix=suffix)
    else:
        final = Path(target)
        final.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(
            prefix=".part-", suffix=suffix or final.suffix, dir=final.parent
        )
    os.close(handle)
    return Path(name)


def _publish(temporary: Path, target: str, job: Job) -> None:
    if target == STDOUT:
        with temporary.open("rb") as stream:
            shutil.copyfileobj(stream, job.stdout, 1 << 20)
        job.stdout.flush()
        return
    umask = os.umask(0)
    os.umask(umask)
    temporary.chmod(0o666 & ~umask)
    temporary.replace(target)
