"""Run one command of one stage in this process, from the words of the command line."""

import argparse
import signal
import sys
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from zyra.cli.head_start import head_start
from zyra.cli.help import CommandHelp, examples_text
from zyra.cli.progress import reporter
from zyra.cli.unknown import unknown_command, unknown_words
from zyra.core.arguments import Args
from zyra.core.command import Command, CommandMap
from zyra.core.environment import cloud_variables
from zyra.core.exit_codes import FAILED, WRONG_INPUT
from zyra.core.flags import add_flags, flag_of
from zyra.core.loading import load
from zyra.core.network import NetworkPolicy
from zyra.core.running import run_to_exit_code
from zyra.core.stream_job import job_on_standard_streams


def main(stage: str, arguments: list[str]) -> int:
    """Parse `arguments`, run the command, return its exit code."""
    # Only this stage's declarations: loading all four takes longer than some commands.
    commands: CommandMap = load(f"zyra.{stage}:command_map")
    if not arguments:
        stage_parser(stage, commands).print_help(sys.stderr)
        return WRONG_INPUT
    wanted = arguments[0]
    if not wanted.startswith("-") and wanted not in commands:
        sys.stderr.write(unknown_command(stage, wanted, commands))
        return WRONG_INPUT
    words, unknown = stage_parser(stage, commands, wanted).parse_known_args(arguments)
    given = vars(words)
    command = commands[given.pop("command")]
    if unknown:
        sys.stderr.write(unknown_words(command, unknown))
        return WRONG_INPUT
    try:
        with head_start(command, given):
            args = command.args.model_validate(given)
    except ValidationError as error:
        sys.stderr.write(_explain(command, error))
        return WRONG_INPUT
    return run_here(command, args)


def stage_parser(stage: str, commands: CommandMap, wanted: str = "") -> argparse.ArgumentParser:
    """The parser of a stage: of the wanted command alone, else of all without their flags.

    Loading the declarations of all takes longer than some commands.
    """
    parser = argparse.ArgumentParser(prog=f"zyra {stage}", allow_abbrev=False)
    subparsers = parser.add_subparsers(
        dest="command", required=True, metavar="COMMAND", title="commands"
    )
    shown = [commands[wanted]] if wanted in commands else commands.values()
    for command in shown:
        subparser = subparsers.add_parser(
            command.name,
            help=command.summary,
            description=command.description,
            epilog=examples_text(command),
            formatter_class=CommandHelp,
            allow_abbrev=False,
            argument_default=argparse.SUPPRESS,
        )
        if command.name == wanted:
            add_flags(subparser, command.args)
    return parser


def run_here(
    command: Command, args: Args, *, is_alone: bool = True, reader_left: int = FAILED
) -> int:
    """Run a command in this process; return its exit code.

    Args:
        command: What to run.
        args: Its arguments.
        is_alone: Whether the terminal is its own, to draw its progress on.
        reader_left: Exit code when nobody reads stdout any more.
    """
    # A person at their own machine reaches whatever that machine reaches.
    network = NetworkPolicy(unrestricted=True)
    # Ended politely it clears up its temporary files, as after an interrupt.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with reporter(sys.stderr, quiet=args.quiet or not is_alone) as report:
        try:
            job = job_on_standard_streams(args, network, report, cloud_variables())
            return run_to_exit_code(command, args, job, reader_left=reader_left)
        except MemoryError:
            return FAILED


def _explain(command: Command, error: ValidationError) -> str:
    lines = [_explain_one(command, problem) for problem in error.errors(include_url=False)]
    advice = f"  hint: see `zyra {command.stage} {command.name} --help`\n"
    return "".join(f"zyra: error: {line}\n" for line in lines) + advice


def _explain_one(command: Command, problem: Mapping[str, Any]) -> str:
    if not problem["loc"]:
        return str(problem["msg"])
    name = str(problem["loc"][0])
    known = name in command.args.model_fields
    return f"{flag_of(command.args, name) if known else name}: {problem['msg']}"
