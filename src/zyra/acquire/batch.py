"""Fetch several files into a folder, a few at a time, under safe and distinct names."""

import re
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path, PurePath

from zyra.acquire.facts import modified_of
from zyra.acquire.manifest import check_against
from zyra.core.errors import TransferError, UsageError
from zyra.core.job import Job
from zyra.core.urls import masked
from zyra.transfer.entries import Entry
from zyra.transfer.receive import Remote, ReportBytes
from zyra.transfer.resumable import receive_to
from zyra.transfer.together import Together

SIDE_BY_SIDE = 4  # downloads at a time; many FTP servers take no more from one address
_LONGEST_NAME = 200  # bytes; file systems take 255, a temporary name needs some of them
_MEGABYTE = 1e6

RemoteOf = Callable[[Entry], Remote]


@dataclass(frozen=True)
class Fetch:
    """One file of a batch: which one, and its path."""

    entry: Entry
    target: str


@dataclass(frozen=True)
class Fetched:
    """A file that has been fetched.

    Attributes:
        entry: What the server told of it: as the listing did, else as the answer did.
        stored: Bytes of the local file.
    """

    fetch: Fetch
    entry: Entry
    stored: int


def plan_batch(entries: Sequence[Entry], folder: str) -> list[Fetch]:
    """Give each file a path in `folder`; equal names, and those that are folders', get a number.

    Raises:
        UsageError: One names no file.
    """
    named = [(entry, safe_path(entry)) for entry in {each.url: each for each in entries}.values()]
    # A store may hold both a and a/b, a folder of a disk only one of them.
    taken = {str(above).casefold() for _, path in named for above in PurePath(path).parents}
    fetches = []
    for entry, path in named:
        name = _distinct(path, taken)
        taken.add(name.casefold())  # some file systems hold A and a for one name
        fetches.append(Fetch(entry, str(PurePath(folder, name))))
    return fetches


def safe_path(entry: Entry) -> str:
    """A relative path for a file; nothing in a remote name can lead out of a folder.

    Raises:
        UsageError: It names no file.
    """
    parts = [safe_name(part) for part in entry.name.split("/")]
    if not entry.name or entry.is_folder:
        raise UsageError(
            f"{masked(entry.url)} names no file",
            hint="give --output, or --pattern to fetch a directory",
        )
    return "/".join(part for part in parts if part)


def safe_name(name: str) -> str:
    """A plain file name for the name that a stranger gave; empty for an empty one."""
    name = re.sub(r'[\x00-\x1f\x7f/\\:*?"<>|]', "_", name)
    name = "".join(c if c.isprintable() else "_" for c in name)  # nor what hides or turns text
    name = re.sub(r"^\.", "_", name)  # neither hidden files nor . and ..
    stem, suffix = PurePath(name).stem, PurePath(name).suffix
    room = _LONGEST_NAME - len(suffix.encode())
    return stem.encode()[: max(room, 1)].decode(errors="ignore") + suffix[:_LONGEST_NAME]


def _distinct(name: str, taken: set[str]) -> str:
    path, number, distinct = PurePath(name), 1, name
    while distinct.casefold() in taken:
        number += 1
        distinct = str(path.with_name(f"{path.stem}-{number}{path.suffix}"))
    return distinct


def fetch_batch(
    fetches: Sequence[Fetch],
    remote_of: RemoteOf,
    job: Job,
    *,
    side_by_side: int = SIDE_BY_SIDE,
    done: Callable[[Fetched], None],
) -> None:
    """Fetch all; one of several that fails does not keep the others from being fetched.

    Args:
        fetches: What, and whither.
        remote_of: How a file is asked for.
        job: Told the progress.
        side_by_side: Transfers at a time.
        done: Receives each file that is there, one at a time.

    Raises:
        TransferError: Some could not be fetched; each has been told on stderr.
        OutputError: A file cannot be written.
    """
    meter = Meter(job, len(fetches), sum(fetch.entry.size or 0 for fetch in fetches))
    with ThreadPoolExecutor(side_by_side) as pool:
        running = {
            pool.submit(_fetched, fetch, remote_of(fetch.entry), job, meter): fetch
            for fetch in fetches
        }
        try:
            failures = _failures(running, job, meter, done)
        except BaseException:  # an interrupt, too, shall not wait for gigabytes
            pool.shutdown(wait=False, cancel_futures=True)
            for fetch in fetches:
                remote_of(fetch.entry).client.stop()
            raise
    if failures:
        raise TransferError(
            f"{len(failures)} of {len(fetches)} files could not be fetched, "
            f"one of them {failures[0].message}",
            hint="the others are there",
        )


class Meter:
    """Adds up the bytes of transfers that run side by side, and reports them as progress.

    Args:
        job: Receives the reports.
        files: How many there are.
        total: Bytes of all of them, as far as they are known.
    """

    def __init__(self, job: Job, files: int, total: int) -> None:
        self._job = job
        self._files = files
        self._total = total
        self._done = 0
        self._bytes = Together(self._tell)

    def of_file(self) -> ReportBytes:
        """What one transfer reports to."""
        return self._bytes.of_one()

    def count(self) -> None:
        """Note that a file is done, whether well or not."""
        self._done += 1
        self._bytes.again()

    def _tell(self, received: int) -> None:
        fraction = self._done / self._files
        if self._total:  # an announcement may be wrong: only files that are done make it full
            fraction = max(fraction, min(received / self._total, 0.99))
        text = f"{self._done} of {self._files} files, {received / _MEGABYTE:.1f} MB"
        self._job.progress(fraction, text)


def _fetched(fetch: Fetch, remote: Remote, job: Job, meter: Meter) -> Fetched:
    entry = fetch.entry
    check, report = partial(check_against, entry), meter.of_file()
    reception = receive_to(remote, fetch.target, job, check=check, report=report)
    if entry.modified is None and entry.etag is None:
        told = reception.headers
        entry = replace(entry, modified=modified_of(told), etag=told.get("ETag"))
        encoded = told.get("Content-Encoding", "identity") != "identity"
        entry = entry if encoded else replace(entry, size=reception.written)
    return Fetched(fetch, entry, Path(fetch.target).stat().st_size)


def _failures(
    running: Mapping[Future[Fetched], Fetch],
    job: Job,
    meter: Meter,
    done: Callable[[Fetched], None],
) -> list[TransferError]:
    """Wait for all; give the failures that leave the others alone, raise any other."""
    failures: list[TransferError] = []
    for future in as_completed(running):
        error = future.exception()
        if isinstance(error, TransferError) and len(running) > 1:
            failures.append(error)
            job.tell(f"failed: {error.message}")
        elif error is not None:
            raise error
        else:
            done(future.result())
            job.tell(f"wrote {running[future].target}", detail=True)
        meter.count()
    return failures
