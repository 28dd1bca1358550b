"""The steps of a pipeline with their commands found: named, numbered, changed as asked."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from zyra.core.command import Command
from zyra.core.errors import UnknownName
from zyra.jobs.pipelines.published import command_name, modern_args, stage_name
from zyra.jobs.pipelines.spec import PipelineOrder, StepSpec
from zyra.jobs.pipelines.variables import Variables
from zyra.jobs.requests import Problem
from zyra.registry import Registry, find_command


@dataclass(frozen=True)
class Step:
    """One step whose command is known; its arguments are not validated yet.

    Attributes:
        place: Where it stands in the file, from 0.
        name: Its own, or that of its command, told apart by a number.
        args: By the names that the command has today.
    """

    place: int
    name: str
    command: Command
    args: Mapping[str, Any]
    timeout_s: float | None = None
    weight: float = 1.0

    @property
    def number(self) -> int:
        """Its place as people count."""
        return self.place + 1

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
    names = _names(order.stages, problems)
    found = (
        _step(spec, place, names[place], registry, variables, problems)
        for place, spec in enumerate(order.stages)
    )
    return [step for step in found if step is not None]


def with_args(step: Step, changes: Mapping[str, Any]) -> Step:
    """The step with some arguments given or replaced, by their names of today."""
    return replace(step, args={**step.args, **changes})


def _step(
    spec: StepSpec,
    place: int,
    name: str,
    registry: Registry,
    variables: Variables,
    problems: list[Problem],
) -> Step | None:
    where = ("stages", place)
    stage = stage_name(variables.filled(spec.stage, (*where, "stage"), problems))
    asked = variables.filled(spec.command, (*where, "command"), problems)
    args = variables.filled(spec.args, (*where, "args"), problems)
    asked, args = command_name(asked, args)
    try:
        command = find_command(registry, stage, asked)
    except UnknownName as error:
        field = "command" if "command" in error.message else "stage"
        problems.append(Problem((*where, field), error.message, "unknown_name", error.hint))
        return None
    return Step(place, name, command, modern_args(command, args), spec.timeout_s, spec.weight)


def _names(specs: list[StepSpec], problems: list[Problem]) -> list[str]:
    """A name for each step: its own, else its command's, with a number where that is taken."""
    given = [spec.name for spec in specs if spec.name is not None]
    for place, spec in enumerate(specs):
        if spec.name is not None and given.count(spec.name) > 1:
            message = f"several steps have the name {spec.name!r}"
            problems.append(Problem(("stages", place, "name"), message, "given_twice"))
    names: list[str] = []
    for spec in specs:
        names.append(spec.name or _free(spec.command, {*given, *names}))
    return names


def _free(wanted: str, taken: set[str]) -> str:
    candidates = (wanted, *(f"{wanted}-{number}" for number in range(2, len(taken) + 3)))
    return next(name for name in candidates if name not in taken)
