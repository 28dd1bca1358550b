"""Declaration of `disseminate ftp`."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import BeforeValidator

from zyra.core.arguments import arg
from zyra.core.command import Command, Example
from zyra.core.fitting_args import Conflict
from zyra.core.kinds import TargetUrl
from zyra.core.login_args import LoginArgs, with_ftp_scheme
from zyra.disseminate.commands.sending_args import SourceArgs

FtpUrl = Annotated[TargetUrl, BeforeValidator(with_ftp_scheme)]


class FtpArgs(SourceArgs, LoginArgs):
    """Upload files, folders or stdin to a server by FTP, FTPS or SFTP.

    The URL's scheme says which: ftp://, ftps:// (encrypted by TLS) or sftp:// (over SSH); a
    path without one is FTP. A file takes its name when all of it has arrived. An upload that
    breaks off goes on where it stopped, also when the command is run again. A folder is sent
    with the folders in it. Without --user, the URL's user counts, then ~/.netrc; sftp:// also
    uses the keys in ~/.ssh.
    """

    path: FtpUrl = arg(
        description="Where to, such as ftp://host/incoming/map.png; a folder if it ends in a slash",
        positional=True,
        also=("url", "output"),
    )
    make_dirs: bool = arg(False, "Make the folders of the path that are not there")

    def conflicts(self) -> Iterator[Conflict]:
        """What is wrong with source, destination and login."""
        yield from super().conflicts()
        yield from self.login_conflicts(is_ssh=self.path.lower().startswith("sftp://"))


FTP = Command(
    "disseminate",
    "ftp",
    FtpArgs,
    run="zyra.disseminate.ftp:run",
    examples=(
        Example(
            "A map, with the password from the environment",
            {
                "input": "map.png",
                "path": "ftps://ftp.example.com/incoming/map.png",
                "user": "weather",
                "password": "$FTP_PASSWORD",
            },
        ),
        Example(
            "A folder of frames over SFTP, only what has changed",
            {
                "input": "frames",
                "path": "sftp://weather@sftp.example.com/data/frames/",
                "overwrite": "changed",
                "make_dirs": True,
            },
        ),
    ),
    network=True,
)
