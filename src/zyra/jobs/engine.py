"""Run claimed jobs in this process and keep their leases.

The record is the truth: a job is this runner's only while its lease is renewed in time. A
runner that finds a lease lost ends the command and says nothing about it.
"""

import asyncio
import logging
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from zyra.core.errors import ZyraError
from zyra.jobs.events import final_frame
from zyra.jobs.isolation.executor import Executor
from zyra.jobs.isolation.of_job import ExecutorOfJob
from zyra.jobs.job_run import Run
from zyra.jobs.leases import LEASE_S, RENEW_EVERY_S
from zyra.jobs.pipelines.pipeline_run import PipelineRun
from zyra.jobs.pipelines.plan import PipelinePlan
from zyra.jobs.plan_vault import PlanVault
from zyra.jobs.ports import Claimed, EventLog, Leases, Signals
from zyra.jobs.publisher import Publisher
from zyra.jobs.records import JobRecord, Reason, Status
from zyra.jobs.requests import ServiceUnavailable
from zyra.jobs.results import Workspace
from zyra.jobs.runner import TERM_GRACE_S, Plan
from zyra.jobs.storage import Results
from zyra.jobs.watching import JobEnded, unwatched

_RETRY_S = 0.5

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Topic:
    """What signals are about."""

    QUEUED = "queued"
    CANCEL = "cancel"
    FINISHED = "finished"


class Engine:
    """Runs jobs that were claimed for `name`, any number at once.

    Args:
        vault: Opens the plans.
        finished: Told of each record that has become final here, before anybody else is.
        ended: Told of it when who waits for it has the answer.
    """

    def __init__(
        self,
        leases: Leases,
        log: EventLog,
        signals: Signals,
        executor: Executor,
        results: Results,
        vault: PlanVault,
        *,
        finished: Callable[[JobRecord], None] = lambda _: None,
        ended: JobEnded = unwatched,
    ) -> None:
        self.name = str(uuid.uuid4())
        self._leases = leases
        self._log = log
        self._signals = signals
        self._executor = executor
        self._results = results
        self._vault = vault
        self._finished = finished
        self._ended = ended
        self._runs: dict[str, Run | PipelineRun] = {}

    async def run(self, claimed: Claimed) -> None:
        """Run a claimed job to its final state."""
        job_id = claimed.record.job_id
        executor = ExecutorOfJob(self._executor, claimed.record.request_id)
        try:
            final = await self._execute(claimed, executor)
            if final["reason"] is Reason.LOST and claimed.record.attempts <= claimed.record.retries:
                return  # nobody renews its lease any more: the sweep queues it again
            record = await self._finish(job_id, final)
        finally:
            self._runs.pop(job_id, None)
        if record is not None:
            self._finished(record)
            await asyncio.sleep(0)  # who waits answers before the last frame is made
            self._ended(record, executor.started)
            await self.announce(record)

    async def _execute(self, claimed: Claimed, executor: Executor) -> dict[str, Any]:
        job_id = claimed.record.job_id
        workspace = Workspace(self._results.folder / job_id)
        publisher = Publisher(self._log, job_id, workspace)
        try:
            if claimed.record.attempts > 1:
                workspace.clear()  # what an attempt that was lost has left must not be told again
            plan, hidden = self._vault.take(claimed.plan)
            run = self._runs[job_id] = _run_of(plan, workspace, publisher, hidden, claimed.record)
            await run.fetch(lambda plan: self._results.bring(plan, job_id))
            found = await run.execute(executor)
            await self._results.keep(job_id, claimed.record.attempts, found)
        except ZyraError as error:  # its secrets or inputs cannot be had, or its results kept
            return _never_ran(error.message)
        except OSError as error:  # no space or no descriptors for the job's own files
            return _never_ran(str(error))
        return found

    def cancel(self, job_id: str, grace_s: float = TERM_GRACE_S) -> None:
        """End the command of a job if it runs here: TERM, and KILL when the grace is over."""
        if job_id in self._runs:
            self._runs[job_id].cancel(grace_s)

    def abandon(self) -> None:
        """End every command because this process stops."""
        for run in self._runs.values():
            run.abandon()

    async def keep_leases(self) -> None:
        """Renew the leases of all that runs here, for ever."""
        while True:
            await asyncio.sleep(RENEW_EVERY_S)
            await self.renew()

    async def renew(self) -> None:
        """Renew the leases once; end what was canceled elsewhere or is not ours any more."""
        progress = {
            job_id: (run.publisher.progress, run.publisher.message)
            for job_id, run in self._runs.items()
        }
        if not progress:
            return
        try:
            renewal = await self._leases.renew(self.name, LEASE_S, progress)
        except ServiceUnavailable:
            return  # the commands go on; what became of the leases shows at the next renewal
        for job_id in renewal.canceled:
            self.cancel(job_id)
        for job_id in renewal.lost:
            self.cancel(job_id, 0)

    async def announce(self, record: JobRecord) -> None:
        """Show the final record as the last frame, then wake who waits."""
        while True:
            try:
                await self._show_end(record)
                await self._signals.notify(Topic.FINISHED, record.job_id)
            except ServiceUnavailable:
                await asyncio.sleep(_RETRY_S)
            else:
                return

    async def _show_end(self, record: JobRecord) -> None:
        try:
            await self._log.append(record.job_id, final_frame(record))
        except OSError:  # a full disk; who follows the job adds the frame when there is space
            logger.exception("job %s has no last frame", record.job_id)

    async def sweep(self) -> None:
        """Take the jobs of runners that are gone, and tell what became of them.

        What such a runner left on this machine is cleared away first: the programs that its
        command had started, and the command's temporary files.
        """
        taken = await self._leases.expire()
        if taken:
            await asyncio.to_thread(self._executor.end_orphans)
        for record in taken:
            if record.status.is_final:
                workspace = Workspace(self._results.folder / record.job_id)
                await asyncio.to_thread(workspace.remove_scratch)
                self._ended(record, ())
                await self.announce(record)
            else:
                await self._signals.notify(Topic.QUEUED, record.job_id)

    async def _finish(self, job_id: str, final: dict[str, Any]) -> JobRecord | None:
        while True:
            try:
                return await self._leases.finish(self.name, job_id, **final)
            except ServiceUnavailable:
                await asyncio.sleep(_RETRY_S)


def _run_of(
    plan: Plan | PipelinePlan,
    workspace: Workspace,
    publisher: Publisher,
    hidden: Sequence[str],
    record: JobRecord,
) -> Run | PipelineRun:
    if isinstance(plan, PipelinePlan):
        return PipelineRun(plan, workspace, publisher, hidden, record.steps)
    return Run(plan, workspace, publisher, hidden)


def _never_ran(message: str) -> dict[str, Any]:
    """The end of a job whose command could not be run by us."""
    return {
        "status": Status.FAILED,
        "reason": Reason.LOST,
        "message": message,
        "finished_at": datetime.now(UTC),
    }
