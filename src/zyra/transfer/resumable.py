"""Download to a file in a way that another run can go on with when this one was ended.

What has been received is kept beside the target, and in a second file the validator by
which the server can tell whether it is still the same file (RFC 9110, `If-Range`).
"""

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from zyra.core.errors import OutputError
from zyra.core.outputs import PART_PREFIX, output_errors
from zyra.transfer.download import Check, accept_anything
from zyra.transfer.receive import Reception, Remote, ReportBytes, ignore_bytes


def download_resumable(
    remote: Remote,
    target: str,
    *,
    check: Check = accept_anything,
    report: ReportBytes = ignore_bytes,
) -> int:
    """Copy a remote file to `target`, going on where an earlier run was ended; return its size.

    Args:
        remote: The file.
        target: Path; it appears when the file is complete and `check` accepts it.
        check: Looks at the complete file under its temporary name; raises to refuse it.
        report: Receives bytes so far and the total if known.

    Raises:
        TransferError: It cannot be fetched; what came is kept if it can be gone on with.
        OutputError: It cannot be written, or another run is fetching it just now.
    """
    with output_errors(target), _part_of(target, remote) as part:
        size = _receive(remote, part, report)
        try:
            check(part.path)
        except BaseException:
            part.forget()
            raise
        part.path.replace(target)
        part.note.unlink(missing_ok=True)
        return size


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
        raise OutputError(f"cannot write {target}: it is a folder", hint="name the file")
    final.parent.mkdir(parents=True, exist_ok=True)
    mark = sha256(f"{final.name}\n{remote.address}".encode()).hexdigest()[:16]
    path = final.with_name(f"{PART_PREFIX}{mark}")
    path.touch()
    with path.open("r+b") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as exc:
            raise OutputError(
                f"another run is fetching {remote.shown} to {target}", hint="wait for its end"
            ) from exc
        yield _Part(path, path.with_name(f"{path.name}.version"), stream)


def _receive(remote: Remote, part: _Part, report: ReportBytes) -> int:
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
        size = reception.run()
        part.stream.flush()
    except BaseException:
        if part.validator() is None:
            part.forget()
        raise
    return size


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
