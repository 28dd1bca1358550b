"""Run one claimed job: workspace, isolated process, captured streams, collected outputs."""

import asyncio
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from zyra.core.exit_codes import DONE
from zyra.jobs.isolation.executor import Ended, Executor
from zyra.jobs.publisher import Publisher
from zyra.jobs.records import Reason, Status
from zyra.jobs.results import OUTPUTS, SCRATCH, Workspace
from zyra.jobs.runner import TERM_GRACE_S, Bring, CommandRun, Plan, StreamFiles

STOPPED = "the service was stopped"


@dataclass
class Run:
    """One execution of a job that is one command: the state while it goes on.

    Attributes:
        hidden: Texts that are masked in everything that the command says.
    """

    plan: Plan
    workspace: Workspace
    publisher: Publisher
    hidden: Sequence[str] = ()
    _command: CommandRun = field(init=False)
    _streams: StreamFiles = field(init=False)

    def __post_init__(self) -> None:
        self._streams = StreamFiles(self.workspace, self.plan.file_bytes, self.publisher.notice)
        self._command = CommandRun(
            self.plan,
            self.workspace.place(OUTPUTS),
            self.workspace.place(SCRATCH),
            self._streams.keep,
            self.publisher.report,
            self.hidden,
            self._make_room,
        )

    async def fetch(self, bring: Bring) -> None:
        """Have what the command reads brought to this machine."""
        self.plan = await bring(self.plan)

    async def execute(self, executor: Executor) -> dict[str, Any]:
        """Run to the end; return the fields of the record that are final then."""
        self._command.plan = self.plan
        publishing = asyncio.ensure_future(self.publisher.publish())
        try:
            with closing(self._streams):
                ended = await self._command.execute(executor)
            finished = datetime.now(UTC)
            found = await gathered(self.workspace, self.plan.output)
        finally:
            self.publisher.end()
            await publishing
        return found | self._verdict(ended) | {"finished_at": finished}

    def cancel(self, grace_s: float = TERM_GRACE_S) -> None:
        """End the command because somebody asked for it."""
        self._command.stop(Reason.CANCELED, grace_s)

    def abandon(self) -> None:
        """End the command because the service stops."""
        self._command.stop(Reason.LOST, TERM_GRACE_S, STOPPED)

    def _make_room(self) -> None:
        self.workspace.create(self.plan.links)
        self._streams.open()

    def _verdict(self, ended: Ended) -> dict[str, Any]:
        reason = self._command.why(ended)
        status = status_of(reason, ended.exit_code)
        return {
            "status": status,
            "reason": reason,
            "exit_code": ended.exit_code,
            "max_rss_bytes": ended.max_rss_bytes,
            "cpu_s": ended.cpu_s,
            "message": self._command.fault or self.publisher.message,
            "progress": 1.0 if status is Status.SUCCEEDED else self.publisher.progress,
        }


def status_of(reason: Reason, exit_code: int | None) -> Status:
    """The final status of what ended so."""
    if reason is Reason.CANCELED:
        return Status.CANCELED
    return Status.SUCCEEDED if (reason, exit_code) == (Reason.EXIT, DONE) else Status.FAILED


async def gathered(workspace: Workspace, wanted: str | None) -> dict[str, Any]:
    """Collect what a job has left, in a thread if that is much.

    Args:
        workspace: Where it worked.
        wanted: The name that its main output should have, if it is to have one.
    """
    if workspace.has_little():
        return _gather(workspace, wanted, has_files=False)
    return await asyncio.to_thread(_gather, workspace, wanted)


def _gather(workspace: Workspace, wanted: str | None, *, has_files: bool = True) -> dict[str, Any]:
    workspace.remove_scratch()
    stdout = workspace.captured("stdout")
    binary = None if stdout.is_text else workspace.keep_binary_stdout()
    outputs = workspace.collect() if has_files or binary else ()
    return {
        "stdout": stdout,
        "stderr": workspace.captured("stderr"),
        "outputs": outputs,
        "output_file": _main_output({output.name for output in outputs}, wanted, binary),
    }


def _main_output(names: set[str], wanted: str | None, binary: str | None) -> str | None:
    if wanted in names:
        return wanted
    return binary or (next(iter(names)) if len(names) == 1 else None)
