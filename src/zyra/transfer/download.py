"""Download a URL to a file that appears when it is complete, or straight to stdout."""

import os
from collections.abc import Callable
from pathlib import Path
from stat import S_ISREG

from zyra.core.job import Job
from zyra.core.outputs import STDOUT, open_output
from zyra.transfer.client import client_for
from zyra.transfer.receive import Reception, Remote, ReportBytes, ignore_bytes

_MEGABYTE = 1e6

Check = Callable[[Path], None]


def accept_anything(path: Path) -> None:
    """Accept whatever has been received."""


def download(remote: Remote, target: str, job: Job, *, report: ReportBytes = ignore_bytes) -> int:
    """Receive a remote file as `receive` does; return its size in bytes."""
    return receive(remote, target, job, report=report).written


def receive(
    remote: Remote,
    target: str,
    job: Job,
    *,
    check: Check = accept_anything,
    report: ReportBytes = ignore_bytes,
) -> Reception:
    """Copy a remote file to `target` in constant memory; the result knows the answer's headers.

    Args:
        remote: The file.
        target: Path, or `-` for the job's stdout.
        job: Gives stdout.
        check: Looks at the complete file under its temporary name; raises to refuse it.
        report: Receives bytes so far and the total if known.

    Raises:
        TransferError: It cannot be fetched; nothing stands at `target` then.
        OutputError: `target` cannot be written.
    """
    with open_output(target, job) as stream:
        is_file = target != STDOUT and S_ISREG(os.fstat(stream.fileno()).st_mode)
        reception = Reception(remote, stream, rewindable=is_file, report=report)
        reception.run()
        if is_file:
            stream.flush()
            check(Path(stream.name))
    return reception


def fetch(source: str, path: Path, job: Job, *, unsigned: bool = False) -> None:
    """Download the URL `source` to `path`, with progress in bytes.

    Args:
        source: A URL of any scheme that is read.
        path: File to write.
        job: Gives network policy, credentials and progress.
        unsigned: Show no credentials to an object store.

    Raises:
        As `receive`.
    """
    with client_for(source, job, unsigned=unsigned) as client:
        download(Remote(client, source), str(path), job, report=progress_in_bytes(job))


def progress_in_bytes(job: Job) -> ReportBytes:
    """Report bytes as the job's progress, in megabytes; the fraction is 0 without a total."""

    def report(received: int, total: int | None) -> None:
        if total:
            text = f"{received / _MEGABYTE:.1f} of {total / _MEGABYTE:.1f} MB"
            job.progress(received / total, text)
        else:
            job.progress(0.0, f"{received / _MEGABYTE:.1f} MB")

    return report
