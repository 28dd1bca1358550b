"""Convert films and pictures to a film of another kind."""

from zyra.core.job import Job
from zyra.media.library import load_media
from zyra.process.commands.video_transcode import VideoTranscodeArgs


def run(args: VideoTranscodeArgs, job: Job) -> None:
    """Convert `args.input`.

    Raises:
        DependencyMissing: PyAV, or with `--backend ffmpeg` that program, is not installed.
        UsageError: Arguments that contradict each other, or have no effect.
        DataError: The input is no film or picture, or damaged.
        TransferError: The URL cannot be fetched.
        OutputError: A result cannot be written.
    """
    load_media("zyra.process.video_transcode_steps:transcode")(args, job)
