"""Help that teaches: what a command does, its options, and lines that run as they stand."""

import argparse
import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from zyra.core.command import Command


class CommandHelp(argparse.RawDescriptionHelpFormatter):
    """Keeps the paragraphs of descriptions and examples as they are written."""


def examples_text(command: Command) -> str | None:
    """The examples of a declaration as lines for a shell; None when it has none."""
    if not command.examples:
        return None
    lines = [
        f"  # {example.title}\n  {command_line(command, example.args)}"
        for example in command.examples
    ]
    return "examples:\n" + "\n\n".join(lines)


def command_line(command: Command, args: Mapping[str, Any]) -> str:
    """The line for a shell that gives the command these arguments."""
    places = [name for name in command.args.model_fields if command.args.form_of(name).positional]
    words = [str(args[name]) for name in places if name in args]
    for name, value in args.items():
        if name not in places:
            words += _flag_words(f"--{name.replace('_', '-')}", value)
    return shlex.join(["zyra", command.stage, command.name, *words])


def _flag_words(flag: str, value: Any) -> Iterator[str]:
    if value is False:
        return
    yield flag
    if isinstance(value, (list, tuple)):
        yield from map(str, value)
    elif value is not True:
        yield str(value)
