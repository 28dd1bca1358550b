"""Declaration of `disseminate local`."""

from collections.abc import Iterator

from zyra.core.arguments import arg
from zyra.core.command import Command, Example
from zyra.core.fitting_args import Conflict
from zyra.core.kinds import OutputFile
from zyra.disseminate.commands.sending_args import SourceArgs


class LocalArgs(SourceArgs):
    """Copy files, folders or stdin to a local path.

    Into a folder (one that exists, or a path that ends in a slash) a copy goes under the
    source's name. A folder is copied with all that is in it: its files get their names below
    the path. Each copy appears only when it is complete. --overwrite changed brings a folder
    up to date by copying only what is new.
    """

    path: OutputFile = arg(
        description="Where the copy goes: file, folder, or - for stdout",
        positional=True,
        also=("output",),
    )
    permissions: str | None = arg(
        None,
        "Permissions of the copies in octal, such as 644; default: what the umask gives a file",
        pattern="^[0-7]{3}$",
    )
    preserve: bool = arg(
        False, "Give the copies the permissions and the time of change of their sources"
    )

    def conflicts(self) -> Iterator[Conflict]:
        """What is wrong with the copies."""
        yield from super().conflicts()
        marked = self.permissions is not None or self.preserve
        yield self.path == "-" and marked, "stdout has no permissions and no time of change"
        yield self.path == "-" and self.inputs is not None, "stdout takes one input"
        yield self.path == "-" and self.overwrite != "always", "overwrite is for files"
        yield self.preserve and self.reads_stdin, "stdin has nothing to preserve"
        yield (
            self.preserve and self.permissions is not None,
            "give either permissions or preserve",
        )


LOCAL = Command(
    "disseminate",
    "local",
    LocalArgs,
    run="zyra.disseminate.local:run",
    examples=(
        Example("Keep a copy", {"input": "map.png", "path": "public/latest.png"}),
        Example(
            "Bring a folder on a web server up to date",
            {
                "input": "frames",
                "path": "public/frames",
                "overwrite": "changed",
                "preserve": True,
            },
        ),
    ),
)
