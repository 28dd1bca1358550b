"""Arguments of a step that is written as the line of a shell."""

import argparse
from collections.abc import Sequence
from typing import Any, NoReturn

from zyra.core.command import Command
from zyra.core.errors import UsageError
from zyra.core.flags import add_flags


class _LineParser(argparse.ArgumentParser):
    """Reads the flags of a command, and tells what is wrong instead of ending the process."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(message, hint=f"see `{self.prog} --help`")


def args_of_line(command: Command, words: Sequence[str]) -> dict[str, Any]:
    """The arguments by their names, not yet validated.

    Args:
        command: Whose flags they are.
        words: What follows stage and command.

    Raises:
        UsageError: A flag is not known, or what it needs is not there.
    """
    parser = _LineParser(
        f"zyra {command.stage} {command.name}",
        add_help=False,
        allow_abbrev=False,
        argument_default=argparse.SUPPRESS,
    )
    add_flags(parser, command.args)
    given, unknown = parser.parse_known_args(list(words))
    if unknown:
        parser.error(f"unknown argument {unknown[0]!r}")
    return vars(given)
