"""Run one claimed job: workspace, isolated process, captured streams, collected outputs."""

import asyncio
import json
import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from io import FileIO
from typing import Any, Self

from zyra.jobs.isolation.assignment import Assignment, Limits, unnamed_file
from zyra.jobs.isolation.capture import Pipe
from zyra.jobs.isolation.executor import LOST, Ended, Executor, RunningCommand
from zyra.jobs.plain_files import open_plain
from zyra.jobs.publisher import Publisher
from zyra.jobs.records import Reason, Status
from zyra.jobs.results import STREAMS, Workspace, write_whole
from zyra.jobs.stream_mask import StreamMask

TERM_GRACE_S = 2.0
EVENT_BYTES = 1 << 16
RELAUNCHES = 3


@dataclass(frozen=True)
class Plan:
    """A resolved request, ready to run.

    Attributes:
        args: Validated arguments with usable paths.
        links: Files that the job reads, by their names in its own folder.
        readable: All that it reads by absolute path: those files, and what lies under data roots.
        secrets: Names of the arguments that are secret.
        output: Name that the command was asked to write, its main output; or None.
        stdin_text: What the command reads as stdin, or None.
        stdin_path: File that the command reads as stdin, or None.
    """

    stage: str
    command: str
    args: Mapping[str, Any]
    output: str | None
    stdin_text: str | None
    stdin_path: str | None
    timeout_s: float
    memory_bytes: int
    file_bytes: int
    links: Mapping[str, str] = field(default_factory=dict)
    readable: tuple[str, ...] = ()
    allow_hosts: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()

    def to_json(self) -> str:
        """The plan as JSON, for a queue."""
        return json.dumps(vars(self))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The plan that `to_json` wrote, be it that of an earlier version.

        So a field that is added later needs a default, and one that went is passed over.
        """
        known = {field.name for field in fields(cls)}
        values = {name: value for name, value in json.loads(text).items() if name in known}
        for name in ("allow_hosts", "readable", "secrets"):
            values[name] = tuple(values.get(name, ()))
        return cls(**values)


@dataclass
class Run:
    """One execution: the state while it goes on.

    Attributes:
        hidden: Texts that are masked in everything that the command says.
    """

    plan: Plan
    workspace: Workspace
    publisher: Publisher
    hidden: Sequence[str] = ()
    reason: Reason | None = None
    fault: str = ""
    _command: RunningCommand | None = None
    _files: dict[str, FileIO] = field(default_factory=dict)
    _event_line: bytes = b""
    _has_begun: bool = False
    _masks: dict[str, StreamMask] = field(default_factory=dict)

    async def execute(self, executor: Executor) -> dict[str, Any]:
        """Run to the end; return the fields of the record that are final then."""
        self.workspace.create(self.plan.links)
        publishing = asyncio.ensure_future(self.publisher.publish())
        try:
            ended = await self._run_process(executor)
            finished = datetime.now(UTC)
            little = self.workspace.has_little()
            results = self._gather() if little else await asyncio.to_thread(self._gather)
        finally:
            self.publisher.end()
            await publishing
        return results | self._verdict(ended) | {"finished_at": finished}

    def cancel(self, grace_s: float = TERM_GRACE_S) -> None:
        """End the command because somebody asked for it."""
        self._stop(Reason.CANCELED, grace_s)

    def abandon(self) -> None:
        """End the command because the service stops."""
        self.fault = "the service was stopped"
        self._stop(Reason.LOST, TERM_GRACE_S)

    async def _run_process(self, executor: Executor) -> Ended:
        for name in STREAMS:
            self._masks[name] = StreamMask(self.hidden)
            self._files[name] = self.workspace.stream(name).open("xb", buffering=0)
        try:
            ended = await self._attempt(executor)
            for _ in range(RELAUNCHES):
                # Its process is gone and never began: starting it again starts it once.
                if ended is not LOST or self._has_begun or self.reason is not None:
                    break
                ended = await self._attempt(executor)
            return ended
        finally:
            for name, stream in self._files.items():
                self._write(name, self._masks[name].flush())
                stream.close()

    async def _attempt(self, executor: Executor) -> Ended:
        pipes = [
            Pipe(lambda chunk: self._keep("stdout", chunk)),
            Pipe(lambda chunk: self._keep("stderr", chunk)),
            Pipe(self._take_events),
        ]
        try:
            return await self._launch_and_wait(executor, pipes)
        finally:
            for pipe in pipes:
                pipe.drain()

    async def _launch_and_wait(self, executor: Executor, pipes: list[Pipe]) -> Ended:
        streams = [_open_stdin(self.plan), *(pipe.write_fd for pipe in pipes)]
        self._command = await executor.launch(self._assignment(), streams)
        if self.reason is not None:  # canceled before the process was there
            self._command.stop(0)
        timer = asyncio.get_running_loop().call_later(
            self.plan.timeout_s, self._stop, Reason.TIMEOUT, TERM_GRACE_S
        )
        try:
            return await self._command.ended
        finally:
            timer.cancel()

    def _assignment(self) -> Assignment:
        plan = self.plan
        cpu_s = math.ceil(plan.timeout_s * (os.cpu_count() or 1)) + 1
        return Assignment(
            plan.stage,
            plan.command,
            plan.args,
            folder=str(self.workspace.outputs),
            scratch=str(self.workspace.scratch),
            limits=Limits(plan.memory_bytes, plan.file_bytes, cpu_s),
            allow_hosts=plan.allow_hosts,
            readable=plan.readable,
        )

    def _stop(self, reason: Reason, grace_s: float) -> None:
        if self.reason is None:
            self.reason = reason
        if self._command is not None:
            self._command.stop(grace_s)

    def _keep(self, name: str, chunk: bytes) -> None:
        self._write(name, self._masks[name].feed(chunk))

    def _write(self, name: str, chunk: bytes) -> None:
        try:
            write_whole(self._files[name], chunk)
        except OSError as error:
            self.fault = f"cannot keep {name}: {error.strerror}"
            self._stop(Reason.LOST, 0)
            return
        if self._files[name].tell() > self.plan.file_bytes:
            self.fault = f"{name} grew beyond {self.plan.file_bytes} bytes"
            self._stop(Reason.LOST, 0)
        self.publisher.notice()

    def _take_events(self, chunk: bytes) -> None:
        *lines, rest = (self._event_line + chunk).split(b"\n")
        self._event_line = rest[:EVENT_BYTES]
        for line in lines:
            event = _event(line)
            self._has_begun = self._has_begun or "begun" in event
            if event.get("reason") == Reason.MEMORY:
                self.reason = self.reason or Reason.MEMORY
            elif "progress" in event:
                message = self._masks["stderr"].text(str(event.get("message", "")))
                self.publisher.report(float(event["progress"]), message)
            elif "left" in event and self._command is not None:
                self._command.leave(_ended(event))

    def _gather(self) -> dict[str, Any]:
        """Collect what the command left; reads files, so it runs in a thread if it is much."""
        self.workspace.remove_scratch()
        stdout = self.workspace.captured("stdout")
        binary = None if stdout.is_text else self.workspace.keep_binary_stdout()
        outputs = self.workspace.collect()
        return {
            "stdout": stdout,
            "stderr": self.workspace.captured("stderr"),
            "outputs": outputs,
            "output_file": self._main_output({output.name for output in outputs}, binary),
        }

    def _main_output(self, names: set[str], binary: str | None) -> str | None:
        if self.plan.output in names:
            return self.plan.output
        return binary or (next(iter(names)) if len(names) == 1 else None)

    def _verdict(self, ended: Ended) -> dict[str, Any]:
        reason = self.reason or _reason_of(ended)
        status = Status.SUCCEEDED if ended.exit_code == 0 else Status.FAILED
        if reason is Reason.CANCELED:
            status = Status.CANCELED
        elif reason is not Reason.EXIT:
            status = Status.FAILED
        return {
            "status": status,
            "reason": reason,
            "exit_code": ended.exit_code,
            "max_rss_bytes": ended.max_rss_bytes,
            "cpu_s": ended.cpu_s,
            "message": self.fault or self.publisher.message,
            "progress": 1.0 if status is Status.SUCCEEDED else self.publisher.progress,
        }


def _open_stdin(plan: Plan) -> int:
    """A descriptor from which the command reads its stdin; an empty one where it has none."""
    if plan.stdin_path is not None:
        with open_plain(plan.stdin_path) as stream:
            return os.dup(stream.fileno())
    if plan.stdin_text is None:
        return os.open(os.devnull, os.O_RDONLY)
    return unnamed_file(plan.stdin_text.encode("utf-8", "surrogatepass"))


def _event(line: bytes) -> Mapping[str, Any]:
    """The event that a child sent; what is not one (a command wrote there itself) is empty."""
    try:
        event = json.loads(line)
    except ValueError:
        return {}
    return event if isinstance(event, dict) else {}


def _ended(event: Mapping[str, Any]) -> Ended:
    """How a process ends, by its own word."""
    status = (int(event["left"]) & 0xFF) << 8
    return Ended.from_status(status, int(event["max_rss_bytes"]), float(event["cpu_s"]))


def _reason_of(ended: Ended) -> Reason:
    if ended.exit_code is None:
        return Reason.LOST
    return Reason.EXIT if ended.signal is None else Reason.CRASHED
