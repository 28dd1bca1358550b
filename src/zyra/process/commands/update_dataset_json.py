"""Declaration of `process update-dataset-json`."""

from zyra.core.arguments import arg
from zyra.core.command import Command, Example
from zyra.core.fitting_args import Conflict, FittingArgs
from zyra.core.kinds import InputFile, OutputFile, SourceUrl


class UpdateDatasetJsonArgs(FittingArgs):
    """Set start, end and video of one dataset in a dataset.json, as SOS Explorer reads it.

    The document is a list of datasets, an object with such a list under "datasets", or a single
    dataset. startTime and endTime come from --start and --end, or from the metadata that
    scan-frames and enrich-metadata write; dataLink becomes the page of the Vimeo video. Every
    other character of the document stays as it is.
    """

    input_url: SourceUrl | None = arg(None, "URL of the document")
    input_file: InputFile | None = arg(None, "The document, or - for stdin", also=("input",))
    dataset_id: str = arg(description="The id of the dataset to update")
    meta: InputFile | None = arg(
        None, "JSON with start_datetime, end_datetime and vimeo_uri, or - for stdin"
    )
    read_meta_stdin: bool = arg(
        False, "Read that JSON from stdin; --meta goes before it", stdin=True
    )
    start: str | None = arg(None, "Start instead of that of the metadata, such as 2024-08-01")
    end: str | None = arg(None, "End instead of that of the metadata")
    vimeo_uri: str | None = arg(
        None, "Video instead of that of the metadata, such as /videos/900195230 or its address"
    )
    set_data_link: bool = arg(True, "Set dataLink to the page of the video")
    output: OutputFile = arg("-", "JSON to write, or - for stdout", flags=("-o",))

    def conflicts(self) -> tuple[Conflict, ...]:
        """What is wrong with the arguments as they stand together: whether, and in words."""
        sources = (self.meta, self.start, self.end, self.vimeo_uri)
        from_stdin = (self.input_file == "-", self.meta == "-", self.read_meta_stdin)
        return (
            (
                (self.input_url is None) == (self.input_file is None),
                "give either input_url or input_file",
            ),
            (sum(from_stdin) > 1, "stdin can be read as one document only"),
            (
                all(source is None for source in sources) and not self.read_meta_stdin,
                "give meta, read_meta_stdin, start, end or vimeo_uri",
            ),
            (
                self.vimeo_uri is not None and not self.set_data_link,
                "vimeo_uri has no effect without set_data_link",
            ),
        )


UPDATE_DATASET_JSON = Command(
    "process",
    "update-dataset-json",
    UpdateDatasetJsonArgs,
    run="zyra.process.update_dataset_json:run",
    examples=(
        Example(
            "The times that the frames have, and their video",
            {
                "input_file": "dataset.json",
                "dataset_id": "INTERNAL_SOS_DROUGHT_RT",
                "meta": "frames.json",
                "vimeo_uri": "/videos/900195230",
                "output": "updated.json",
            },
        ),
        Example(
            "A new end in a document on the web, to stdout",
            {
                "input_url": "https://example.org/dataset.json",
                "dataset_id": "INTERNAL_SOS_DROUGHT_RT",
                "end": "2024-08-01",
            },
        ),
    ),
)
