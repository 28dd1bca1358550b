"""Arguments that several commands of this stage share: what is sent, and what it may replace."""

from collections.abc import Iterator
from typing import Literal

from zyra.core.arguments import arg
from zyra.core.fitting_args import Conflict, FittingArgs
from zyra.core.kinds import InputFile

Overwrite = Literal["always", "changed", "skip", "refuse"]
STDIN = "-"


class SourceArgs(FittingArgs):
    """What is sent: a file, stdin, a folder, or several of them."""

    input: InputFile | None = arg(
        None,
        "File to send, - for stdin, or folder: then all files in it, under their names below it",
        flags=("-i",),
    )
    inputs: list[InputFile] | None = arg(
        None, "Several files and folders; the destination is a folder then", min_length=1
    )
    overwrite: Overwrite = arg(
        "always",
        "What to do where a file of that name is: replace it always, replace it if it has changed"
        " (another size, or older than the one to send), skip it, or refuse",
    )

    def conflicts(self) -> Iterator[Conflict]:
        """What is wrong with the sources."""
        yield from super().conflicts()
        yield not any(self.ways_in()), "give input or inputs"
        yield sum(self.ways_in()) > 1, "give input only once, or inputs"
        yield STDIN in (self.inputs or ()), "stdin (-) is for input, not for inputs"
        yield (
            self.reads_stdin and self.overwrite == "changed",
            "overwrite changed compares files, and stdin has no date",
        )

    @property
    def given(self) -> list[str]:
        """What is sent, as it was named; - is stdin."""
        return [*([] if self.input is None else [self.input]), *(self.inputs or ())]

    @property
    def reads_stdin(self) -> bool:
        """Whether what is sent comes from stdin."""
        return STDIN in self.given

    def ways_in(self) -> tuple[bool, ...]:
        """Which ways to name what is sent are used; one of them is needed."""
        return self.input is not None, self.inputs is not None
