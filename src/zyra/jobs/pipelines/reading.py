"""From what a file says to the steps that are to be run; every problem is found at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from zyra.core.command import Command
from zyra.jobs.pipelines.changes import changed, split_changes
from zyra.jobs.pipelines.documents import MOST_CHARACTERS, MOST_VALUES, is_too_large
from zyra.jobs.pipelines.linking import Exists, LinkedStep, Linker
from zyra.jobs.pipelines.slices import chosen
from zyra.jobs.pipelines.spec import PipelineOrder
from zyra.jobs.pipelines.steps import steps_of
from zyra.jobs.pipelines.variables import Look, variables_of
from zyra.jobs.requests import Problem
from zyra.registry import Registry


@dataclass(frozen=True)
class Surroundings:
    """What a pipeline may know of where it is run.

    Attributes:
        registry: The commands there are.
        environment: Values of variables; nothing for the callers of a service.
        exists: Whether a file is there before the pipeline starts.
        has_stdin: Whether the pipeline itself is given a stdin.
        strict: Refuse `$NAME` that stands for nothing.
    """

    registry: Registry
    environment: Look = field(default=lambda _: None)
    exists: Exists = field(default=lambda _: False)
    has_stdin: bool = False
    strict: bool = False


def linked_steps(
    order: PipelineOrder, around: Surroundings, problems: list[Problem]
) -> list[LinkedStep]:
    """The steps of `order` that are to be run, with their arguments not yet validated.

    Args:
        order: The pipeline, and which part of it.
        around: Where it is run.
        problems: Gets one for all that is wrong with it.
    """
    own, changes = split_changes(order.set)
    variables = variables_of(
        {**order.variables, **own}, _but(around.environment, own), strict=around.strict
    )
    steps = steps_of(order, around.registry, variables, problems)
    given = {key: variables.filled(value, ("set", key), problems) for key, value in changes.items()}
    steps = changed(steps, given, problems)
    if is_too_large([dict(step.args) for step in steps]):
        message = f"more than {MOST_VALUES} values or {MOST_CHARACTERS} characters in all steps"
        where = "jobs" if order.jobs else "stages"
        problems.append(Problem((where,), message, "too_large"))
        return []
    wanted = chosen(steps, order, problems)
    return Linker(steps, wanted, around.exists, around.has_stdin, problems).linked()


def commands_of(order: PipelineOrder, registry: Registry) -> list[Command]:
    """The commands of the steps that are to be run, as far as there are such commands."""
    return [linked.step.command for linked in linked_steps(order, Surroundings(registry), [])]


def _but(environment: Look, own: Mapping[str, str]) -> Look:
    """The environment without what --set gives."""
    return lambda name: None if name in own else environment(name)
