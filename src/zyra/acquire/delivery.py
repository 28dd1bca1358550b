"""Bring the chosen files of a source into a folder, print them, or give the one that there is.

What all commands of the stage do once they know what there is and how to ask for it.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from zyra.acquire.batch import SIDE_BY_SIDE, Fetch, Fetched, RemoteOf, fetch_batch, plan_batch
from zyra.acquire.facts import describe
from zyra.acquire.fetch_args import FetchArgs
from zyra.acquire.listing_args import ListingArgs
from zyra.acquire.manifest import check_against, with_digest, write_manifest
from zyra.acquire.selection import name_filter
from zyra.acquire.sync import due, rules_of
from zyra.acquire.sync_state import Record, locked, read_state, record_of, write_state
from zyra.core.errors import SelectionError, TransferError
from zyra.core.job import Job
from zyra.core.outputs import STDOUT, open_output
from zyra.core.urls import OBJECT_SCHEMES, scheme_of
from zyra.transfer.download import progress_in_bytes
from zyra.transfer.entries import Entry
from zyra.transfer.pace import USUAL_PACE, Pace
from zyra.transfer.resumable import receive_to

_OBJECTS_SIDE_BY_SIDE = 16  # stores are made for many requests at a time
_WEB_SIDE_BY_SIDE = 8  # web servers are asked as politely as browsers do


def chosen(entries: Sequence[Entry], args: ListingArgs, job: Job) -> list[Entry]:
    """Those of `entries` whose names, or paths, fit pattern and dates."""
    names = name_filter(args, datetime.now(UTC))
    found = [entry for entry in entries if names.takes(entry.name)]
    job.tell(f"{len(found)} of {len(entries)} names fit", detail=True)
    return found


def files_of(entries: Sequence[Entry], shown: str) -> list[Entry]:
    """The files among `entries`.

    Raises:
        SelectionError: There are none.
    """
    files = [entry for entry in entries if not entry.is_folder]
    if not files:
        raise SelectionError(f"no file on {shown} fits", hint="see what there is with --list")
    return files


def print_list(entries: Sequence[Entry], args: FetchArgs, output: str, job: Job) -> None:
    """Print the URLs of `entries`; what is told of them goes to the manifest, if one is wanted.

    Raises:
        TransferError: Some cannot be asked for; the others are printed.
        OutputError: Something cannot be written.
    """
    reachable, left_out = _parted(entries, job)
    with open_output(output, job) as stream:
        stream.writelines(f"{entry.url}\n".encode() for entry in reachable)
    if args.write_manifest is not None:
        write_manifest(args.write_manifest, reachable, job)
    _refuse_incomplete(left_out, entries)


def deliver_one(entry: Entry, output: str, remote_of: RemoteOf, args: FetchArgs, job: Job) -> None:
    """Fetch one file to `output`; what another run got of it is gone on with.

    Raises:
        TransferError: It cannot be fetched.
        OutputError: It cannot be written.
    """
    if entry.problem is not None:
        raise TransferError(entry.problem)
    receive_to(
        _paced(remote_of, args)(entry),
        output,
        job,
        check=lambda path: check_against(entry, path),
        report=progress_in_bytes(job),
    )
    if args.write_manifest is not None and output != STDOUT:
        write_manifest(
            args.write_manifest,
            [replace(with_digest(entry, Path(output)), name=Path(output).name)],
            job,
        )


def deliver(entries: Sequence[Entry], remote_of: RemoteOf, args: FetchArgs, job: Job) -> None:
    """Fetch files into the folder that the arguments name; of a synced one, what it lacks.

    Raises:
        TransferError: Some cannot be fetched; the others are there.
        OutputError: Something cannot be written.
    """
    reachable, left_out = _parted(entries, job)
    fetches = plan_batch(reachable, args.folder or "")
    remote_of = _paced(remote_of, args)
    got: list[Fetched] = []
    try:
        if args.sync_dir is None:
            _fetch(fetches, remote_of, args, job, got)
        else:
            with locked(args.sync_dir, job):
                _synchronize(fetches, args.sync_dir, remote_of, args, job, got)
    except TransferError:
        _write_manifest(args, fetches, got, job)  # of the others, which are there
        raise
    _write_manifest(args, fetches, got, job)
    _refuse_incomplete(left_out, entries)


def _parted(entries: Sequence[Entry], job: Job) -> tuple[list[Entry], list[Entry]]:
    """Those that can be asked for, and the others, each of which is told."""
    left_out = [entry for entry in entries if entry.problem is not None]
    for entry in left_out:
        job.tell(f"left out: {entry.problem}")
    return [entry for entry in entries if entry.problem is None], left_out


def _refuse_incomplete(left_out: Sequence[Entry], entries: Sequence[Entry]) -> None:
    """End with an error where not all could be had, so that nobody takes it for all.

    Raises:
        TransferError: Something was left out.
    """
    if left_out:
        raise TransferError(
            f"{len(left_out)} of {len(entries)} files cannot be asked for: {left_out[0].problem}",
            hint="the others are there" if len(left_out) < len(entries) else None,
        )


def _paced(remote_of: RemoteOf, args: FetchArgs) -> RemoteOf:
    pace = USUAL_PACE if args.min_speed is None else Pace(least=args.min_speed)
    return lambda entry: replace(remote_of(entry), pace=pace)


def _fetch(
    fetches: Sequence[Fetch], remote_of: RemoteOf, args: FetchArgs, job: Job, got: list[Fetched]
) -> None:
    if fetches:
        fetch_batch(
            fetches,
            remote_of,
            job,
            side_by_side=_side_by_side(fetches, args),
            done=got.append,
        )


def _synchronize(
    fetches: Sequence[Fetch],
    folder: str,
    remote_of: RemoteOf,
    args: FetchArgs,
    job: Job,
    got: list[Fetched],
) -> None:
    state = read_state(folder)
    needed = due(
        fetches,
        {str(Path(folder, name)): record for name, record in state.items()},
        rules_of(args, job),
        lambda entry: describe(remote_of(entry), entry.name),
        side_by_side=_side_by_side(fetches, args),
    )
    job.tell(f"{len(needed)} of {len(fetches)} files are new or changed")
    try:
        _fetch(needed, remote_of, args, job, got)
    finally:
        records: dict[str, Record] = {
            str(Path(item.fetch.target).relative_to(folder)): record_of(item.entry, item.stored)
            for item in got
        }
        if records:
            write_state(folder, state | records, job)


def _side_by_side(fetches: Sequence[Fetch], args: FetchArgs) -> int:
    if args.parallel is not None:
        return args.parallel
    schemes = {scheme_of(fetch.entry.url) for fetch in fetches}
    if schemes <= set(OBJECT_SCHEMES):
        return _OBJECTS_SIDE_BY_SIDE
    return _WEB_SIDE_BY_SIDE if schemes <= {"http", "https", *OBJECT_SCHEMES} else SIDE_BY_SIDE


def _write_manifest(
    args: FetchArgs, fetches: Sequence[Fetch], got: Sequence[Fetched], job: Job
) -> None:
    """Write, if it is wanted, the manifest of what is there now, new or not."""
    if args.write_manifest is None:
        return
    told = {item.fetch.target: item.entry for item in got}
    there = [fetch for fetch in fetches if Path(fetch.target).is_file()]
    entries = [
        replace(
            with_digest(told.get(fetch.target, fetch.entry), Path(fetch.target)),
            name=str(Path(fetch.target).relative_to(args.folder or "")),
        )
        for fetch in there
    ]
    write_manifest(args.write_manifest, entries, job)
