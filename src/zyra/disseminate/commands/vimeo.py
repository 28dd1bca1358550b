"""Declaration of `disseminate vimeo`."""

from collections.abc import Iterator
from typing import Literal

from zyra.core.arguments import arg
from zyra.core.command import Command, Example
from zyra.core.fitting_args import Conflict, FittingArgs
from zyra.core.kinds import InputFile, OutputFile, Secret
from zyra.core.vimeo_args import VimeoArgs

Privacy = Literal["anybody", "contacts", "disable", "nobody", "password", "unlisted"]


class VimeoUploadArgs(FittingArgs, VimeoArgs):
    """Upload a film to Vimeo, or replace the film of a video there, and print the video's URI.

    The upload goes on where it stopped when a connection breaks off. It needs a token with the
    scopes upload, and edit to replace or describe, made at developer.vimeo.com/apps. With
    --replace-uri the video keeps its address, its name and its views.
    """

    input: InputFile = arg(description="Film to upload, or - for stdin", flags=("-i",))
    name: str | None = arg(
        None, "Title; default for a new video: the file's name without its suffix", min_length=1
    )
    description: str | None = arg(None, "Text below the video")
    description_file: InputFile | None = arg(None, "File with the text below the video")
    privacy: Privacy | None = arg(
        None, "Who may see it; default: as the account's settings say, or as it was"
    )
    video_password: Secret | None = arg(
        None, "Password for privacy password; may be $VARIABLE or @KEY", min_length=1
    )
    replace_uri: str | None = arg(
        None, "Video whose film is replaced: /videos/NUMBER, its number or its page"
    )
    wait: bool = arg(False, "Wait until Vimeo has converted the film and it can be seen")
    wait_timeout: float = arg(3600.0, "Seconds to wait at most", gt=0, le=86400)
    output: OutputFile = arg("-", "File for the video's URI, or - for stdout", flags=("-o",))

    def conflicts(self) -> Iterator[Conflict]:
        """What is wrong with the arguments."""
        yield from super().conflicts()
        yield from self.access_conflicts(self.video_password)
        yield (
            self.description is not None and self.description_file is not None,
            "give either description or description_file",
        )
        yield (
            (self.privacy == "password") != (self.video_password is not None),
            "privacy password and video_password go together",
        )
        yield (
            "wait_timeout" in self.model_fields_set and not self.wait,
            "wait_timeout has an effect only with wait",
        )


VIMEO = Command(
    "disseminate",
    "vimeo",
    VimeoUploadArgs,
    run="zyra.disseminate.vimeo:run",
    examples=(
        Example(
            "A new video that only people with its address see",
            {
                "input": "film.mp4",
                "name": "Sea surface temperature",
                "description_file": "about.txt",
                "privacy": "unlisted",
                "vimeo_token": "$VIMEO_TOKEN",
            },
        ),
        Example(
            "Today's film in place of yesterday's",
            {
                "input": "film.mp4",
                "replace_uri": "/videos/76979871",
                "vimeo_token": "$VIMEO_TOKEN",
                "wait": True,
            },
        ),
    ),
    network=True,
)
