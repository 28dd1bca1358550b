"""Apply changes to steps before they run: `draw.cmap=viridis`, `2.level=500`, `output=x.png`."""

from collections.abc import Mapping, Sequence
from typing import Any

from zyra.core.closest import closest_or_all
from zyra.core.stages import STAGE_NAMES
from zyra.jobs.pipelines.published import modern_args, stage_name
from zyra.jobs.pipelines.steps import Step, with_args
from zyra.jobs.requests import Problem

OF_VARIABLES = "variables"


def split_changes(given: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, Any]]:
    """The changes of variables, by their names, and all others."""
    variables, others = {}, {}
    for key, value in given.items():
        target, _, name = key.rpartition(".")
        if target == OF_VARIABLES:
            variables[name] = str(value)
        else:
            others[key] = value
    return variables, others


def changed(
    steps: Sequence[Step], changes: Mapping[str, Any], problems: list[Problem]
) -> list[Step]:
    """The steps with their arguments changed.

    Args:
        steps: All of a pipeline.
        changes: Values by `NAME.ARGUMENT`, `NUMBER.ARGUMENT`, `STAGE.ARGUMENT`, or `ARGUMENT` of
            every step that has it already.
        problems: Gets one for each change that changes nothing.
    """
    found = list(steps)
    for key, value in changes.items():
        target, _, name = key.rpartition(".")
        places = meant(found, target) if target else _that_have(found, name)
        if not places:
            problems.append(_without_effect(key, target, name, found))
        for place in places:
            step = found[place]
            found[place] = with_args(step, modern_args(step.command, {name: value}))
    return found


def meant(steps: Sequence[Step], word: str) -> list[int]:
    """The places in `steps` of those that a word means: by name, number or job, else by stage."""
    own = [
        place for place, step in enumerate(steps) if word in (step.name, str(step.number), step.job)
    ]
    stage = STAGE_NAMES.get(stage_name(word))
    return own or [place for place, step in enumerate(steps) if step.command.stage == stage]


def _that_have(steps: Sequence[Step], name: str) -> list[int]:
    return [place for place, step in enumerate(steps) if _has(step, name)]


def _has(step: Step, name: str) -> bool:
    names = step.command.args.names()
    plain = name.replace("-", "_")
    return names.get(plain, plain) in step.args


def _without_effect(key: str, target: str, name: str, steps: Sequence[Step]) -> Problem:
    place = ("set", key)
    if not target:
        message = f"no step has an argument {name!r} to change"
        return Problem(place, message, "without_effect", "say which step gets it: NAME.ARGUMENT")
    names = [*(step.name for step in steps), OF_VARIABLES]
    hint = f"did you mean {closest_or_all(target, names)}?"
    return Problem(place, f"no step, number or stage is called {target!r}", "unknown_name", hint)
