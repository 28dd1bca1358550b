"""What is in a remote GRIB file, from its index and its first message."""

import tempfile
from pathlib import Path

from zyra.core.errors import DataError
from zyra.core.job import Job
from zyra.core.urls import masked
from zyra.fields.formats import open_dataset
from zyra.fields.grib_idx import IndexEntry, byte_ranges, parse_index
from zyra.fields.inventory import Inventory, StoredAs, group_fields, inventory_of
from zyra.fields.inventory_index import fields_of_index
from zyra.process.inspect_facts import DataDescription
from zyra.process.remote_part import index_address
from zyra.transfer.ranges import fetch_bytes, fetch_ranges
from zyra.transfer.sources import refuse_other_schemes

_LARGEST_INDEX_BYTES = 16 << 20


def indexed(source: str, job: Job) -> DataDescription | None:
    """Describe the file at a URL by its index; None where it has none.

    The index tells variables, levels and times in wgrib2's words; the first message, which is
    fetched too, the grid. Fields on other grids, if there are any, do not show.

    Raises:
        UsageError: The URL has a scheme that is not read.
        DataError: The first message is damaged.
        TransferError: The URL cannot be fetched.
    """
    refuse_other_schemes(source)
    entries = _entries(source, job)
    if entries is None:
        return None
    with tempfile.TemporaryDirectory(prefix="zyra-") as folder:
        path = Path(folder) / "first.grib2"
        with path.open("wb") as excerpt:
            fetched = fetch_ranges(source, byte_ranges(entries[:1]), excerpt, job)
        job.tell(f"fetched {fetched} bytes beside the index", detail=True)
        with open_dataset(path, "grib") as dataset:
            first = inventory_of(path, "grib", dataset)
    variables, _ = group_fields(fields_of_index(entries), lambda _: first.grids[0])
    kinds = {
        each.first.variable: next(iter(first.stored_as.grid_kinds.values())) for each in variables
    }
    stored = StoredAs(first.stored_as.file, _sizes(entries), kinds)
    return DataDescription(
        Inventory("grib", variables, first.grids, {}, stored), None, is_from_index=True
    )


def _entries(source: str, job: Job) -> list[IndexEntry] | None:
    index = fetch_bytes(index_address(source), job, _LARGEST_INDEX_BYTES)
    if index is None:
        return None
    try:
        return parse_index(index.decode("utf-8", "replace"), masked(index_address(source)))
    except DataError as exc:
        # Some servers answer any name with a page of theirs.
        job.tell(f"{exc.message}; fetching the whole file", detail=True)
        return None


def _sizes(entries: list[IndexEntry]) -> dict[str, dict[str, int]]:
    """Bytes of the messages of each variable; not of the one with the file's unknown end."""
    sizes: dict[str, dict[int, int]] = {}
    for entry in entries:
        if entry.end is not None:
            sizes.setdefault(entry.variable, {})[entry.offset] = entry.end - entry.offset
    return {name: {"stored_bytes": sum(each.values())} for name, each in sizes.items()}
