"""Bring a source onto this machine; of a remote GRIB file with an index, only a part of it."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from zyra.core.job import Job
from zyra.core.loading import load
from zyra.core.urls import OBJECT_SCHEMES, masked, scheme_of
from zyra.fields.grib_idx import IndexEntry, byte_ranges, check_messages, match_entries, parse_index
from zyra.fields.zarr_names import is_zarr_folder
from zyra.transfer.sources import is_url, local_copy

# Loaded for a URL only, as in `transfer.sources`.
FETCH_BYTES = "zyra.transfer.ranges:fetch_bytes"
FETCH_RANGES = "zyra.transfer.ranges:fetch_ranges"

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
def local_part(
    source: str, pattern: str | None, job: Job, *, unsigned: bool = False
) -> Iterator[tuple[Path, Excerpt | None]]:
    """Give a path to `source`; of a URL with an index, to the messages that match alone.

    Raises:
        DataError: The index belongs to another version of the file.
        VariableNotFound: Nothing in the index matches the pattern.
        InputNotFound: The local file cannot be read.
        TransferError: The URL cannot be fetched.
    """
    index = None
    if pattern is not None and is_url(source):
        fetch_bytes = load(FETCH_BYTES)
        index = fetch_bytes(index_address(source), job, _LARGEST_INDEX_BYTES, unsigned=unsigned)
    if pattern is None or index is None:
        with local_copy(source, job, unsigned=unsigned, takes_folder=is_zarr_folder) as path:
            yield path, None
        return
    entries = parse_index(index.decode("utf-8", "replace"), masked(index_address(source)))
    wanted = match_entries(entries, pattern)
    with tempfile.TemporaryDirectory(prefix="zyra-") as folder:
        path = Path(folder) / "excerpt.grib2"
        with path.open("wb") as excerpt:
            fetch_ranges = load(FETCH_RANGES)
            size = fetch_ranges(source, byte_ranges(wanted), excerpt, job, unsigned=unsigned)
        job.tell(f"fetched {size} bytes of {len(wanted)} fields", detail=True)
        check_messages(path, wanted)
        offsets = {entry.offset for entry in wanted}
        yield path, Excerpt([entry for entry in entries if entry.offset in offsets], wanted)


def index_address(url: str) -> str:
    """Where the index of a remote file is looked for: `.idx` after its path."""
    if scheme_of(url) in OBJECT_SCHEMES:  # a question mark is a part of the key
        return f"{url}.idx"
    path, mark, query = url.partition("?")
    return f"{path}.idx{mark}{query}"
