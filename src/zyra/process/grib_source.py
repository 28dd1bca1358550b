"""Open a GRIB source for a command: a file, stdin, or a URL, of which only a part may travel."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from zyra.core.errors import DataError
from zyra.core.job import Job
from zyra.core.urls import masked
from zyra.fields.grib import Message, read_inventory, read_message, read_whole_message
from zyra.fields.grib_idx import IndexEntry, byte_ranges, match_entries, parse_index
from zyra.transfer.ranges import fetch_bytes, fetch_ranges
from zyra.transfer.sources import is_url, local_copy

# The index of the largest operational file has 100 kB.
_LARGEST_INDEX_BYTES = 16 << 20


@dataclass(frozen=True)
class Excerpt:
    """What an index says of the messages that were fetched.

    Attributes:
        fetched: Entries of all fields in the fetched messages.
        wanted: Those among them that match the pattern.
    """

    fetched: Sequence[IndexEntry]
    wanted: Sequence[IndexEntry]


@contextmanager
def open_grib(
    source: str, pattern: str | None, job: Job
) -> Iterator[tuple[Path, Sequence[Message]]]:
    """Give a local file and its fields; of a URL with an index, only those that match.

    Where `source` is a URL with an `.idx` beside it and a pattern is given, only the byte
    ranges of the matching messages are fetched. The fields then keep the numbers, offsets
    and lines they have in the remote file. Otherwise every field is listed.

    Raises:
        VariableNotFound: Nothing in the index matches the pattern.
        DataError: It is no GRIB, damaged, or the index does not belong to it.
        TransferError: The URL cannot be fetched.
    """
    with local_part(source, pattern, job) as (path, excerpt):
        found = read_inventory(path)
        yield path, found if excerpt is None else _as_in_index(found, excerpt)


@contextmanager
def local_part(source: str, pattern: str | None, job: Job) -> Iterator[tuple[Path, Excerpt | None]]:
    """Give a path to `source`; of a URL with an index, to the messages that match alone.

    Raises:
        VariableNotFound: Nothing in the index matches the pattern.
        InputNotFound: The local file cannot be read.
        TransferError: The URL cannot be fetched.
    """
    index = None
    if pattern is not None and is_url(source):
        index = fetch_bytes(index_address(source), job, _LARGEST_INDEX_BYTES)
    if pattern is None or index is None:
        with local_copy(source, job) as path:
            yield path, None
        return
    entries = parse_index(index.decode("utf-8", "replace"), masked(index_address(source)))
    wanted = match_entries(entries, pattern)
    with tempfile.TemporaryDirectory(prefix="zyra-") as folder:
        path = Path(folder) / "excerpt.grib2"
        with path.open("wb") as excerpt:
            size = fetch_ranges(source, byte_ranges(wanted), excerpt, job)
        job.tell(f"fetched {size} bytes of {len(wanted)} fields", detail=True)
        offsets = {entry.offset for entry in wanted}
        yield path, Excerpt([entry for entry in entries if entry.offset in offsets], wanted)


def index_address(url: str) -> str:
    """Where the index of a remote file is looked for: `.idx` after its path."""
    path, mark, query = url.partition("?")
    return f"{path}.idx{mark}{query}"


def copied_messages(path: Path, chosen: Sequence[Message]) -> Iterator[bytes]:
    """The bytes of each field; whole and unchanged where all fields of a message are chosen."""
    by_message: dict[int, list[Message]] = {}
    for message in chosen:
        by_message.setdefault(message.place.whole[0], []).append(message)
    for together in by_message.values():
        if len(together) == together[0].place.fields:
            yield read_whole_message(path, together[0])
        else:
            yield from (read_message(path, message) for message in together)


def _as_in_index(found: Sequence[Message], excerpt: Excerpt) -> list[Message]:
    """The wanted ones of the fetched fields, numbered as in the remote file."""
    if len(excerpt.fetched) != len(found):
        raise DataError(
            f"the index has {len(excerpt.fetched)} fields where the file has {len(found)}",
            hint="the index belongs to another version of the file; leave --pattern out",
        )
    return [
        replace(
            message,
            number=entry.number,
            line=entry.line,
            place=replace(message.place, ordinal=entry.ordinal, offset=entry.offset),
        )
        for message, entry in zip(found, excerpt.fetched, strict=True)
        if entry in excerpt.wanted
    ]
