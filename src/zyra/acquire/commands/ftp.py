"""Declaration of `acquire ftp`."""

from typing import Annotated

from pydantic import BeforeValidator

from zyra.acquire.source_args import SourceArgs
from zyra.core.arguments import arg
from zyra.core.command import Command, Example
from zyra.core.fitting_args import Conflict
from zyra.core.kinds import SourceUrl
from zyra.core.login_args import LoginArgs, with_ftp_scheme
from zyra.core.urls import scheme_of

FtpUrl = Annotated[SourceUrl, BeforeValidator(with_ftp_scheme)]
FtpUrls = list[FtpUrl]


class FtpArgs(SourceArgs, LoginArgs):
    """Fetch files over FTP, FTPS or SFTP, or list a folder.

    One file goes to --output. With --output-dir or --sync-dir, a path that ends in a slash, or
    --pattern and dates, mean the files of that folder; --recursive those of its folders, too.
    ftp://host/a/b is relative to the folder that the login leads to; ftp://host//a/b is absolute.
    A transfer that breaks off is resumed; a file appears only when it is complete.

    Without a user the login is anonymous. Name and password come from the URL, --user and
    --password, --credential, or ~/.netrc. ftps:// encrypts all; its certificate has to be valid.
    sftp:// takes a password or a key, and the host has to be in ~/.ssh/known_hosts or to show
    the --host-key.
    """

    path: FtpUrl | None = arg(
        None,
        "ftp://, ftps:// or sftp:// URL of a file or folder; host/path means ftp",
        positional=True,
        also=("input", "url"),
    )
    inputs: FtpUrls | None = arg(None, "Several URLs to fetch")
    recursive: bool = arg(False, "Look into the folders of the folder, too")
    max_depth: int = arg(3, "How many folders deep recursive looks", ge=1, le=20)

    def conflicts(self) -> tuple[Conflict, ...]:
        """What is wrong with the arguments as they stand together: whether, and in words."""
        sources = [url for url in (self.path, *(self.inputs or ())) if url is not None]
        is_ssh = self.manifest is not None or any(scheme_of(url) == "sftp" for url in sources)
        return (
            *self.login_conflicts(is_ssh=is_ssh),
            (self.recursive and self.has_several, "recursive is for path only"),
            (
                self.max_depth != 3 and not self.recursive,
                "max_depth is for recursive",
            ),
            *self.source_conflicts("path", given=self.path is not None),
        )


FTP = Command(
    "acquire",
    "ftp",
    FtpArgs,
    run="zyra.acquire.ftp:run",
    examples=(
        Example(
            "One file",
            {"path": "ftp://ftp.ncep.noaa.gov/pub/README", "output": "README"},
        ),
        Example(
            "A folder of frames kept up to date, the last week of it",
            {
                "path": "ftp://public.sos.noaa.gov/rt/sst/nesdis/sst/4096/",
                "pattern": r"\.png$",
                "since_period": "P7D",
                "sync_dir": "frames",
            },
        ),
        Example(
            "What an SFTP server has, with the password from a variable",
            {
                "path": "sftp://me@archive.example.org/data/",
                "password": "$ARCHIVE_PASSWORD",
                "host_key": "SHA256:uNiVztksCsDhcc0u9e8BrrQXVUpKZIDTMczCvj3tD2s",
                "list": True,
            },
        ),
    ),
    network=True,
)
