"""Add to the metadata of frames what is known of their dataset and video."""

from datetime import UTC, datetime
from typing import Any

from zyra.core.errors import DataError
from zyra.core.inputs import STDIN
from zyra.core.job import Job
from zyra.core.times import iso_moment
from zyra.process.commands.enrich_metadata import EnrichMetadataArgs
from zyra.process.dataset_json import read_object, read_text, write_json
from zyra.process.dataset_vimeo import video_number


def run(args: EnrichMetadataArgs, job: Job) -> None:
    """Write the metadata again, with dataset, video and the time of now.

    Raises:
        InputNotFound: The metadata cannot be read.
        DataError: It is no JSON object, or stdin holds no URI.
        UsageError: The URI names no Vimeo video.
        OutputError: The output cannot be written.
    """
    metadata, _ = read_object(STDIN if args.frames_meta is None else args.frames_meta, job)
    uri = _first_line(job) if args.read_vimeo_uri else args.vimeo_uri
    if uri is not None:
        video_number(uri)
    enriched = enriched_metadata(metadata, args.dataset_id, uri, datetime.now(UTC))
    write_json(args.output, enriched, job)


def enriched_metadata(
    metadata: dict[str, Any], dataset_id: str | None, vimeo_uri: str | None, now: datetime
) -> dict[str, Any]:
    """The metadata with what is given, and when it was; all else stays in its order."""
    added = {"dataset_id": dataset_id, "vimeo_uri": vimeo_uri}
    known = {key: value for key, value in added.items() if value is not None}
    return metadata | known | {"updated_at": iso_moment(now)}


def _first_line(job: Job) -> str:
    text, name = read_text(STDIN, job)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines:
        raise DataError(f"{name} holds no Vimeo URI", hint="or give it as --vimeo-uri")
    return lines[0]
