"""Tell what is in a file or URL."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from zyra.core.errors import UnsupportedFormat
from zyra.core.job import Job
from zyra.core.loading import load
from zyra.core.media_types import media_type_of
from zyra.core.outputs import open_output
from zyra.core.urls import masked
from zyra.fields.formats import detect_format, open_dataset
from zyra.fields.inventory import Inventory, inventory_of
from zyra.fields.statistics import Moments
from zyra.fields.statistics_reader import PointReader
from zyra.fields.zarr_names import is_zarr_folder
from zyra.media.magic import reader_of
from zyra.process.commands.inspect import InspectArgs
from zyra.process.inspect_facts import DataDescription, data_facts
from zyra.process.inspect_text import data_text, facts_text
from zyra.process.json_facts import json_text
from zyra.process.stats import chosen_format
from zyra.transfer.sources import is_url, local_copy

Facts = Mapping[str, Any]

_OTHERS: Mapping[str, str] = {
    "picture": "zyra.process.inspect_pictures:picture_facts",
    "table": "zyra.process.inspect_tables:table_facts",
    "media": "zyra.process.inspect_media:media_facts",
}
_PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp")
_TABLES = ("application/json", "application/x-ndjson", "application/geo+json", "text/csv")


def run(args: InspectArgs, job: Job) -> None:
    """Write what is in `args.input`.

    Raises:
        UsageError: Arguments that do not fit together.
        DataError: The input is of no known format, or damaged.
        TransferError: The URL cannot be fetched.
        OutputError: The output cannot be written.
    """
    form = chosen_format(args.format, as_json=args.as_json)
    found, source = _described(args, job), masked(args.input)
    if isinstance(found, DataDescription):
        text = data_text(found, source) if form == "text" else json_text(data_facts(found, source))
    else:
        facts = {"source": source, **found}
        text = facts_text(facts) if form == "text" else json_text(facts)
    with open_output(args.output, job) as output:
        output.write(text.encode())


def _described(args: InspectArgs, job: Job) -> DataDescription | Facts:
    if is_url(args.input) and not args.values:
        found: DataDescription | None = load("zyra.process.inspect_remote:indexed")(args.input, job)
        if found is not None:
            return found
    with local_copy(args.input, job, takes_folder=is_zarr_folder) as path:
        kind = kind_of(path)
        if kind == "data":
            return described_data(path, job, values=args.values)
        other: Facts = load(_OTHERS[kind])(path)
        return {"kind": kind, **other}


def kind_of(path: Path) -> str:
    """Whether a file holds data on grids, a picture, a table, or else film or sound.

    Raises:
        UnsupportedFormat: It is none of these.
    """
    if path.is_dir():
        return "data"
    media_type = media_type_of(path)
    if media_type in _PICTURES:
        return "picture"
    if media_type in _TABLES or _begins_like_json(path):
        return "table"
    try:
        detect_format(path)
    except UnsupportedFormat:
        if not _is_media(path):
            raise
        return "media"
    return "data"


def described_data(path: Path, job: Job, *, values: bool = False) -> DataDescription:
    """What is in a file of fields; with `values` also the range of each variable.

    Raises:
        UnsupportedFormat: It is of no known format.
        DataError: It is damaged.
    """
    form = detect_format(path)
    with open_dataset(path, form) as dataset:
        inventory = inventory_of(path, form, dataset)
        moments = _moments(inventory, PointReader(path, form, dataset), job) if values else None
    return DataDescription(inventory, size_of(path), moments)


def size_of(path: Path) -> int:
    """Bytes of a file, or of all files in a folder."""
    if path.is_dir():
        return sum(part.stat().st_size for part in path.rglob("*") if part.is_file())
    return path.stat().st_size


def _moments(inventory: Inventory, reader: PointReader, job: Job) -> list[Moments]:
    total = sum(len(variable.infos) for variable in inventory.variables)
    found, done = [], 0
    for variable in inventory.variables:
        moments = Moments()
        for info in variable.infos:
            moments += Moments.of(*reader.read(info))
            done += 1
            job.progress(done / total, variable.first.variable)
        found.append(moments)
    return found


def _begins_like_json(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(64).lstrip()[:1] in (b"{", b"[")


def _is_media(path: Path) -> bool:
    try:
        reader_of(path, path.name)
    except UnsupportedFormat:
        return False
    return True
