"""Choose the steps of a pipeline that are to be run."""

from collections.abc import Sequence

from zyra.core.closest import closest_or_all
from zyra.core.stages import STAGE_NAMES
from zyra.jobs.pipelines.changes import meant
from zyra.jobs.pipelines.ordering import placed_steps
from zyra.jobs.pipelines.spec import PipelineOrder
from zyra.jobs.pipelines.steps import Step
from zyra.jobs.requests import Problem


def chosen(steps: Sequence[Step], order: PipelineOrder, problems: list[Problem]) -> list[Step]:
    """The steps from `start` to `end` that `only` names.

    Args:
        steps: All of a pipeline.
        order: Says which.
        problems: Gets one where nothing is chosen.
    """
    there_are = len(placed_steps(order, []))
    start, end = order.start or 1, order.end or there_are
    if start > end or start > there_are:
        message = f"there is no step from {start} to {end}; there are {there_are}"
        problems.append(Problem(("start",), message, "nothing_chosen"))
        return list(steps)
    wanted = _wanted(steps, order.only, problems) if order.only else range(len(steps))
    found = [steps[place] for place in wanted if start <= steps[place].number <= end]
    if not found and not problems:
        message = f"none of the chosen steps is among {start} to {end}"
        problems.append(Problem(("only",), message, "nothing_chosen"))
    return found


def _wanted(steps: Sequence[Step], words: Sequence[str], problems: list[Problem]) -> Sequence[int]:
    """The places in `steps` of those that any of the words means."""
    found: set[int] = set()
    for place, word in enumerate(words):
        places = meant(steps, word)
        found.update(places)
        if not places:
            names = [*(step.name for step in steps), *STAGE_NAMES]
            hint = f"did you mean {closest_or_all(word, names)}?"
            message = f"no step, number or stage is called {word!r}"
            problems.append(Problem(("only", place), message, "unknown_name", hint))
    return sorted(found)
