"""Fetch several URLs into a folder, a few at a time, under safe and distinct names."""

import re
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import PurePath

from zyra.core.errors import TransferError, UsageError
from zyra.core.job import Job
from zyra.core.urls import Url, split_url
from zyra.transfer.download import download
from zyra.transfer.receive import Remote

SIDE_BY_SIDE = 4  # downloads at a time; more is impolite to one server
_LONGEST_NAME = 200  # bytes; file systems take 255, a temporary name needs some of them


@dataclass(frozen=True)
class Fetch:
    """One file of a batch: where from, and its path."""

    remote: Remote
    target: str


def plan_batch(remotes: Sequence[Remote], folder: str) -> list[Fetch]:
    """Give each file a path in `folder`; equal names get a number.

    Raises:
        UsageError: One is not a URL, or names no file.
    """
    taken: set[str] = set()
    fetches = []
    for remote in {remote.address: remote for remote in remotes}.values():
        name = _distinct(safe_name(split_url(remote.address)), taken)
        taken.add(name.casefold())  # some file systems hold A and a for one name
        fetches.append(Fetch(remote, str(PurePath(folder, name))))
    return fetches


def safe_name(url: Url) -> str:
    """A plain file name for `url`; nothing in a URL can lead out of a folder.

    Raises:
        UsageError: Its path names no file.
    """
    name = re.sub(r'[\x00-\x1f\x7f/\\:*?"<>|]', "_", url.name)
    name = "".join(c if c.isprintable() else "_" for c in name)  # nor what hides or turns text
    name = re.sub(r"^\.", "_", name)  # neither hidden files nor . and ..
    if not name:
        raise UsageError(
            f"{url.shown} names no file", hint="give --output, or --pattern to fetch a directory"
        )
    stem, suffix = PurePath(name).stem, PurePath(name).suffix
    room = _LONGEST_NAME - len(suffix.encode())
    return stem.encode()[: max(room, 1)].decode(errors="ignore") + suffix[:_LONGEST_NAME]


def _distinct(name: str, taken: set[str]) -> str:
    path, number, distinct = PurePath(name), 1, name
    while distinct.casefold() in taken:
        number += 1
        distinct = f"{path.stem}-{number}{path.suffix}"
    return distinct


def fetch_batch(fetches: Sequence[Fetch], job: Job) -> None:
    """Fetch all; one of several that fails does not keep the others from being fetched.

    Raises:
        TransferError: Some could not be fetched; each has been told on stderr.
        OutputError: A file cannot be written.
    """
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        running = {
            pool.submit(download, fetch.remote, fetch.target, job): fetch for fetch in fetches
        }
        try:
            failures = _failures(running, job)
        except BaseException:  # an interrupt, too, shall not wait for gigabytes
            pool.shutdown(wait=False, cancel_futures=True)
            for fetch in fetches:
                fetch.remote.client.stop()
            raise
    if failures:
        raise TransferError(
            f"{len(failures)} of {len(fetches)} files could not be fetched, "
            f"one of them {failures[0].message}",
            hint="the others are there",
        )


def _failures(running: Mapping[Future[int], Fetch], job: Job) -> list[TransferError]:
    """Wait for all; give the failures that leave the others alone, raise any other."""
    failures: list[TransferError] = []
    for done, future in enumerate(as_completed(running), start=1):
        error = future.exception()
        if isinstance(error, TransferError) and len(running) > 1:
            failures.append(error)
            job.tell(f"failed: {error.message}")
        elif error is not None:
            raise error
        else:
            job.tell(f"wrote {running[future].target}", detail=True)
        job.progress(done / len(running), f"{done} of {len(running)} files")
    return failures
