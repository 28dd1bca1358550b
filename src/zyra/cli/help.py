"""Help that teaches: what a command does, its options, and lines that run as they stand."""

import argparse

from zyra.core.command import Command
from zyra.core.command_line import command_line


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
