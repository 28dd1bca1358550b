"""Declaration of `process pad-missing`."""

from typing import Literal

from zyra.core.arguments import arg
from zyra.core.command import Command, Example
from zyra.core.fitting_args import Conflict, FittingArgs
from zyra.core.kinds import InputDir, InputFile, OutputDir, OutputFile


class PadMissingArgs(FittingArgs):
    """Fill the gaps of a series of frames with pictures that stand for the missing ones.

    Reads what scan-frames wrote and makes a picture for each of its missing times, with name,
    size, mode and format of the frame that is nearest in time. A frame that is there by now is
    never replaced, whatever --overwrite says. With --output-dir the folder of the frames itself,
    the series is complete afterwards.
    """

    frames_meta: InputFile | None = arg(
        None, "JSON that scan-frames wrote, or - for stdin", also=("input",)
    )
    read_frames_meta_stdin: bool = arg(
        False, "Read that JSON from stdin, like --frames-meta -", stdin=True
    )
    frames_dir: InputDir | None = arg(
        None, "Folder of the frames, where it is not the one that the JSON names"
    )
    output_dir: OutputDir = arg(description="Folder for the pictures")
    fill_mode: Literal["blank", "solid", "basemap", "nearest"] = arg(
        "blank",
        "blank: transparent, or black where frames have no transparency; solid: one colour;"
        " basemap: a picture, cut to the frames' proportions; nearest: a copy of the frame nearest"
        " in time",
    )
    basemap: InputFile | None = arg(
        None, "Picture for basemap, or colour for solid (#1e90ff, navy; default: black)"
    )
    indicator: str | None = arg(
        None,
        "Mark filled frames in the lower right corner: watermark:TEXT, or badge:FILE for a picture",
    )
    badge: InputFile | None = arg(
        None, "Picture that marks filled frames, like --indicator badge:FILE; may be an upload"
    )
    overwrite: bool = arg(False, "Replace files in --output-dir that have the name of a picture")
    dry_run: bool = arg(False, "Write no pictures; tell which would be written")
    json_report: OutputFile | None = arg(None, "JSON to write with what was done, or - for stdout")

    def conflicts(self) -> tuple[Conflict, ...]:
        """What is wrong with the arguments as they stand together: whether, and in words."""
        has_file = self.frames_meta not in (None, "-")
        return (
            (has_file and self.read_frames_meta_stdin, "give frames_meta or stdin, not both"),
            (
                self.frames_meta is None and not self.read_frames_meta_stdin,
                "give frames_meta, or read_frames_meta_stdin",
            ),
            (self.fill_mode == "basemap" and self.basemap is None, "give the picture as basemap"),
            (
                self.fill_mode in ("blank", "nearest") and self.basemap is not None,
                "basemap is for the fill modes solid and basemap",
            ),
            (
                self.badge is not None and self.indicator is not None,
                "give either indicator or badge",
            ),
        )


PAD_MISSING = Command(
    "process",
    "pad-missing",
    PadMissingArgs,
    run="zyra.process.pad_missing:run",
    examples=(
        Example(
            "Repeat the nearest frame and say so on it",
            {
                "frames_meta": "frames.json",
                "output_dir": "filled",
                "fill_mode": "nearest",
                "indicator": "watermark:NO DATA",
            },
        ),
        Example(
            "What would be filled with grey",
            {
                "frames_meta": "frames.json",
                "output_dir": "filled",
                "fill_mode": "solid",
                "basemap": "#808080",
                "dry_run": True,
                "json_report": "-",
            },
        ),
    ),
)
