"""A command, declared once: its arguments and the dotted name of its work."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from zyra.core.arguments import Args
from zyra.core.kinds import Kind, kinds_of
from zyra.core.loading import load


@dataclass(frozen=True)
class Example:
    """A use of the command that runs as it stands on the sample data."""

    title: str
    args: Mapping[str, Any]


@dataclass(frozen=True)
class Command:
    """What the faces know of a command.

    Attributes:
        stage: Name of its stage.
        name: Name on the command line and in URLs, such as `decode-grib2`.
        args: Model of its arguments; the docstring's first line is the summary.
        run: Dotted name `module:function` of `run(args, job)`; loaded when it is run.
        examples: Uses that are shown in help and documentation.
        network: Whether it talks to remote hosts.
    """

    stage: str
    name: str
    args: type[Args]
    run: str
    examples: tuple[Example, ...] = field(default=())
    network: bool = False

    @property
    def summary(self) -> str:
        """First line of the declaration's docstring."""
        return self.description.partition("\n")[0]

    @property
    def description(self) -> str:
        """The declaration's docstring without its indentation."""
        lines = (self.args.__doc__ or "").strip().splitlines()
        return "\n".join(line.strip() for line in lines)

    @cached_property
    def kinds(self) -> Mapping[str, Kind]:
        """Kind of each argument that has one; found once, as each request asks for it."""
        return kinds_of(self.args)

    def load_run(self) -> Any:
        """Import and return the function that does the work."""
        return load(self.run)


CommandMap = Mapping[str, Command]


def commands_by_name(*commands: Command) -> CommandMap:
    """The `command_map` of a stage: its commands under their names."""
    return {command.name: command for command in commands}
