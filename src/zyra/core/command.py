"""A command, declared once: its arguments and the dotted name of its work."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from zyra.core.arguments import Args
from zyra.core.kinds import URL_KINDS, Kind, kinds_of, texts_of
from zyra.core.loading import load
from zyra.core.urls import scheme_of


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
        network: Whether it talks to remote hosts whatever its arguments are, or a function
            that tells it from those that are given. One whose arguments may be URLs does not
            need this: its runs have a network when one is.
    """

    stage: str
    name: str
    args: type[Args]
    run: str
    examples: tuple[Example, ...] = field(default=())
    network: bool | Callable[[Mapping[str, Any]], bool] = False

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

    @property
    def may_connect(self) -> bool:
        """Whether some run of it talks to remote hosts."""
        return bool(self.network) or any(kind in URL_KINDS for kind in self.kinds.values())

    def connects(self, given: Mapping[str, Any]) -> bool:
        """Whether a run that is given these arguments talks to remote hosts."""
        fields = self.args.model_fields
        declared = self.network(given) if callable(self.network) else self.network
        return declared or any(
            scheme_of(text)
            for name, kind in self.kinds.items()
            if kind in URL_KINDS
            for text in texts_of(given.get(name, fields[name].default))
        )

    def load_run(self) -> Any:
        """Import and return the function that does the work."""
        return load(self.run)


CommandMap = Mapping[str, Command]


@dataclass(frozen=True)
class DeclaredCommands(CommandMap):
    """The `command_map` of a stage: each command under its name, loaded when it is asked for.

    `decode-grib2` is `DECODE_GRIB2` of the module `decode_grib2`. A command line runs one
    command; the declarations of all others of its stage would take longer than some commands.

    Attributes:
        package: Dotted name of the package of the declarations.
        names: Every command there is, in the order of help.
    """

    package: str
    names: tuple[str, ...]
    _loaded: dict[str, Command] = field(default_factory=dict, repr=False, compare=False)

    def __getitem__(self, name: str) -> Command:
        """The declaration of `name`, always the same object."""
        if name not in self.names:
            raise KeyError(name)
        if name not in self._loaded:
            module = name.replace("-", "_")
            self._loaded[name] = load(f"{self.package}.{module}:{module.upper()}")
        return self._loaded[name]

    def __iter__(self) -> Iterator[str]:
        """The names, in the order of help."""
        return iter(self.names)

    def __len__(self) -> int:
        """How many there are."""
        return len(self.names)


def commands_by_name(*commands: Command) -> CommandMap:
    """A `command_map` of commands that are there already."""
    return {command.name: command for command in commands}
