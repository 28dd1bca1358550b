"""`zyra run FILE`: run a pipeline on this machine, as its commands would run by themselves."""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from zyra.cli.forked_step import LocalStep
from zyra.cli.local_steps import run_steps
from zyra.cli.run_flags import EXPORT_CRON, QUIET, parser
from zyra.cli.triggers import cron_lines, told_triggers
from zyra.core.command_line import command_line, command_words
from zyra.core.environment import look_up
from zyra.core.errors import InputNotFound
from zyra.core.exit_codes import DONE, WRONG_INPUT
from zyra.jobs.pipelines.documents import read_document
from zyra.jobs.pipelines.flow import Stdin
from zyra.jobs.pipelines.linking import LinkedStep
from zyra.jobs.pipelines.ordering import placed_steps
from zyra.jobs.pipelines.reading import Surroundings, linked_steps
from zyra.jobs.pipelines.spec import PipelineOrder, parse_order
from zyra.jobs.pipelines.steps import with_args
from zyra.jobs.requests import Problem, RequestRefused
from zyra.jobs.resolving import masked
from zyra.jobs.validation import validate_args
from zyra.registry import CLI_REGISTRY

STDIN = "-"
TOLD = ("verbose", "quiet", "trace")


def main(arguments: list[str]) -> int:
    """Run the pipeline of the file that `arguments` name; return the exit code.

    Raises:
        InputNotFound: There is no such file.
        DataError: It holds no YAML or JSON.
        UsageError: Its times are asked for, and it has none or cannot be started by cron.
    """
    options = parser().parse_args(arguments)
    try:
        order = _order(options)
    except RequestRefused as error:
        sys.stderr.write("".join(map(_told, error.problems)))
        return WRONG_INPUT
    problems: list[Problem] = []
    steps = _steps(order, options, problems)
    if problems:
        sys.stderr.write("".join(_named(problem, order) for problem in problems))
        return WRONG_INPUT
    if options.export_cron:
        sys.stdout.write(cron_lines(order.on, options.file, _of_cron(arguments, options)))
        return DONE
    if options.dry_run or options.print_argv:
        shown = _as_json(steps) if options.print_argv_format == "json" else _as_lines(steps)
        (sys.stdout if options.dry_run else sys.stderr).write(shown)
    return DONE if options.dry_run else _run(order, steps, options)


def _of_cron(arguments: Sequence[str], options: argparse.Namespace) -> list[str]:
    """The arguments with which cron does the same; it mails whatever is told."""
    kept = [word for word in arguments if word not in (EXPORT_CRON, QUIET)]
    return kept if options.verbose or options.trace else [QUIET, *kept]


def _run(order: PipelineOrder, steps: Sequence[LocalStep], options: argparse.Namespace) -> int:
    if order.on is not None and not options.quiet and (told := told_triggers(order.on)):
        sys.stderr.write(f"zyra run: {told}\n")
    go_on = options.continue_on_error or order.continue_on_error
    return run_steps(steps, continue_on_error=go_on, verbose=options.verbose)


def _steps(
    order: PipelineOrder, options: argparse.Namespace, problems: list[Problem]
) -> list[LocalStep]:
    """The steps that are to be run and whose arguments are right."""
    around = Surroundings(
        CLI_REGISTRY,
        look_up,
        lambda name: Path(name).exists(),
        has_stdin=options.file != STDIN,
        strict=options.strict_env,
    )
    found = (_local(linked, options, problems) for linked in linked_steps(order, around, problems))
    return [step for step in found if step is not None]


def _order(options: argparse.Namespace) -> PipelineOrder:
    given = read_document(_content(options.file), options.file)
    chosen = {"start": options.start, "end": options.end, "only": options.only}
    changes = dict(options.set)
    return parse_order(
        given | {name: value for name, value in chosen.items() if value} | {"set": changes}
    )


def _content(file: str) -> bytes:
    if file == STDIN:
        return sys.stdin.buffer.read()
    try:
        return Path(file).read_bytes()
    except OSError as error:
        raise InputNotFound(f"cannot read {file}: {error.strerror}") from error


def _local(
    linked: LinkedStep, options: argparse.Namespace, problems: list[Problem]
) -> LocalStep | None:
    wished = {name: True for name in TOLD if getattr(options, name)}
    step = with_args(linked.step, {**wished, **linked.step.args})
    found: list[Problem] = []
    args = validate_args(step.command, step.args, found)
    problems += [replace(each, loc=(*step.where, *each.loc)) for each in found]
    return None if args is None else LocalStep(step, linked.link, args)


def _named(problem: Problem, order: PipelineOrder) -> str:
    """The problem for people: which step, which of its members, what, and what to do."""
    for number, placed in enumerate(placed_steps(order, []), 1):
        length = len(placed.where)
        if problem.loc[:length] == placed.where:
            title = placed.called(placed.spec.name or placed.spec.command)
            return _told(replace(problem, loc=(f"step {number} ({title})", *problem.loc[length:])))
    return _told(problem)


def _told(problem: Problem) -> str:
    first, *rest = map(str, problem.loc) if problem.loc else ("the file",)
    place = f"{first}: {'.'.join(rest)}" if rest else first
    hint = f"\n  hint: {problem.hint}" if problem.hint else ""
    return f"zyra run: error: {place}: {problem.msg}{hint}\n"


def _as_lines(steps: Sequence[LocalStep]) -> str:
    """The steps as lines for a shell."""
    return "".join(
        f"{command_line(local.step.command, _shown(local))}{' |' if _is_piped(after) else ''}\n"
        for local, after in zip(steps, [*steps[1:], None], strict=True)
    )


def _as_json(steps: Sequence[LocalStep]) -> str:
    described = [
        {
            "stage": local.step.number,
            "name": local.step.command.stage,
            "id": local.step.name,
            "argv": command_words(local.step.command, _shown(local)),
            "stdin": local.link.stdin,
        }
        for local in steps
    ]
    return json.dumps(described) + "\n"


def _is_piped(step: LocalStep | None) -> bool:
    return step is not None and step.link.stdin in (Stdin.PIPE, Stdin.KEPT)


def _shown(local: LocalStep) -> dict[str, Any]:
    """The arguments of a step without what is secret in them."""
    return {
        name: value
        for name, value in masked(local.args, local.step.command.kinds).items()
        if value is not None
    }
