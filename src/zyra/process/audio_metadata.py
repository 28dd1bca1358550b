"""Describe a sound."""

from zyra.core.job import Job
from zyra.media.library import load_media
from zyra.process.commands.audio_metadata import AudioMetadataArgs


def run(args: AudioMetadataArgs, job: Job) -> None:
    """Write the description of the sound of `args.input`.

    Raises:
        DependencyMissing: PyAV is not installed.
        DataError: The input has no sound, or is damaged.
        TransferError: The URL cannot be fetched.
        OutputError: The description cannot be written.
    """
    load_media("zyra.process.audio_metadata_steps:write_description")(args, job)
