"""Declaration of `process enrich-metadata`."""

from zyra.core.arguments import arg
from zyra.core.command import Command, Example
from zyra.core.fitting_args import Conflict, FittingArgs
from zyra.core.kinds import InputFile, OutputFile


class EnrichMetadataArgs(FittingArgs):
    """Add dataset id, Vimeo video and time of update to the metadata of frames.

    Takes the JSON that scan-frames wrote and writes it again with dataset_id, vimeo_uri and
    updated_at (now, UTC); everything else stays as it is. update-dataset-json reads the result.
    """

    frames_meta: InputFile | None = arg(
        None, "JSON that scan-frames wrote, or - for stdin", also=("input",)
    )
    read_frames_meta_stdin: bool = arg(
        False, "Read that JSON from stdin, like --frames-meta -", stdin=True
    )
    dataset_id: str | None = arg(None, "Name of the dataset, such as INTERNAL_SOS_DROUGHT_RT")
    vimeo_uri: str | None = arg(
        None, "Video that shows the frames, such as /videos/900195230 or its address"
    )
    read_vimeo_uri: bool = arg(False, "Read the video's URI from stdin, its first line", stdin=True)
    output: OutputFile = arg("-", "JSON to write, or - for stdout", flags=("-o",))

    def conflicts(self) -> tuple[Conflict, ...]:
        """What is wrong with the arguments as they stand together: whether, and in words."""
        has_file = self.frames_meta not in (None, "-")
        return (
            (has_file and self.read_frames_meta_stdin, "give frames_meta or stdin, not both"),
            (
                self.frames_meta is None and not self.read_frames_meta_stdin,
                "give frames_meta, or read_frames_meta_stdin",
            ),
            (
                self.vimeo_uri is not None and self.read_vimeo_uri,
                "give either vimeo_uri or read_vimeo_uri",
            ),
            (
                not has_file and self.read_vimeo_uri,
                "stdin cannot be both the metadata and the video's URI",
            ),
        )


ENRICH_METADATA = Command(
    "process",
    "enrich-metadata",
    EnrichMetadataArgs,
    run="zyra.process.enrich_metadata:run",
    examples=(
        Example(
            "Say which dataset and video the frames belong to",
            {
                "frames_meta": "frames.json",
                "dataset_id": "INTERNAL_SOS_DROUGHT_RT",
                "vimeo_uri": "/videos/900195230",
                "output": "enriched.json",
            },
        ),
    ),
)
