"""Write the line for a shell that runs a command, and the one that would have worked."""

import json
import shlex
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from zyra.core.arguments import Args
from zyra.core.command import Command
from zyra.core.errors import SelectionError, ZyraError
from zyra.core.kinds import Kind, kinds_of

Correct = Callable[[Command, Args, ZyraError], str]


def command_line(command: Command, args: Mapping[str, Any]) -> str:
    """The line for a shell that gives the command these arguments."""
    return shlex.join(command_words(command, args))


def command_words(command: Command, args: Mapping[str, Any]) -> list[str]:
    """The words of the command line that gives the command these arguments."""
    places = [name for name in command.args.model_fields if command.args.form_of(name).positional]
    words = [str(args[name]) for name in places if name in args]
    for name, value in args.items():
        if name not in places:
            words += _flag_words(f"--{name.replace('_', '-')}", value)
    return ["zyra", command.stage, command.name, *words]


def corrected_line(command: Command, args: Args, error: ZyraError) -> str:
    """A line to copy that selects what there is, after the error of a run that did not.

    Returns:
        Empty where the error knows no better arguments.
    """
    changes = _changes(command, error)
    if not changes:
        return ""
    kinds = kinds_of(command.args)
    given = {
        name: "***" if kinds.get(name) is Kind.SECRET else value
        for name, value in args.model_dump(mode="json", exclude_unset=True).items()
        if value is not None
    }
    return f"\n  try: {command_line(command, given | changes)}"


def corrected_args(command: Command, args: Args, error: ZyraError) -> str:  # noqa: ARG001
    """The same for callers by HTTP: the arguments to change, as JSON.

    The others are not repeated: within a run they name files by other names than the caller's.
    """
    changes = _changes(command, error)
    return f"\n  try with args: {json.dumps(changes)}" if changes else ""


def _changes(command: Command, error: ZyraError) -> dict[str, Any]:
    """Arguments that make the selection right, under the names that the command has for them."""
    if not isinstance(error, SelectionError):
        return {}
    names = command.args.names()
    if not all(name in names for name in error.correction):
        return {}
    return {names[name]: value for name, value in error.correction.items()}


def _flag_words(flag: str, value: Any) -> Iterator[str]:
    if value is False:
        return
    yield flag
    if isinstance(value, (list, tuple)):
        yield from map(str, value)
    elif value is not True:
        yield str(value)
