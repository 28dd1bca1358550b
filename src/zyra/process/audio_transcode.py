"""Convert a sound to another format."""

from zyra.core.job import Job
from zyra.media.library import load_media
from zyra.process.commands.audio_transcode import AudioTranscodeArgs


def run(args: AudioTranscodeArgs, job: Job) -> None:
    """Convert the sound of `args.input`.

    Raises:
        DependencyMissing: PyAV is not installed.
        UsageError: Arguments that contradict each other, or have no effect.
        DataError: The input has no sound, or is damaged.
        TransferError: The URL cannot be fetched.
        OutputError: The result cannot be written.
    """
    load_media("zyra.process.audio_transcode_steps:transcode")(args, job)
