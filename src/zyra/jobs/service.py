"""The one way to run a command for somebody: HTTP, pipelines and other faces call this."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from zyra.core.settings import Settings
from zyra.jobs.engine import Topic
from zyra.jobs.events import FIRST_SEQ, Frame, final_frame, first_frame
from zyra.jobs.following import Following
from zyra.jobs.open_streams import OpenStreams
from zyra.jobs.part import Part
from zyra.jobs.pipelines.board import with_steps
from zyra.jobs.pipelines.preparing import PreparedPipeline, check_pipeline, prepare_pipeline
from zyra.jobs.pipelines.spec import PIPELINES
from zyra.jobs.plan_vault import PlanVault
from zyra.jobs.ports import EventLog, JobStore, Page, Query, Signals, Submission
from zyra.jobs.preparing import Desk
from zyra.jobs.records import JobRecord, Output, Reason, Status
from zyra.jobs.requests import (
    Caller,
    Conflict,
    Gone,
    NoSuchFile,
    NoSuchJob,
    Problem,
    RequestRefused,
    RunRequest,
    ServiceUnavailable,
)
from zyra.jobs.results import Workspace
from zyra.jobs.space import Space
from zyra.jobs.storage import Content, Results, Uploads
from zyra.jobs.telemetry_part import Telemetry
from zyra.jobs.uploads import is_uuid
from zyra.jobs.waiting import FinishLine
from zyra.jobs.watching import JobEnded
from zyra.registry import Registry

CANCEL_WAIT_S = 10.0


@dataclass(frozen=True)
class JobService:
    """Takes requests to run commands and answers for the jobs that they become.

    Attributes:
        uploads: The files that callers have given.
        results: What jobs have left.
        space: How much more may be kept.
        streams: How many more may be opened.
        vault: Keeps the secrets of plans.
        telemetry: What this process tells of itself.
        ended: Told of each job that ends here.
        parts: What works in this process while the service runs.
        begin: Keeps a job that somebody waits for and starts it in the same step, where
            jobs run in this process; None where they do not.
        stop_claiming: Leaves queued jobs to others, where jobs run in this process.
        end_grace: Ends the time that running commands have after that.
    """

    registry: Registry
    settings: Settings
    store: JobStore
    log: EventLog
    signals: Signals
    finish_line: FinishLine
    uploads: Uploads
    results: Results
    space: Space
    streams: OpenStreams
    vault: PlanVault
    telemetry: Telemetry
    ended: JobEnded
    parts: Sequence[Part] = ()
    begin: Callable[[Submission], Awaitable[JobRecord]] | None = None
    stop_claiming: Callable[[], None] = lambda: None
    end_grace: Callable[[], None] = lambda: None

    async def start(self) -> None:
        """Begin to take requests; returns before the scientific stack is loaded."""
        for part in self.parts:
            await part.start()

    def wind_down(self) -> None:
        """Begin to stop: what runs may go on for the grace, who then still waits waits no longer.

        A sync run that is not done by then gets its job, as one that took too long does.
        """
        self.stop_claiming()
        loop = asyncio.get_running_loop()
        loop.call_later(self.settings.stop_grace_s, self.finish_line.let_go)

    def hurry(self) -> None:
        """Give no more time to what runs, and to who waits."""
        self.end_grace()
        self.finish_line.let_go()

    async def close(self) -> None:
        """End what still runs, then release everything, the first that began as the last."""
        await self.finish_line.close()
        for part in reversed(self.parts):
            await part.close()

    def checks(self) -> dict[str, bool]:
        """What must be true for the service to be of use, by name."""
        folders = {"results": self.results.folder, "uploads": self.uploads.folder}
        found = {name: os.access(path, os.W_OK) for name, path in folders.items() if path}
        for part in self.parts:
            found |= part.checks()
        return found

    async def submit(self, caller: Caller, request: RunRequest) -> JobRecord:
        """Accept a job; its record is durable when this returns.

        Raises:
            StorageFull: The disk is nearly full.
            QuotaReached: The caller has as many unfinished jobs as it may.
            UnknownName: No such stage or command.
            RequestRefused: The arguments are wrong or name what may not be used.
            Conflict: The idempotency key belongs to another request.
            ServiceUnavailable: It cannot be kept now.
        """
        return await self._accept(await self._prepared(caller, request))

    async def problems_of(self, caller: Caller, request: RunRequest) -> list[Problem]:
        """All that is wrong with a request, of which nothing is kept.

        Raises:
            UnknownName: No such stage or command.
        """
        try:
            await self._desk(caller).prepare(request)
        except RequestRefused as error:
            return error.problems
        return []

    async def check_pipeline(self, caller: Caller, request: RunRequest) -> PreparedPipeline:
        """Find out whether a pipeline could be run; nothing is kept.

        Raises:
            RequestRefused: It, or the arguments of a step, are wrong.
        """
        return await check_pipeline(self._desk(caller), request)

    async def run(
        self, caller: Caller, request: RunRequest, *, wait_s: float | None = None
    ) -> JobRecord:
        """Submit a job and wait until it is done, or until `wait_s` is over.

        Raises:
            As `submit`.
        """
        submission = await self._prepared(caller, request)
        job_id = submission.record.job_id
        with self.finish_line.expecting(job_id) as done:
            accepted = await (self.begin or self._accept)(submission)
            if accepted.job_id != job_id:  # its idempotency key named an earlier one
                return await self.wait(caller, accepted.job_id, wait_s)
            record = None
            try:
                with suppress(TimeoutError):  # it goes on by itself
                    async with asyncio.timeout(wait_s):
                        record = await done
            except asyncio.CancelledError:
                if request.cancel_on_disconnect:
                    await asyncio.shield(self._ask_to_end(job_id))
                raise
        return record or await self.job(caller, job_id)

    async def wait(self, caller: Caller, job_id: str, timeout_s: float | None) -> JobRecord:
        """The record of a job of `caller` when it is done, or when the time is over.

        Raises:
            NoSuchJob: It does not exist or belongs to somebody else.
        """
        await self._own(caller, job_id)
        await self.finish_line.wait(job_id, timeout_s)
        return await self.job(caller, job_id)

    async def job(self, caller: Caller, job_id: str) -> JobRecord:
        """The record of a job of `caller`, with the text of its streams.

        While it runs its outputs are those that are there so far.

        Raises:
            NoSuchJob: It does not exist or belongs to somebody else.
        """
        record = await self._with_outputs(await self._own(caller, job_id))
        record = with_steps(record, Workspace(self.results.folder / job_id))
        return await self.results.with_text(record)

    async def page(self, query: Query) -> Page:
        """List jobs, newest first, without the text of their streams.

        Raises:
            RequestRefused: The cursor is not one of ours.
        """
        return await self.store.page(query)

    async def cancel(self, caller: Caller, job_id: str) -> JobRecord:
        """End a queued or running job; its processes are gone when this returns.

        A running command gets TERM, so that it can leave in order, and KILL when it is still
        there 2 s later.

        Raises:
            NoSuchJob: It does not exist or belongs to somebody else.
            Conflict: It is done already.
        """
        record = await self._own(caller, job_id)
        if record.status.is_final:
            raise Conflict(
                f"job {job_id} is {record.status} already", hint="?purge=true removes its results"
            )
        await self._ask_to_end(job_id)
        return await self.wait(caller, job_id, CANCEL_WAIT_S)

    async def purge(self, caller: Caller, job_id: str) -> None:
        """Remove a finished job with its results.

        Raises:
            NoSuchJob: It does not exist or belongs to somebody else.
            Conflict: It is not done, or an unfinished job reads its results.
        """
        record = await self._own(caller, job_id)
        if not record.status.is_final:
            raise Conflict(f"job {job_id} is {record.status}", hint="cancel it first")
        if f"job:{job_id}" in await self.store.used():
            raise Conflict(f"an unfinished job reads the results of {job_id}")
        # In this order: of results that cannot be removed now, the record still tells.
        await self.results.remove(job_id)
        await self.store.remove(job_id)

    async def remove_upload(self, caller: Caller, file_id: str) -> None:
        """Remove an upload of `caller`.

        Raises:
            NoSuchFile: It does not exist or belongs to somebody else.
            Conflict: An unfinished job reads it.
        """
        info = await self.uploads.info(caller, file_id)
        if f"file:{file_id}" in await self.store.used():
            raise Conflict(f"an unfinished job reads the upload {file_id}")
        await self.uploads.remove(info)
        if caller.is_limited:
            await self.space.ledger.release(file_id)

    async def follow(self, caller: Caller, job_id: str, after: int = 0) -> AsyncIterator[Frame]:
        """Every frame of a job's story after that number, live until the final one.

        It ends without one when the job is removed meanwhile.

        Raises:
            NoSuchJob: It does not exist or belongs to somebody else.
        """
        record = await self._own(caller, job_id)
        if after < FIRST_SEQ:
            yield first_frame(record)
        following = Following(self.store, self.log, job_id)
        async with aclosing(following.frames(max(after, FIRST_SEQ))) as frames:
            async for frame in frames:
                yield frame

    async def output_place(self, caller: Caller, job_id: str, name: str | None) -> str:
        """Where an output of a job of `caller` is; the main one when `name` is None.

        Raises:
            As `output`.
        """
        return self.results.place(*await self._output(caller, job_id, name))

    async def output(self, caller: Caller, job_id: str, name: str | None) -> tuple[Output, Content]:
        """An output of a job of `caller` and its bytes; the main one when `name` is None.

        Raises:
            NoSuchJob: The job does not exist or belongs to somebody else.
            NoSuchFile: The job has no output of that name.
            Gone: Its results were removed after their time.
        """
        record, output = await self._output(caller, job_id, name)
        return output, await self.results.open(record, output)

    async def stream(self, caller: Caller, job_id: str, name: str) -> Content:
        """The captured bytes of `stdout` or `stderr`.

        Raises:
            NoSuchJob: The job does not exist or belongs to somebody else.
            NoSuchFile: There is no such stream, or nothing was captured yet.
            Gone: Its results were removed after their time.
        """
        record = _still_there(await self._own(caller, job_id))
        return await self.results.open_stream(record, name)

    async def _prepared(self, caller: Caller, request: RunRequest) -> Submission:
        self.space.check(self.results.folder)
        desk = self._desk(caller)
        if request.stage == PIPELINES:
            return await prepare_pipeline(desk, request)
        return await desk.prepare(request)

    def _desk(self, caller: Caller) -> Desk:
        return Desk(
            self.registry,
            self.settings,
            self.uploads,
            caller,
            lambda job_id, name: self.output_place(caller, job_id, name),
            self.vault,
        )

    async def _accept(self, submission: Submission) -> JobRecord:
        record = await self.store.add(submission)
        with suppress(ServiceUnavailable):  # it is kept, so it is accepted
            await self.signals.notify(Topic.QUEUED, record.job_id)
        return record

    async def _output(
        self, caller: Caller, job_id: str, name: str | None
    ) -> tuple[JobRecord, Output]:
        record = _still_there(await self._with_outputs(await self._own(caller, job_id)))
        outputs = {output.name: output for output in record.outputs}
        wanted = record.output_file if name is None else name
        found = outputs.get(wanted or "")
        if found is None:
            what = "has no main output" if name is None else f"has no output {name!r}"
            raise NoSuchFile(
                f"job {job_id} {what}",
                hint=f"it has {', '.join(outputs)}" if outputs else "its text is at /stdout",
            )
        return record, found

    async def _with_outputs(self, record: JobRecord) -> JobRecord:
        """The record with what the job has left so far, if it runs."""
        if record.status is not Status.RUNNING:
            return record
        return replace(record, outputs=await self.results.so_far(record.job_id))

    async def _own(self, caller: Caller, job_id: str) -> JobRecord:
        record = await self.store.get(job_id) if is_uuid(job_id) else None
        if record is None or record.owner != caller.name:
            raise NoSuchJob(f"no job {job_id!r}", hint="POST /cli/run makes one")
        return record

    async def _ask_to_end(self, job_id: str) -> None:
        """Cancel a queued job at once; ask the runner of a running one to end it."""
        canceled = await self.store.change(
            job_id,
            (Status.QUEUED,),
            status=Status.CANCELED,
            reason=Reason.CANCELED,
            finished_at=datetime.now(UTC),
        )
        if canceled is not None:
            self.ended(canceled, ())
            with suppress(OSError):  # a full disk; who follows the job adds it when there is space
                await self.log.append(job_id, final_frame(canceled))
            await self.signals.notify(Topic.FINISHED, job_id)
        elif await self.store.change(job_id, (Status.RUNNING,), cancel_requested=True):
            await self.signals.notify(Topic.CANCEL, job_id)


def _still_there(record: JobRecord) -> JobRecord:
    if record.expired:
        raise Gone(f"the results of job {record.job_id} were removed after their time")
    return record
