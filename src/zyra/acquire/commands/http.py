"""Declaration of `acquire http`."""

from typing import Self

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from zyra.acquire.listing_args import ListingArgs
from zyra.core.arguments import arg
from zyra.core.command import Command, Example
from zyra.core.credential_args import CredentialArgs
from zyra.core.kinds import InputFile, OutputDir, OutputFile, SourceUrl

# Named here because the argument `list` hides the type's own name within the class.
SourceUrls = list[SourceUrl]


class HttpArgs(CredentialArgs, ListingArgs):
    """Fetch files over HTTP(S), or list a directory page.

    One URL goes to --output. Several (--inputs, --manifest), or the files of a directory page
    chosen by --pattern and dates, go to --output-dir under their own names; a file of that name is
    replaced. A transfer that breaks off is resumed; a file appears only when it is complete.
    """

    url: SourceUrl | None = arg(
        None, "File to fetch, or directory page", positional=True, also=("input",)
    )
    output: OutputFile = arg("-", "File to write, or - for stdout", flags=("-o",))
    list: bool = arg(False, "Print the links of the directory page instead of fetching files")
    inputs: SourceUrls | None = arg(None, "Several URLs to fetch")
    manifest: InputFile | None = arg(
        None, "File that lists URLs to fetch, one per line; empty lines and # comments are skipped"
    )
    output_dir: OutputDir | None = arg(None, "Folder for the fetched files")

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        for wrong, message in self._conflicts():
            if wrong:
                raise PydanticCustomError("arguments_conflict", message)
        return self

    def _conflicts(self) -> tuple[tuple[bool, str], ...]:
        several = self.inputs is not None or self.manifest is not None
        return (
            (self.url is None and not several, "give url, inputs or manifest"),
            (self.url is None and self.list, "list needs the url of a directory page"),
            (self.list and several, "list is for one url"),
            (self.list and self.output_dir is not None, "list writes to output, not output_dir"),
            (several and self.output_dir is None, "output_dir is missing"),
            (
                self.output_dir is not None and self.output != "-",
                "give either output or output_dir",
            ),
            (
                self.has_filters and (several or not (self.list or self.output_dir)),
                "pattern and dates choose from a directory page: give url with list or output_dir",
            ),
            *self.filter_conflicts(),
            *self.credential_conflicts(),
        )


HTTP = Command(
    "acquire",
    "http",
    HttpArgs,
    run="zyra.acquire.http:run",
    examples=(
        Example(
            "One file",
            {
                "url": "https://noaa-gfs-bdp-pds.s3.amazonaws.com/index.html",
                "output": "index.html",
            },
        ),
        Example(
            "The radar mosaics of the last hour from a directory page",
            {
                "url": "https://mrms.ncep.noaa.gov/2D/MergedReflectivityQCComposite/",
                "pattern": r"\.grib2\.gz$",
                "since_period": "PT1H",
                "output_dir": "radar",
            },
        ),
    ),
    network=True,
)
