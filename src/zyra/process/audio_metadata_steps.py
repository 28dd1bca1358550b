"""The steps of `process audio-metadata`: probe, choose, write."""

from typing import Any

from zyra.core.errors import UnsupportedFormat
from zyra.core.job import Job
from zyra.media.description import MediaInfo, probe
from zyra.process.commands.audio_metadata import AudioMetadataArgs
from zyra.process.dataset_json import write_json
from zyra.process.output_names import source_name
from zyra.transfer.sources import local_copy

_OF_THE_FILE: tuple[str, ...] = ("format", "format_name", "size_bytes")
_OF_THE_SOUND = ("codec", "sample_rate", "channels", "layout", "sample_format", "bit_rate")


def write_description(args: AudioMetadataArgs, job: Job) -> None:
    """Describe `args.input`; see `audio_metadata.run`."""
    name = source_name(args.input) or "stdin"
    with local_copy(args.input, job) as source:
        description = describe_sound(probe(source, name), name)
    write_json(args.output, description, job)


def describe_sound(info: MediaInfo, name: str) -> dict[str, Any]:
    """A file's description with its first sound brought forward.

    Raises:
        UnsupportedFormat: There is no sound in it.
    """
    if info.audio is None:
        kinds = ", ".join(stream.kind for stream in info.streams)
        raise UnsupportedFormat(f"{name} has no sound in it", hint=f"it holds {kinds}")
    whole = info.to_json()
    sound = next(stream for stream in whole["streams"] if stream["kind"] == "audio")
    length = sound.get("duration_s", whole.get("duration_s"))
    own = {member: sound[member] for member in _OF_THE_SOUND if member in sound}
    # The file's bit rate is that of its only stream, where the stream itself says none.
    if "bit_rate" not in own and len(info.streams) == 1 and info.bit_rate:
        own["bit_rate"] = info.bit_rate
    file = {member: whole[member] for member in _OF_THE_FILE}
    duration = {} if length is None else {"duration_s": length}
    tags = {**sound.get("tags", {}), **whole.get("tags", {})}
    return {"name": name, **file, **duration, **own, "tags": tags, "streams": whole["streams"]}
