"""The one way to run a command for somebody: HTTP, pipelines and other faces call this."""

import asyncio
import os
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from zyra.core.kinds import Kind, kinds_of
from zyra.core.settings import Settings
from zyra.jobs.isolation.executor import Executor
from zyra.jobs.ports import JobStore
from zyra.jobs.records import JobRecord, Reason, Status
from zyra.jobs.requests import (
    Caller,
    JobFile,
    NoSuchFile,
    NoSuchJob,
    Problem,
    RequestRefused,
    RunRequest,
    ServiceUnavailable,
    Upload,
)
from zyra.jobs.resolving import Resolver, masked
from zyra.jobs.results import STREAMS, Workspace
from zyra.jobs.runner import Plan, Run
from zyra.jobs.uploads import Uploads, is_uuid
from zyra.jobs.validation import validate_args
from zyra.registry import Registry, find_command


@dataclass(frozen=True)
class JobService:
    """Runs commands of the registry and answers for their results.

    Attributes:
        uploads: The files that callers have given.
    """

    registry: Registry
    settings: Settings
    store: JobStore
    executor: Executor
    uploads: Uploads
    _slots: asyncio.Semaphore = field(init=False)
    _tasks: set["asyncio.Task[JobRecord]"] = field(default_factory=set, init=False)

    def __post_init__(self) -> None:
        """Make one slot for each command that may run at once."""
        object.__setattr__(self, "_slots", asyncio.Semaphore(self.settings.concurrency))

    async def start(self) -> None:
        """Begin to take requests; returns before the scientific stack is loaded."""
        self.settings.results_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        await self.executor.start()

    async def close(self) -> None:
        """End what still runs, then release everything."""
        await self.executor.close()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.store.close()

    def checks(self) -> dict[str, bool]:
        """What must be true for the service to be of use, by name."""
        return {
            "executor": self.executor.is_ready,
            "results": os.access(self.settings.results_dir, os.W_OK),
            "uploads": os.access(self.settings.upload_dir, os.W_OK),
        }

    async def run(self, caller: Caller, request: RunRequest) -> JobRecord:
        """Run a command to its end and return its final record.

        Raises:
            UnknownName: No such stage or command.
            RequestRefused: The arguments are wrong or name what may not be used.
            ServiceUnavailable: There is no room to run it now.
        """
        record, plan = await self._prepare(caller, request)
        await self.store.add(record)
        run = Run(plan, self._workspace(record.job_id), _publish_to_nobody)
        task = asyncio.ensure_future(self._execute(record, run))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            if request.cancel_on_disconnect:
                run.cancel()
            raise

    async def job(self, caller: Caller, job_id: str) -> JobRecord:
        """The record of a job of `caller`.

        Raises:
            NoSuchJob: It does not exist or belongs to somebody else.
        """
        record = await self.store.get(job_id) if is_uuid(job_id) else None
        if record is None or record.owner != caller.name:
            raise NoSuchJob(f"no job {job_id!r}", hint="POST /cli/run makes one")
        return record

    async def output_path(self, caller: Caller, job_id: str, name: str | None) -> Path:
        """Where an output of a job of `caller` is; the main one when `name` is None.

        Raises:
            NoSuchJob: The job does not exist or belongs to somebody else.
            NoSuchFile: The job has no output of that name.
        """
        record = await self.job(caller, job_id)
        names = [output.name for output in record.outputs]
        wanted = record.output_file if name is None else name
        if wanted not in names:
            what = "has no main output" if name is None else f"has no output {name!r}"
            raise NoSuchFile(
                f"job {job_id} {what}",
                hint=f"it has {', '.join(names)}" if names else "its text is at /stdout",
            )
        return self._workspace(job_id).outputs / str(wanted)

    async def stream_path(self, caller: Caller, job_id: str, name: str) -> Path:
        """Where the captured bytes of `stdout` or `stderr` are.

        Raises:
            NoSuchJob: The job does not exist or belongs to somebody else.
            NoSuchFile: There is no such stream, or nothing was captured yet.
        """
        record = await self.job(caller, job_id)
        path = self._workspace(record.job_id).stream(name)
        if name not in STREAMS or not path.exists():
            raise NoSuchFile(f"job {job_id} has no {name!r}")
        return path

    async def _execute(self, record: JobRecord, run: Run) -> JobRecord:
        async with self._slots:
            await self._change(record, Status.QUEUED, status=Status.RUNNING)
            try:
                final = await run.execute(self.executor)
            except OSError as error:  # no space or no descriptors for the job's own files
                final = {"status": Status.FAILED, "reason": Reason.LOST, "message": str(error)}
            return await self._change(record, Status.RUNNING, progress=1.0, **final)

    async def _change(self, record: JobRecord, expected: Status, **changes: Any) -> JobRecord:
        changed = await self.store.change(record.job_id, (expected,), **changes)
        if changed is None:
            raise ServiceUnavailable(f"job {record.job_id} was changed by somebody else")
        return changed

    async def _prepare(self, caller: Caller, request: RunRequest) -> tuple[JobRecord, Plan]:
        command = find_command(self.registry, request.stage, request.command)
        args = validate_args(command, request.args)
        values = await self._resolver(caller).resolve(args)
        record = JobRecord(
            job_id=str(uuid.uuid4()),
            owner=caller.name,
            stage=command.stage,
            command=command.name,
            args=masked(args),
            mode=request.mode,
            created_at=datetime.now(UTC),
            metadata=request.metadata,
        )
        wanted = (n for n, kind in kinds_of(type(args)).items() if kind is Kind.OUTPUT_FILE)
        longest = self.settings.run_timeout_s
        plan = Plan(
            stage=command.stage,
            command=command.name,
            args=values,
            output=next((values[name] for name in wanted if name in values), None),
            stdin=await self._stdin(caller, request),
            timeout_s=min(request.timeout_s or longest, longest),
            memory_bytes=self.settings.run_memory_bytes,
            file_bytes=self.settings.run_file_bytes,
            allow_hosts=self.settings.allow_hosts,
        )
        return record, plan

    async def _stdin(self, caller: Caller, request: RunRequest) -> bytes | Path | None:
        source = request.stdin
        try:
            if isinstance(source, Upload):
                return self.uploads.path(caller, source.file_id)
            if isinstance(source, JobFile):
                return await self.output_path(caller, source.job_id, source.file)
        except (NoSuchFile, NoSuchJob) as error:
            problem = Problem(("stdin",), error.message, "name_refused", error.hint)
            raise RequestRefused([problem]) from error
        return source.encode("utf-8", "surrogatepass") if source is not None else None

    def _resolver(self, caller: Caller) -> Resolver:
        async def find_output(job_id: str, name: str) -> Path:
            return await self.output_path(caller, job_id, name)

        return Resolver(
            network=self.settings.network,
            find_upload=lambda file_id: self.uploads.path(caller, file_id),
            find_output=find_output,
            data_roots=self.settings.data_roots,
        )

    def _workspace(self, job_id: str) -> Workspace:
        return Workspace(self.settings.results_dir / job_id)


def _publish_to_nobody(_stream: str, _chunk: bytes) -> None:
    """Live streams come with the event log."""
