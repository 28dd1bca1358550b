"""Declaration of `visualize compose-video`."""

from collections.abc import Iterator
from typing import Literal

from zyra.core.arguments import arg
from zyra.core.command import Command, Example
from zyra.core.fitting_args import Conflict
from zyra.core.kinds import InputDir, InputFile, OutputFile
from zyra.visualize.commands.animate_args import no_film
from zyra.visualize.commands.checked_args import CheckedArgs


class ComposeVideoArgs(CheckedArgs):
    """Make a film of the pictures in a folder.

    Pictures are PNG, JPEG, WebP, TIFF or BMP, and follow each other as people count: frame9
    before frame10. Where they are transparent the film shows --basemap, or black. All have one
    size, unless --size brings them to one; odd sides are raised by one.

    The film is MP4 or MOV with H.264, WebM with VP9, or MPG with MPEG-2, by the ending of
    --output. `process video-transcode` has the other settings of encoders.
    """

    frames: InputDir = arg(description="Folder of the pictures", also=("input",))
    output: OutputFile = arg(
        description="Film to write: .mp4, .webm, .mov or .mpg, or - for stdout", flags=("-o",)
    )
    glob: str | None = arg(
        None, "Names to take, such as 'map_*.png'; default: every picture in the folder"
    )
    fps: int | None = arg(None, "Frames in a second; default: 30", ge=1, le=240)
    basemap: InputFile | None = arg(None, "Picture under transparent frames, stretched to them")
    preset: Literal["sos"] | None = arg(
        None,
        "sos: for Science On a Sphere, 30 frames in a second, and 4096x2048 unless the frames are"
        " 2048x1024",
    )
    size: str | None = arg(
        None,
        "Size as WIDTHxHEIGHT, such as 1920x1080; -1 or -2 for one side keeps the shape: 1920x-2",
    )

    def conflicts(self) -> Iterator[Conflict]:
        """An output that is no film."""
        yield from super().conflicts()
        yield no_film(self.output)


COMPOSE_VIDEO = Command(
    "visualize",
    "compose-video",
    ComposeVideoArgs,
    run="zyra.visualize.compose_video:run",
    examples=(
        Example(
            "Two frames in a second",
            {"frames": "frames", "glob": "map_*.png", "output": "maps.mp4", "fps": 2},
        ),
        Example(
            "A film for Science On a Sphere",
            {"frames": "frames", "output": "sphere.mp4", "preset": "sos", "size": "2048x1024"},
        ),
    ),
)
