"""Declaration of `acquire thredds`."""

from zyra.acquire.fetch_args import FetchArgs
from zyra.core.arguments import arg
from zyra.core.command import Command, Example
from zyra.core.credential_args import CredentialArgs
from zyra.core.fitting_args import Conflict
from zyra.core.kinds import OutputFile, SourceUrl


class ThreddsArgs(FetchArgs, CredentialArgs):
    """Fetch files from a THREDDS catalog, or list it.

    The files are those of the catalog, and with --recursive those of the catalogs it refers to,
    that a plain HTTP service (fileServer) gives. --pattern and dates choose among them. They go to
    --output-dir or --sync-dir, in folders as the catalogs are; a single one may go to --output.
    --sync-dir fetches only what is new or has changed since the last time.

    The address may be that of the page for people, catalog.html.
    """

    catalog_url: SourceUrl = arg(
        description="Address of the catalog, .../catalog.xml",
        positional=True,
        also=("input", "url"),
    )
    output: OutputFile = arg("-", "File to write when one file is chosen, or -", flags=("-o",))
    list: bool = arg(False, "Print the URLs of files and catalogs instead of fetching")
    recursive: bool = arg(False, "Look into the catalogs that the catalog refers to, too")
    max_depth: int = arg(3, "How many catalogs deep recursive looks", ge=1, le=20)

    def conflicts(self) -> tuple[Conflict, ...]:
        """What is wrong with the arguments as they stand together: whether, and in words."""
        into_folder = self.folder is not None
        return (
            *self.fetch_conflicts(),
            *self.credential_conflicts(),
            (self.list and into_folder, "list writes to output, not into a folder"),
            (into_folder and self.output != "-", "give either output or a folder"),
            (self.parallel is not None and not into_folder, "parallel is for a folder"),
            (
                self.max_depth != 3 and not self.recursive,
                "max_depth is for recursive",
            ),
        )


THREDDS = Command(
    "acquire",
    "thredds",
    ThreddsArgs,
    run="zyra.acquire.thredds:run",
    examples=(
        Example(
            "What a catalog and those below it have",
            {
                "catalog_url": "https://psl.noaa.gov/thredds/catalog/Datasets/catalog.xml",
                "recursive": True,
                "pattern": r"air\.mon\.mean\.nc$",
                "list": True,
            },
        ),
        Example(
            "The files of one catalog kept up to date in a folder",
            {
                "catalog_url": "https://psl.noaa.gov/thredds/catalog/Datasets/noaa.oisst.v2/"
                "catalog.html",
                "sync_dir": "sst",
            },
        ),
    ),
    network=True,
)
