"""Decide which files of a source a folder lacks or has in an older version."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from zyra.acquire.batch import Fetch
from zyra.acquire.fetch_args import FetchArgs, Growth, parse_growth
from zyra.acquire.frames_meta import read_frames
from zyra.acquire.sync_state import Record
from zyra.core.job import Job
from zyra.transfer.entries import Entry

FRAMES_META = "frames-meta.json"
DONE = ".done"

Describe = Callable[[Entry], Entry]


@dataclass(frozen=True)
class Local:
    """The file of that name that is there already."""

    size: int
    modified: datetime
    is_done: bool


@dataclass(frozen=True)
class Rules:
    """What replaces a local file; see the arguments of the same names.

    Attributes:
        always: Whatever is there.
        growth: Only what is larger by this.
        frames: Names and times of the frames metadata, where they decide.
    """

    always: bool = False
    recheck: bool = False
    skip_done: bool = False
    growth: Growth | None = None
    frames: Mapping[str, datetime | None] = field(default_factory=dict)
    newer_in_frames: bool = False
    missing_in_frames: bool = False


def rules_of(args: FetchArgs, job: Job) -> Rules:
    """The rules that the arguments describe.

    Raises:
        InputNotFound: The frames metadata cannot be read.
        DataError: They name no frames.
    """
    meta = args.frames_meta or str(Path(args.sync_dir or "", FRAMES_META))
    return Rules(
        always=args.overwrite_existing or args.prefer_remote,
        recheck=args.recheck_existing,
        skip_done=args.skip_if_local_done,
        growth=None if args.min_remote_size is None else parse_growth(args.min_remote_size),
        frames=read_frames(meta, job) if args.reads_frames else {},
        newer_in_frames=args.prefer_remote_if_meta_newer,
        missing_in_frames=args.recheck_missing_meta,
    )


def due(
    fetches: Sequence[Fetch],
    records: Mapping[str, Record],
    rules: Rules,
    describe: Describe,
    *,
    side_by_side: int,
) -> list[Fetch]:
    """Those of `fetches` that have to be fetched, with what their servers were asked about.

    Args:
        fetches: All files of the source.
        records: Of files that were fetched before, by their paths.
        rules: What replaces a local file.
        describe: Asks the server about one file.
        side_by_side: Questions at a time.

    Raises:
        TransferError: A server does not answer.
    """
    with ThreadPoolExecutor(side_by_side) as pool:
        judged = pool.map(
            lambda fetch: _judged(fetch, records.get(fetch.target), rules, describe), fetches
        )
        return [fetch for fetch in judged if fetch is not None]


def _judged(fetch: Fetch, record: Record | None, rules: Rules, describe: Describe) -> Fetch | None:
    local = _local(Path(fetch.target))
    if local is None:
        return fetch
    if rules.skip_done and local.is_done:
        return None
    if local.size == 0 or rules.always or _asked_by_frames(fetch, local, rules):
        return fetch
    entry = fetch.entry
    if rules.recheck or (entry.modified is None and entry.etag is None):
        entry = describe(entry)
    wanted = (
        _has_grown(entry, local, rules.growth)
        if rules.growth is not None
        else _has_changed(entry, local, record)
    )
    return replace(fetch, entry=entry) if wanted else None


def _local(path: Path) -> Local | None:
    try:
        facts = path.stat()
    except FileNotFoundError:
        return None
    modified = datetime.fromtimestamp(facts.st_mtime, tz=UTC)
    return Local(facts.st_size, modified, path.with_name(path.name + DONE).exists())


def _asked_by_frames(fetch: Fetch, local: Local, rules: Rules) -> bool:
    name = Path(fetch.target).name
    if rules.missing_in_frames and name not in rules.frames:
        return True
    time = rules.frames.get(name)
    return rules.newer_in_frames and time is not None and time > local.modified


def _has_grown(entry: Entry, local: Local, growth: Growth) -> bool:
    return entry.size is not None and growth.holds(entry.size, local.size)


def _has_changed(entry: Entry, local: Local, record: Record | None) -> bool:
    if record is not None and record.is_of(entry):
        return local.size != record.stored or record.tells_change(entry)
    if entry.size is not None and entry.size != local.size:
        return True
    return entry.modified is not None and entry.modified > local.modified
