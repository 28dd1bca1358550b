"""Declaration of `acquire http`."""

from zyra.acquire.source_args import SourceArgs
from zyra.core.arguments import arg
from zyra.core.command import Command, Example
from zyra.core.credential_args import CredentialArgs
from zyra.core.fitting_args import Conflict
from zyra.core.kinds import SourceUrl


class HttpArgs(SourceArgs, CredentialArgs):
    """Fetch files over HTTP(S), or list a directory page.

    One URL goes to --output. Several (--inputs, --manifest), or the files of a directory page
    chosen by --pattern and dates, go to --output-dir under their own names; a file of that name is
    replaced. --sync-dir fetches only what is new or has changed since the last time. A transfer
    that breaks off is resumed; a file appears only when it is complete.

    Without --auth, name and password of ~/.netrc are used for the hosts that are named.
    """

    url: SourceUrl | None = arg(
        None, "File to fetch, or directory page", positional=True, also=("input",)
    )

    def conflicts(self) -> tuple[Conflict, ...]:
        """What is wrong with the arguments as they stand together: whether, and in words."""
        return (
            *self.source_conflicts("url", given=self.url is not None),
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
        Example(
            "The same folder kept up to date, with a list of what is in it",
            {
                "url": "https://mrms.ncep.noaa.gov/2D/MergedReflectivityQCComposite/",
                "pattern": r"\.grib2\.gz$",
                "since_period": "PT6H",
                "sync_dir": "radar",
                "write_manifest": "radar.json",
            },
        ),
    ),
    network=True,
)
