"""Declaration of `acquire vimeo`."""

from zyra.core.arguments import arg
from zyra.core.command import Command, Example
from zyra.core.fitting_args import Conflict, FittingArgs
from zyra.core.kinds import OutputFile
from zyra.core.vimeo_args import VimeoArgs


class VimeoFetchArgs(VimeoArgs, FittingArgs):
    """Fetch the film of a video on Vimeo, or what Vimeo tells of it.

    Vimeo gives films to the owners of videos only, whose token has the scopes public, private
    and video_files (made at developer.vimeo.com/apps; not with a free account). A transfer that
    breaks off is resumed; the file appears when it is complete and its checksum is right.
    """

    video_id: str = arg(
        description="The video: its number, /videos/NUMBER, or its page on vimeo.com",
        positional=True,
        also=("input", "url"),
    )
    output: OutputFile = arg("-", "File to write, or - for stdout", flags=("-o",))
    quality: str = arg(
        "best",
        "Which of the files: best (what was uploaded, if there, else the largest), smallest, or a"
        " height such as 1080p",
        pattern="^(best|smallest|[0-9]{3,4}p)$",
    )
    metadata: bool = arg(False, "Write what Vimeo tells of the video, as JSON, not the film")

    def conflicts(self) -> tuple[Conflict, ...]:
        """What is wrong with the arguments as they stand together: whether, and in words."""
        return (
            *self.access_conflicts(),
            (
                self.metadata and "quality" in self.model_fields_set,
                "quality is for the film, not for metadata",
            ),
        )


VIMEO = Command(
    "acquire",
    "vimeo",
    VimeoFetchArgs,
    run="zyra.acquire.vimeo:run",
    examples=(
        Example(
            "A film of one's own",
            {
                "video_id": "76979871",
                "output": "film.mp4",
                "quality": "1080p",
                "vimeo_token": "$VIMEO_TOKEN",
            },
        ),
        Example(
            "What Vimeo tells of a video",
            {
                "video_id": "https://vimeo.com/76979871",
                "metadata": True,
                "output": "video.json",
                "vimeo_token": "$VIMEO_TOKEN",
            },
        ),
    ),
    network=True,
)
