"""Turn the order of a pipeline into a job that can be kept; all that is wrong is told at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from zyra.jobs.pipelines.files import names_written
from zyra.jobs.pipelines.flow import Stdin, segments_of
from zyra.jobs.pipelines.linking import LinkedStep
from zyra.jobs.pipelines.plan import PipelinePlan, PlannedStep
from zyra.jobs.pipelines.reading import Surroundings, linked_steps
from zyra.jobs.pipelines.spec import PIPELINES, RUN, PipelineOrder, parse_order
from zyra.jobs.pipelines.step_spec import Place
from zyra.jobs.ports import Submission
from zyra.jobs.preparing import Desk, Draft, Reads
from zyra.jobs.records import StepRecord
from zyra.jobs.requests import Problem, RequestRefused, RunRequest

# Steps that are joined by pipes take a process each at the same time.
MOST_TOGETHER = 10


@dataclass(frozen=True)
class PreparedPipeline:
    """A pipeline that was found to be right.

    Attributes:
        order: As it was given.
        steps: Those that are to be run.
        drafts: The same, made ready.
    """

    order: PipelineOrder
    steps: Sequence[LinkedStep]
    drafts: Sequence[Draft]

    @property
    def records(self) -> tuple[StepRecord, ...]:
        """What is shown of the steps before any has started."""
        return tuple(
            StepRecord(
                linked.step.number,
                linked.step.name,
                draft.command.stage,
                draft.command.name,
                draft.args,
            )
            for linked, draft in zip(self.steps, self.drafts, strict=True)
        )

    def plan(self, timeout_s: float | None) -> PipelinePlan:
        """What a runner needs."""
        steps = tuple(
            PlannedStep(linked.link, draft.plan, linked.step.weight, names_written(linked.step))
            for linked, draft in zip(self.steps, self.drafts, strict=True)
        )
        return PipelinePlan(steps, timeout_s, self.order.continue_on_error, _main_output(steps))


async def prepare_pipeline(desk: Desk, request: RunRequest) -> Submission:
    """The job that a request for a pipeline asks for.

    Args:
        desk: Of the caller.
        request: Its `args` are the order.

    Raises:
        RequestRefused: The pipeline, or the arguments of a step, are wrong.
    """
    problems: list[Problem] = []
    reads = Reads()
    prepared = await _prepared(desk, request, reads, problems)
    callback = desk.callback(request, problems)
    if prepared is None or problems:
        raise RequestRefused(problems)
    shown = _shown(prepared)
    record = desk.record(request, PIPELINES, RUN, shown, reads, callback)
    record = replace(record, steps=prepared.records)
    return desk.submission(request, record, prepared.plan(request.timeout_s))


async def check_pipeline(desk: Desk, request: RunRequest) -> PreparedPipeline:
    """A pipeline as it would be run; nothing is kept.

    Raises:
        RequestRefused: The pipeline, or the arguments of a step, are wrong.
    """
    problems: list[Problem] = []
    prepared = await _prepared(desk, request, Reads(), problems)
    if prepared is None or problems:
        raise RequestRefused(problems)
    return prepared


async def _prepared(
    desk: Desk, request: RunRequest, reads: Reads, problems: list[Problem]
) -> PreparedPipeline | None:
    order = parse_order(request.args)
    around = Surroundings(desk.registry, has_stdin=request.stdin is not None)
    steps = linked_steps(order, around, problems)
    _refuse_crowds(steps, problems)
    drafts = []
    for linked in steps:
        found: list[Problem] = []
        drafts.append(await desk.draft(_request_of(linked, request), reads, found))
        problems += [_placed(problem, linked.step.where) for problem in found]
        reads = reads.of_next_step()
    whole = [draft for draft in drafts if draft is not None]
    return PreparedPipeline(order, steps, whole) if len(whole) == len(drafts) else None


def _request_of(linked: LinkedStep, request: RunRequest) -> RunRequest:
    step = linked.step
    return RunRequest(
        step.command.stage,
        step.command.name,
        step.args,
        stdin=request.stdin if linked.link.stdin is Stdin.OUTER else None,
        timeout_s=step.timeout_s,
    )


def _placed(problem: Problem, where: Place) -> Problem:
    """The same problem by its place in the pipeline; stdin is that of the whole."""
    if problem.loc[:1] == ("stdin",):
        return problem
    return replace(problem, loc=(*where, *problem.loc))


def _refuse_crowds(steps: Sequence[LinkedStep], problems: list[Problem]) -> None:
    for places in segments_of([linked.link for linked in steps]):
        if len(places) > MOST_TOGETHER:
            where = (*steps[places[MOST_TOGETHER]].step.where, "args")
            message = f"more than {MOST_TOGETHER} steps are joined by pipes"
            hint = "let one of them write a file"
            problems.append(Problem(where, message, "too_many", hint))


def _main_output(steps: Sequence[PlannedStep]) -> str | None:
    """That of the last step which names one."""
    outputs = (step.plan.output for step in reversed(steps))
    return next((output for output in outputs if output not in (None, "-")), None)


def _shown(prepared: PreparedPipeline) -> Mapping[str, Any]:
    """The arguments of the job: the steps have theirs, masked, in their own records."""
    order = prepared.order
    return {
        "name": order.name,
        "continue_on_error": order.continue_on_error,
        "stages": [
            {"name": r.name, "stage": r.stage, "command": r.command, "args": dict(r.args)}
            for r in prepared.records
        ],
    }
