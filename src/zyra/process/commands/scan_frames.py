"""Declaration of `process scan-frames` and of its older name, `process metadata`."""

from zyra.core.arguments import Args, arg
from zyra.core.command import Command, Example
from zyra.core.kinds import InputDir, OutputFile


class ScanFramesArgs(Args):
    """Describe the frames in a folder as JSON: times, sizes, gaps, duplicates.

    The time of a frame is the date in its file name. Frames are due each --period-seconds from
    the first to the last; those that are not there are listed as missing, for pad-missing to
    fill. Without --period-seconds the period is what the distances between the frames say, if
    they are even but for gaps. Times are UTC.

    Files that begin with a dot are passed over. Pictures without a date are listed apart.
    """

    frames_dir: InputDir = arg(description="Folder of the frames", also=("input",))
    pattern: str | None = arg(
        None,
        "Regular expression that names have to contain; a date in a group of it goes before others"
        r", such as 'weekly_(\d{8})\.png'; default: every picture",
    )
    datetime_format: str | None = arg(
        None,
        "How names write their date, such as %Y%m%d%H%M or YYYYMMDD; default: the usual forms",
    )
    period_seconds: int | None = arg(
        None,
        "Seconds from one frame to the next; default: inferred where they are even",
        ge=1,
        le=10**9,
    )
    output: OutputFile = arg("-", "JSON to write, or - for stdout", flags=("-o",))


SCAN_FRAMES = Command(
    "process",
    "scan-frames",
    ScanFramesArgs,
    run="zyra.process.scan_frames:run",
    examples=(
        Example(
            "Which of the hourly frames are missing",
            {"frames_dir": "frames", "period_seconds": 3600, "output": "frames.json"},
        ),
        Example(
            "Weekly pictures of one name among others",
            {
                "frames_dir": "frames",
                "pattern": r"^map_\d{10}\.png$",
                "datetime_format": "%Y%m%d%H",
                "output": "frames.json",
            },
        ),
    ),
)
