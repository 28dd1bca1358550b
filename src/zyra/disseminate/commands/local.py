"""Declaration of `disseminate local`."""

from zyra.core.arguments import Args, arg
from zyra.core.command import Command, Example
from zyra.core.kinds import InputFile, OutputFile


class LocalArgs(Args):
    """Copy a file, or stdin, to a local path.

    Into a folder (one that exists, or a path that ends in a slash) the copy goes under the
    source's name. It appears only when it is complete, and replaces a file of that name.
    """

    input: InputFile = arg(description="File to copy, or - for stdin", flags=("-i",))
    path: OutputFile = arg(
        description="Where the copy goes: file, folder, or - for stdout",
        positional=True,
        also=("output",),
    )


LOCAL = Command(
    "disseminate",
    "local",
    LocalArgs,
    run="zyra.disseminate.local:run",
    examples=(Example("Keep a copy", {"input": "map.png", "path": "public/latest.png"}),),
)
