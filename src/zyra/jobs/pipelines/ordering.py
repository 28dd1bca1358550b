"""The steps of a file in the order in which they run: a workflow's, job by job."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from itertools import islice

from zyra.core.closest import closest_or_all
from zyra.jobs.pipelines.spec import PipelineOrder
from zyra.jobs.pipelines.step_spec import Place, StepSpec
from zyra.jobs.pipelines.workflow_spec import JobSpec
from zyra.jobs.requests import Problem

_MOST_UNKNOWN = 100  # to look for the closest name takes time


@dataclass(frozen=True)
class Placed:
    """What is said of a step, and where.

    Attributes:
        where: Its place in the file.
        job: The job that it belongs to, or None in a pipeline.
        needs: The jobs that have to succeed before.
        words: Its arguments where they are written as a line, else None.
    """

    spec: StepSpec
    where: Place
    job: str | None = None
    needs: frozenset[str] = frozenset()
    words: Sequence[str] | None = None

    def called(self, name: str) -> str:
        """A name of the step by which it is known from those of other jobs."""
        return name if self.job is None else f"{self.job}.{name}"


def placed_steps(order: PipelineOrder, problems: list[Problem]) -> list[Placed]:
    """Every step, those of a job after those of all jobs that it needs.

    Args:
        order: A pipeline or a workflow.
        problems: Gets one for each need of a job that there is not, and for a circle of needs.
    """
    if not order.jobs:
        return [Placed(spec, ("stages", place)) for place, spec in enumerate(order.stages)]
    return [
        Placed(spec, ("jobs", name, "steps", place), name, frozenset(job.needs), spec.words)
        for name, job in _in_order(order.jobs, problems)
        for place, spec in enumerate(job.steps)
    ]


def _in_order(
    jobs: Mapping[str, JobSpec], problems: list[Problem]
) -> Iterable[tuple[str, JobSpec]]:
    """The jobs with their names, as in the file but where one needs another."""
    sorter = TopologicalSorter(dict.fromkeys(jobs, ()))
    for name, job in jobs.items():
        sorter.add(name, *(need for need in job.needs if need in jobs))
    problems += islice(_unknown_needs(jobs), _MOST_UNKNOWN)
    try:
        return [(name, jobs[name]) for name in sorter.static_order()]
    except CycleError as error:
        circle = error.args[1][::-1]
        message = f"jobs need each other: {' needs '.join(circle)}"
        hint = "let one of them do without"
        problems.append(Problem(("jobs", circle[0], "needs"), message, "circle", hint))
        return jobs.items()


def _unknown_needs(jobs: Mapping[str, JobSpec]) -> Iterator[Problem]:
    for name, job in jobs.items():
        for place, need in enumerate(job.needs):
            if need not in jobs:
                hint = f"did you mean {closest_or_all(need, jobs)}?"
                where = ("jobs", name, "needs", place)
                yield Problem(where, f"there is no job {need!r}", "unknown_name", hint)
