"""A pipeline that is ready to run: the plans of its steps, and how they are joined."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from zyra.jobs.pipelines.flow import Link
from zyra.jobs.runner import Plan


@dataclass(frozen=True)
class PlannedStep:
    """A step that is ready to run.

    Attributes:
        link: What it waits for and what it reads.
        plan: As of a run by itself.
        weight: Its share of the pipeline's progress.
        writes: Names of the files and folders that its arguments name as outputs.
    """

    link: Link
    plan: Plan
    weight: float
    writes: tuple[str, ...]


@dataclass(frozen=True)
class PipelinePlan:
    """The plans of all steps that are to be run.

    Attributes:
        timeout_s: For all together, or None.
        continue_on_error: Run what needs nothing of a failed step.
        output: Name of the main output, or None.
    """

    steps: tuple[PlannedStep, ...]
    timeout_s: float | None
    continue_on_error: bool
    output: str | None

    @property
    def commands(self) -> Sequence[Plan]:
        """The plans of its commands."""
        return [step.plan for step in self.steps]

    def with_commands(self, plans: Sequence[Plan]) -> Self:
        """The same pipeline with other plans for its commands."""
        pairs = zip(self.steps, plans, strict=True)
        return replace(self, steps=tuple(replace(step, plan=plan) for step, plan in pairs))

    @property
    def reading(self) -> Plan:
        """One plan that reads all that the steps read, to have it brought at once."""
        plans = self.commands
        return replace(
            plans[0],
            links={name: place for plan in plans for name, place in plan.links.items()},
            readable=tuple(dict.fromkeys(place for plan in plans for place in plan.readable)),
            stdin_path=next(filter(None, (plan.stdin_path for plan in plans)), None),
        )

    def reading_from(self, brought: Plan) -> Self:
        """The pipeline with what it reads where it was brought to."""
        before = self.reading
        pairs = zip(
            (*before.links.values(), *before.readable, before.stdin_path),
            (*brought.links.values(), *brought.readable, brought.stdin_path),
            strict=True,
        )
        moved = {place: found for place, found in pairs if found is not None}
        return self.with_commands([plan.reading_at(moved) for plan in self.commands])

    def to_json(self) -> str:
        """The plan as JSON, for a queue."""
        steps = [
            vars(step) | {"link": step.link.to_values(), "plan": vars(step.plan)}
            for step in self.steps
        ]
        return json.dumps(vars(self) | {"steps": steps})

    @classmethod
    def from_values(cls, values: dict[str, Any]) -> Self:
        """The plan of which `to_json` wrote these values."""
        steps = tuple(
            PlannedStep(
                Link.from_values(step["link"]),
                Plan.from_values(step["plan"]),
                step["weight"],
                tuple(step["writes"]),
            )
            for step in values.pop("steps")
        )
        return cls(steps=steps, **values)


def plan_from_json(text: str) -> Plan | PipelinePlan:
    """The plan of a command, or of a pipeline."""
    values = json.loads(text)
    return PipelinePlan.from_values(values) if "steps" in values else Plan.from_values(values)
