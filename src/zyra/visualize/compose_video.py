"""Make a film of pictures."""

from zyra.core.job import Job
from zyra.media.library import load_media
from zyra.visualize.commands.compose_video import ComposeVideoArgs


def run(args: ComposeVideoArgs, job: Job) -> None:
    """Write the pictures of a folder to a film.

    Raises:
        DependencyMissing: PyAV is not installed.
        UsageError: The arguments do not fit together, or not with the pictures.
        InputNotFound: There is no picture, or no such basemap.
        DataError: A picture is damaged, or they differ in size.
        OutputError: The film cannot be written.
    """
    load_media("zyra.visualize.compose_video_frames:compose")(args, job)
