"""Open a GRIB source for a command: a file, stdin, or a URL, of which only a part may travel."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from zyra.core.errors import DataError
from zyra.core.job import Job
from zyra.core.urls import masked
from zyra.fields.grib import Message, read_inventory
from zyra.fields.grib_idx import IndexEntry, byte_ranges, match_entries, parse_index
from zyra.transfer.ranges import fetch_bytes, fetch_ranges
from zyra.transfer.sources import is_url, local_copy

# The index of the largest operational file has 100 kB.
_LARGEST_INDEX_BYTES = 16 << 20


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
    index = None
    if pattern is not None and is_url(source):
        index = fetch_bytes(index_address(source), job, _LARGEST_INDEX_BYTES)
    if pattern is None or index is None:
        with local_copy(source, job) as path:
            yield path, read_inventory(path)
        return
    entries = parse_index(index.decode("utf-8", "replace"), masked(index_address(source)))
    wanted = match_entries(entries, pattern)
    with tempfile.TemporaryDirectory(prefix="zyra-") as folder:
        path = Path(folder) / "excerpt.grib2"
        with path.open("wb") as excerpt:
            size = fetch_ranges(source, byte_ranges(wanted), excerpt, job)
        job.tell(f"fetched {size} bytes of {len(wanted)} fields", detail=True)
        yield path, _as_in_index(read_inventory(path), entries, wanted)


def index_address(url: str) -> str:
    """Where the index of a remote file is looked for: `.idx` after its path."""
    path, mark, query = url.partition("?")
    return f"{path}.idx{mark}{query}"


def _as_in_index(
    found: Sequence[Message], entries: Sequence[IndexEntry], wanted: Sequence[IndexEntry]
) -> list[Message]:
    """The wanted ones of the fetched fields, numbered as in the remote file."""
    offsets = {entry.offset for entry in wanted}
    fetched = [entry for entry in entries if entry.offset in offsets]
    if len(fetched) != len(found):
        raise DataError(
            f"the index has {len(fetched)} fields where the file has {len(found)}",
            hint="the index belongs to another version of the file; leave --pattern out",
        )
    return [
        replace(
            message,
            number=entry.number,
            line=entry.line,
            place=replace(message.place, ordinal=entry.ordinal, offset=entry.offset),
        )
        for message, entry in zip(found, fetched, strict=True)
        if entry in wanted
    ]
