"""Declaration of `acquire ftp`."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from zyra.acquire.source_args import SourceArgs
from zyra.core.arguments import arg
from zyra.core.command import Command, Example
from zyra.core.kinds import InputFile, Secret, SourceUrl
from zyra.core.urls import scheme_of


def _with_scheme(text: object) -> object:
    """A URL for a path as it may be written, `host/folder/file`."""
    if not isinstance(text, str) or not text or scheme_of(text) or text.startswith("/"):
        return text
    return f"ftp://{text}"


FtpUrl = Annotated[SourceUrl, BeforeValidator(_with_scheme)]
FtpUrls = list[FtpUrl]


class FtpArgs(SourceArgs):
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
    user: str | None = arg(None, "User name")
    password: Secret | None = arg(None, "Password, $VARIABLE or @KEY")
    credential: list[Secret] | None = arg(
        None,
        "SLOT=SECRET, SLOT=$VARIABLE or SLOT=@KEY; slots: user, password, passphrase",
        repeat=True,
    )
    credential_file: InputFile | None = arg(None, "File of KEY=VALUE lines that @KEY looks in")
    private_key: InputFile | None = arg(None, "SFTP: file with the SSH key to log in with")
    host_key: Annotated[str, Field(pattern=r"^SHA256:[A-Za-z0-9+/]{43}=?$")] | None = arg(
        None, "SFTP: fingerprint of the server's key, SHA256:..., as ssh-keygen -l prints it"
    )

    def conflicts(self) -> tuple[tuple[bool, str], ...]:
        """What is wrong with the arguments as they stand together: whether, and in words."""
        secrets = [*(self.credential or ()), *((f"={self.password}",) if self.password else ())]
        sources = [url for url in (self.path, *(self.inputs or ())) if url is not None]
        is_ssh = self.manifest is not None or any(scheme_of(url) == "sftp" for url in sources)
        return (
            (
                self.credential_file is not None and not any("=@" in text for text in secrets),
                "credential_file is for a password or credentials that name an @KEY",
            ),
            (
                (self.private_key or self.host_key) is not None and not is_ssh,
                "private_key and host_key are for sftp:// sources",
            ),
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
