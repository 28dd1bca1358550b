"""Download to a file in a way that another run can go on with when this one was ended.

What has been received is kept beside the target, and in a second file the validator by
which the server can tell whether it is still the same file (RFC 9110, `If-Range`).
"""

import errno
import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from zyra.core.errors import OutputError
from zyra.core.job import Job
from zyra.core.outputs import PART_PREFIX, is_stream, output_errors
from zyra.transfer.download import Check, accept_anything, receive
from zyra.transfer.receive import Reception, Remote, ReportBytes, ignore_bytes


def receive_to(
    remote: Remote,
    target: str,
    job: Job,
    *,
    check: Check = accept_anything,
    report: ReportBytes = ignore_bytes,
) -> Reception:
    """Receive to a path as `receive_resumable` does, and as `receive` does where that cannot be.

    To stdout and to devices it cannot, nor while another run fetches the same file to the path.

    Args and Raises:
        As `download.receive`.
    """
    if not is_stream(target):
        with suppress(PartInUse):  # by another run: each gets it for itself then
            return receive_resumable(remote, target, check=check, report=report)
    return receive(remote, target, job, check=check, report=report)


def receive_resumable(
    remote: Remote,
    target: str,
    *,
    check: Check = accept_anything,
    report: ReportBytes = ignore_bytes,
) -> Reception:
    """Copy a remote file to the path `target`, going on where an earlier run was ended.

    Args:
        remote: The file.
        target: Path; it appears when the file is complete and `check` accepts it.
        check: Looks at the complete file under its temporary name; raises to refuse it.
        report: Receives bytes so far and the total if known.

    Raises:
        TransferError: It cannot be fetched; what came is kept if it can be gone on with.
        PartInUse: Another run is fetching it just now.
        OutputError: It cannot be written.
    """
    with output_errors(target), _part_of(target, remote) as part:
        reception = _receive(remote, part, report)
        try:
            check(part.path)
        except BaseException:
            part.forget()
            raise
        part.note.unlink(missing_ok=True)  # first: once it is renamed, a note may be another run's
        part.path.replace(target)
        return reception


class PartInUse(OutputError):
    """Another run is fetching the same file to the same place."""


@dataclass(frozen=True)
class _Part:
    """What has been received so far.

    Attributes:
        path: Where it is.
        note: File with the validator of the version it is of.
        stream: The file at `path`, open for reading and writing.
    """

    path: Path
    note: Path
    stream: BinaryIO

    def validator(self) -> str | None:
        """What names the version; None where nothing can be gone on with."""
        text = self.note.read_text(encoding="latin-1") if self.note.exists() else ""
        return text or None

    def forget(self) -> None:
        """Remove both files."""
        self.note.unlink(missing_ok=True)
        self.path.unlink(missing_ok=True)


@contextmanager
def _part_of(target: str, remote: Remote) -> Iterator[_Part]:
    final = Path(target)
    if target.endswith("/") or final.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), target)
    final.parent.mkdir(parents=True, exist_ok=True)
    mark = sha256(f"{final.name}\n{remote.address}".encode()).hexdigest()[:16]
    path = final.with_name(f"{PART_PREFIX}{mark}")
    with _locked(path) as stream:
        if stream is None:
            raise PartInUse(
                f"another run is fetching {remote.shown} to {target}", hint="wait for its end"
            )
        yield _Part(path, path.with_name(f"{path.name}.version"), stream)


@contextmanager
def _locked(path: Path) -> Iterator[BinaryIO | None]:
    """The file at `path`, made if there is none, for this run alone; None where another has it."""
    while True:
        path.touch()
        try:
            stream = path.open("r+b")
        except FileNotFoundError:  # just now renamed by the run that had it
            continue
        with stream:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield None
                return
            if _is_at(path, stream):  # else it has been given its final name since it was opened
                yield stream
                return


def _is_at(path: Path, stream: BinaryIO) -> bool:
    return path.exists() and os.path.samestat(path.stat(), os.fstat(stream.fileno()))


def _receive(remote: Remote, part: _Part, report: ReportBytes) -> Reception:
    validator = part.validator()
    if validator is None:
        part.stream.truncate(0)
    received = part.stream.seek(0, 2)
    reception = Reception(
        remote,
        part.stream,
        same_as=validator if received else None,
        received=received,
        report=_noting(part, lambda: reception, report),
    )
    try:
        reception.run()
        part.stream.flush()
    except OSError:  # the disk is full, or gone: what came would only be in the way
        part.forget()
        raise
    except BaseException:
        if part.validator() is None:
            part.forget()
        raise
    return reception


def _noting(part: _Part, current: Callable[[], Reception], report: ReportBytes) -> ReportBytes:
    """Write down which version is being received as soon as there is something of it.

    Until then the note names an older version or none, and either makes a later run begin anew.
    """
    noted = part.validator()

    def noting(received: int, total: int | None) -> None:
        nonlocal noted
        version = current().validator if current().is_resumable else None
        if version != noted:
            part.note.write_text(version or "", encoding="latin-1")
            noted = version
        report(received, total)

    return noting
