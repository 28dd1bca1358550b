"""Run one claimed pipeline: each step a run as any other, all in one working folder."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from zyra.core.exit_codes import DONE, FAILED
from zyra.jobs.isolation.executor import Executor
from zyra.jobs.job_run import STOPPED, gathered, status_of
from zyra.jobs.pipelines.board import Board, write_steps
from zyra.jobs.pipelines.flow import Flow
from zyra.jobs.pipelines.plan import PipelinePlan
from zyra.jobs.pipelines.step_run import Outputs, Shared, StepRun
from zyra.jobs.publisher import Publisher
from zyra.jobs.records import Reason, StepRecord, StepStatus
from zyra.jobs.results import Workspace
from zyra.jobs.runner import TERM_GRACE_S, Bring, StreamFiles

Number = TypeVar("Number", int, float)

WHY = {
    Reason.CANCELED: "the job was canceled",
    Reason.TIMEOUT: "the time of the pipeline was over",
    Reason.LOST: STOPPED,
}


@dataclass
class PipelineRun:
    """One execution of a job that is a pipeline.

    Attributes:
        hidden: Texts that are masked in everything that any step says.
        steps: Records of the steps, as they were accepted.
    """

    plan: PipelinePlan
    workspace: Workspace
    publisher: Publisher
    hidden: Sequence[str]
    steps: Sequence[StepRecord]
    _reason: Reason | None = None
    _grace_s: float = TERM_GRACE_S
    _shared: Shared | None = None
    _flow: Flow | None = None

    async def fetch(self, bring: Bring) -> None:
        """Have what the steps read brought to this machine."""
        self.plan = self.plan.reading_from(await bring(self.plan.reading))

    async def execute(self, executor: Executor) -> dict[str, Any]:
        """Run to the end; return the fields of the record that are final then."""
        links = {name: path for plan in self.plan.commands for name, path in plan.links.items()}
        self.workspace.create(links)
        board = self._board()
        publishing = asyncio.ensure_future(self.publisher.publish())
        try:
            await self._run_steps(executor, board)
            finished = datetime.now(UTC)
            found = await gathered(self.workspace, self.plan.output)
        finally:
            self.publisher.end()
            await publishing
        return found | self._verdict(board) | {"finished_at": finished}

    def cancel(self, grace_s: float = TERM_GRACE_S) -> None:
        """End what runs and skip the rest, because somebody asked for it."""
        self._stop(Reason.CANCELED, grace_s)

    def abandon(self) -> None:
        """End what runs and skip the rest, because the service stops."""
        self._stop(Reason.LOST, TERM_GRACE_S)

    async def _run_steps(self, executor: Executor, board: Board) -> None:
        most = max(plan.file_bytes for plan in self.plan.commands)
        streams = StreamFiles(self.workspace, most, self.publisher.notice)
        outputs = Outputs(self.workspace.outputs, [step.writes for step in self.plan.steps])
        self._shared = Shared(executor, self.workspace, streams, board, outputs, self.hidden)
        runs = [StepRun(place, step, self._shared) for place, step in enumerate(self.plan.steps)]
        links = [step.link for step in self.plan.steps]
        self._flow = Flow(links, runs, board.tell, self.plan.continue_on_error)
        if self._reason is not None:  # before there was anything to end
            self._flow.stop(WHY[self._reason])
        with closing(streams), self._time_limit():
            streams.open()
            await self._flow.run()

    @contextmanager
    def _time_limit(self) -> Iterator[None]:
        if self.plan.timeout_s is None:
            yield
            return
        loop = asyncio.get_running_loop()
        timer = loop.call_later(self.plan.timeout_s, self._stop, Reason.TIMEOUT, TERM_GRACE_S)
        try:
            yield
        finally:
            timer.cancel()

    def _stop(self, reason: Reason, grace_s: float) -> None:
        self._reason = self._reason or reason
        self._grace_s = min(self._grace_s, grace_s)
        if self._flow is not None and self._shared is not None:
            self._shared.grace_s = self._grace_s
            self._flow.stop(WHY[self._reason])

    def _board(self) -> Board:
        write_steps(self.workspace, self.steps)
        weights = [step.weight for step in self.plan.steps]
        titles = [step.link.title for step in self.plan.steps]
        return Board(list(self.steps), weights, titles, self.workspace, self.publisher)

    def _verdict(self, board: Board) -> dict[str, Any]:
        failed = [place for place, s in enumerate(board.steps) if s.status is StepStatus.FAILED]
        first = board.steps[failed[0]] if failed else None
        all_done = all(step.status is StepStatus.SUCCEEDED for step in board.steps)
        reason = self._reason or (first.reason if first else None) or Reason.EXIT
        told = f"{board.titles[failed[0]]} {_how(first)}" if first else self.publisher.message
        return {
            "status": status_of(reason, DONE if all_done else FAILED),
            "reason": reason,
            "exit_code": DONE if all_done else _exit_code(board.steps),
            "message": WHY[self._reason] if self._reason else told,
            "progress": board.progress,
            "steps": tuple(board.steps),
            "max_rss_bytes": max(_known([s.max_rss_bytes for s in board.steps]), default=None),
            "cpu_s": round(sum(_known([s.cpu_s for s in board.steps])), 6),
        }


def _exit_code(steps: Sequence[StepRecord]) -> int | None:
    """That of the first step that failed, or else of the first that was ended."""
    for status in (StepStatus.FAILED, StepStatus.CANCELED):
        for step in steps:
            if step.status is status:
                return step.exit_code
    return None


def _how(step: StepRecord) -> str:
    """How a step has failed, in words."""
    if step.reason is Reason.TIMEOUT:
        return "ran out of time"
    if step.reason is Reason.MEMORY:
        return "ran out of memory"
    if step.exit_code is None:
        return f"was lost: {step.message}"
    return f"failed with exit code {step.exit_code}"


def _known(values: Sequence[Number | None]) -> list[Number]:
    return [value for value in values if value is not None]
