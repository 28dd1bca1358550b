"""Set times and video of a dataset in a list of datasets, and change nothing else of it."""

from collections.abc import Iterator, Mapping
from typing import Any

from zyra.core.closest import closest
from zyra.core.errors import DataError, LimitExceeded, UsageError
from zyra.core.inputs import STDIN
from zyra.core.job import Job
from zyra.core.outputs import open_output
from zyra.core.times import parse_time
from zyra.core.urls import masked
from zyra.process.commands.update_dataset_json import UpdateDatasetJsonArgs
from zyra.process.dataset_edit import edited, first_place, item_starts, members, object_edits
from zyra.process.dataset_json import (
    MAX_BYTES,
    decoded,
    kind_of,
    optional_text,
    parse_json,
    read_object,
)
from zyra.process.dataset_vimeo import video_link
from zyra.process.frames_metadata import moment_in
from zyra.transfer.sources import is_url, local_copy

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_MOST_NAMED = 5

# A dataset in the text: its value, and where it begins.
Entry = tuple[Any, int]


def run(args: UpdateDatasetJsonArgs, job: Job) -> None:
    """Write the list of datasets with one of them brought up to date.

    Raises:
        UsageError: There is no such dataset, or a time or video is none.
        DataError: A document is not JSON, or not of the expected form.
        TransferError: The URL cannot be fetched.
        OutputError: The output cannot be written.
    """
    changes = changes_of(args, job)
    raw, name = _read(args, job)
    text = decoded(raw, name)
    mark = _BYTE_ORDER_MARK if raw.startswith(_BYTE_ORDER_MARK) else b""
    result = updated(text, name, args.dataset_id, changes)
    with open_output(args.output, job) as stream:
        stream.write(mark + result.encode("utf-8"))
    for key, value in changes.items():
        job.tell(f"{args.dataset_id}: {key} is {value}", detail=True)


def changes_of(args: UpdateDatasetJsonArgs, job: Job) -> dict[str, str]:
    """New values by the key that they have in a dataset.

    What is given as an argument goes before the file of --meta, and that before stdin.

    Raises:
        UsageError: A time or video is none, or the end is before the start.
        DataError: The metadata are damaged or say nothing.
    """
    known = _known(args, job)
    start, end, uri = (known[key] for key in ("start_datetime", "end_datetime", "vimeo_uri"))
    if start is not None and end is not None and parse_time(start) > parse_time(end):
        raise UsageError(f"the end {end} is before the start {start}")
    link = video_link(uri) if uri is not None and args.set_data_link else None
    found = {"startTime": start, "endTime": end, "dataLink": link}
    changes = {key: value for key, value in found.items() if value is not None}
    if not changes:
        raise DataError(
            "the metadata say nothing that a dataset takes",
            hint="they need start_datetime, end_datetime or vimeo_uri; or give --start and --end",
        )
    return changes


def updated(text: str, name: str, dataset_id: str, changes: Mapping[str, str]) -> str:
    """The text with `changes` in each dataset of that id; all else is as it was.

    Args:
        text: JSON: a list of datasets, an object with such a list under `datasets`, or one
            dataset.
        name: Of the document, for messages.
        dataset_id: What the dataset has as its `id`.
        changes: New values by key.

    Raises:
        UsageError: No dataset has that id; the hint names the closest.
        DataError: It is not JSON, or none of these forms.
    """
    entries = list(_entries(text, name))
    wanted = [place for entry, place in entries if _id_of(entry) == dataset_id]
    if not wanted:
        ids = [known for entry, _ in entries if (known := _id_of(entry)) is not None]
        near = closest(dataset_id, ids) or ids[:_MOST_NAMED]
        raise UsageError(
            f"{name} has no dataset {dataset_id!r} among its {len(ids)}",
            hint=f"did you mean {', '.join(near)}?" if near else "no entry has an id",
        )
    edits = [edit for place in wanted for edit in object_edits(text, place, changes)]
    return edited(text, edits)


def _known(args: UpdateDatasetJsonArgs, job: Job) -> dict[str, str | None]:
    known = {
        "start_datetime": args.start,
        "end_datetime": args.end,
        "vimeo_uri": args.vimeo_uri,
    }
    for key in ("start_datetime", "end_datetime"):
        if known[key] is not None:
            parse_time(known[key] or "")
    sources = [args.meta] if args.meta is not None else []
    for source in [*sources, STDIN] if args.read_meta_stdin else sources:
        metadata, name = read_object(source, job)
        for key, value in known.items():
            text = optional_text(metadata, key, name)
            if text is not None and key != "vimeo_uri":
                moment_in(text, key, name)
            known[key] = value if value is not None else text
    return known


def _read(args: UpdateDatasetJsonArgs, job: Job) -> tuple[bytes, str]:
    """The bytes of the document, and its name for messages."""
    source = args.input_file if args.input_url is None else args.input_url
    assert source is not None  # the declaration asks for one of them
    if args.input_url is not None and not is_url(source):
        raise UsageError(f"{source!r} is no URL", hint="name a local file with --input-file")
    name = "stdin" if source == STDIN else masked(source) if is_url(source) else source
    with local_copy(source, job) as path:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise LimitExceeded(f"{name} has {size} bytes, more than {MAX_BYTES}")
        return path.read_bytes(), name


def _entries(text: str, name: str) -> Iterator[Entry]:
    """Everything in the document that may be a dataset."""
    value = parse_json(text, name)
    start = first_place(text)
    if isinstance(value, dict) and isinstance(value.get("datasets"), list):
        *_, last = (member for member in members(text, start) if member.key == "datasets")
        value, start = value["datasets"], last.value_start
    if isinstance(value, list):
        yield from zip(value, item_starts(text, start), strict=True)
    elif isinstance(value, dict):
        yield value, start
    else:
        raise DataError(f"{name} holds {kind_of(value)} where datasets are expected")


def _id_of(entry: Any) -> str | None:
    found = entry.get("id") if isinstance(entry, dict) else None
    return None if found is None else str(found)
