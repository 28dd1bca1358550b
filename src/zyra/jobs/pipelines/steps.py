"""The steps of a pipeline with their commands found: named, numbered, changed as asked."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from zyra.core.command import Command
from zyra.core.errors import UnknownName, UsageError
from zyra.jobs.pipelines.lines import args_of_line
from zyra.jobs.pipelines.ordering import Placed, placed_steps
from zyra.jobs.pipelines.published import command_name, modern_args, stage_name
from zyra.jobs.pipelines.spec import PipelineOrder
from zyra.jobs.pipelines.step_spec import Place
from zyra.jobs.pipelines.variables import Variables
from zyra.jobs.requests import Problem
from zyra.registry import Registry, find_command


@dataclass(frozen=True)
class Step:
    """One step whose command is known; its arguments are not validated yet.

    Attributes:
        place: Where it stands among all, from 0.
        where: Its place in the file.
        name: Its own, or that of its command, told apart by a number; in a job after the job's.
        args: By the names that the command has today.
        job: The job that it belongs to, or None in a pipeline.
        needs: The jobs that have to succeed before.
    """

    place: int
    where: Place
    name: str
    command: Command
    args: Mapping[str, Any]
    timeout_s: float | None = None
    weight: float = 1.0
    job: str | None = None
    needs: frozenset[str] = frozenset()

    @property
    def number(self) -> int:
        """Its place as people count."""
        return self.place + 1

    @property
    def is_first(self) -> bool:
        """Whether none is before it in its pipeline or job."""
        return self.where[-1] == 0

    @property
    def title(self) -> str:
        """How messages call it."""
        return f"step {self.number} ({self.name})"


def steps_of(
    order: PipelineOrder, registry: Registry, variables: Variables, problems: list[Problem]
) -> list[Step]:
    """Every step of `order` whose command there is.

    Args:
        order: The pipeline.
        registry: The commands there are.
        variables: Fills in `${NAME}`.
        problems: Gets one for each unknown command, unset variable and repeated name.
    """
    every = placed_steps(order, problems)
    names = _names(every, problems)
    found = (
        _step(placed, place, names[place], registry, variables, problems)
        for place, placed in enumerate(every)
    )
    return [step for step in found if step is not None]


def with_args(step: Step, changes: Mapping[str, Any]) -> Step:
    """The step with some arguments given or replaced, by their names of today."""
    return replace(step, args={**step.args, **changes})


def _step(
    placed: Placed,
    place: int,
    name: str,
    registry: Registry,
    variables: Variables,
    problems: list[Problem],
) -> Step | None:
    found = _filled(placed, registry, variables, problems)
    if found is None:
        return None
    spec, (command, args) = placed.spec, found
    links = (placed.job, placed.needs)
    return Step(place, placed.where, name, command, args, spec.timeout_s, spec.weight, *links)


def _filled(
    placed: Placed, registry: Registry, variables: Variables, problems: list[Problem]
) -> tuple[Command, Mapping[str, Any]] | None:
    """The command of a step and its arguments, with every variable filled in."""
    spec, where = placed.spec, placed.where
    stage = stage_name(variables.filled(spec.stage, (*where, "stage"), problems))
    asked = variables.filled(spec.command, (*where, "command"), problems)
    args = variables.filled(spec.args, (*where, "args"), problems)
    words = variables.filled(placed.words, (*where, "words"), problems)
    asked, args = command_name(asked, args)
    try:
        command = find_command(registry, stage, asked)
        given = args if words is None else args_of_line(command, words)
    except UnknownName as error:
        field = "command" if "command" in error.message else "stage"
        problems.append(Problem((*where, field), error.message, "unknown_name", error.hint))
        return None
    except UsageError as error:
        problems.append(Problem(where, error.message, "wrong_line", error.hint))
        return None
    return command, modern_args(command, given)


def _names(every: list[Placed], problems: list[Problem]) -> list[str]:
    """A name for each step: its own, else its command's, with a number where that is taken."""
    own = [each.called(each.spec.name) if each.spec.name else None for each in every]
    for each, name in zip(every, own, strict=True):
        if name is not None and own.count(name) > 1:
            message = f"several steps have the name {name!r}"
            problems.append(Problem((*each.where, "name"), message, "given_twice"))
    names: list[str] = []
    for each, name in zip(every, own, strict=True):
        names.append(name or _free(each.called(each.spec.command), {*filter(None, own), *names}))
    return names


def _free(wanted: str, taken: set[str]) -> str:
    candidates = (wanted, *(f"{wanted}-{number}" for number in range(2, len(taken) + 3)))
    return next(name for name in candidates if name not in taken)
