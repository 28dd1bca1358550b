"""Run one command in a process of its own: what it says is kept, masked; its end is told."""

import asyncio
import json
import math
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from io import FileIO
from typing import Any, Self

from zyra.core.errors import LimitExceeded
from zyra.jobs.isolation.assignment import Assignment, Limits, unnamed_file
from zyra.jobs.isolation.capture import Pipe
from zyra.jobs.isolation.executor import LOST, Ended, Executor, OpenStreams, RunningCommand
from zyra.jobs.plain_files import open_plain
from zyra.jobs.records import Reason
from zyra.jobs.results import STREAMS, Workspace, write_whole
from zyra.jobs.stream_mask import StreamMask

TERM_GRACE_S = 2.0
EVENT_BYTES = 1 << 16
RELAUNCHES = 3
MOST_CODE, MOST_USED = 0xFF, 1 << 53  # of wait(2); whole numbers that JSON keeps exactly
PROCESSORS = os.cpu_count() or 1

Report = Callable[[float, str], None]


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
    def from_values(cls, given: Mapping[str, Any]) -> Self:
        """The plan of which `to_json` wrote these values, be it that of an earlier version.

        So a field that is added later needs a default, and one that went is passed over.
        """
        known = cls.__dataclass_fields__
        values = {name: value for name, value in given.items() if name in known}
        for name in ("allow_hosts", "readable", "secrets"):
            values[name] = tuple(values.get(name, ()))
        return cls(**values)

    @property
    def commands(self) -> Sequence[Self]:
        """The plans of its commands, as a pipeline has several."""
        return [self]

    def with_commands(self, plans: Sequence[Self]) -> Self:
        """The plan of its one command."""
        return plans[0]

    def reading_at(self, moved: Mapping[str | None, str]) -> Self:
        """The same plan with what it reads elsewhere, by where it is now."""
        return replace(
            self,
            links={name: moved.get(place, place) for name, place in self.links.items()},
            readable=tuple(moved.get(place, place) for place in self.readable),
            stdin_path=moved.get(self.stdin_path, self.stdin_path),
        )


Bring = Callable[[Plan], Awaitable[Plan]]


class StreamFiles:
    """The files that stdout and stderr of a run go to.

    Args:
        workspace: Where they are.
        most: Bytes that each may have.
        notice: Called when there is something new.
    """

    def __init__(self, workspace: Workspace, most: int, notice: Callable[[], None]) -> None:
        self._files: dict[str, FileIO] = {}
        self._workspace = workspace
        self._most = most
        self._notice = notice

    def open(self) -> None:
        """Make the files; they are not there yet."""
        for name in STREAMS:
            self._files[name] = FileIO(self._workspace.place(name), "xb")

    def close(self) -> None:
        """Close the files."""
        for stream in self._files.values():
            stream.close()

    def keep(self, name: str, chunk: bytes) -> None:
        """Append to a stream.

        Raises:
            OSError: No space.
            LimitExceeded: It has more than it may.
        """
        write_whole(self._files[name].fileno(), chunk)
        self._notice()
        if self._files[name].tell() > self._most:
            raise LimitExceeded(f"{name} grew beyond {self._most} bytes")


@dataclass
class CommandRun:
    """One execution of one command.

    Attributes:
        folder: Where it works.
        scratch: For its temporary files.
        keep: Takes what it writes to a stream, by the stream's name; a refusal ends it.
        report: Takes its progress.
        hidden: Texts that are masked in all that it says.
        make_room: Makes what is not there yet of all that, while its process makes itself ready.
        reason: Why it is ended from outside, if it is.
        fault: The same in words.
    """

    plan: Plan
    folder: str
    scratch: str
    keep: Callable[[str, bytes], None]
    report: Report
    hidden: Sequence[str] = ()
    make_room: Callable[[], None] = lambda: None
    reason: Reason | None = None
    fault: str = ""
    _has_room: bool = False
    _command: RunningCommand | None = None
    _event_line: bytes = b""
    _masks: dict[str, StreamMask] = field(default_factory=dict)

    async def execute(
        self, executor: Executor, stdin: int | None = None, stdout: int | None = None
    ) -> Ended:
        """Run to the end.

        Args:
            executor: Starts the process.
            stdin: Descriptor to read in place of what the plan names; closed here.
            stdout: Descriptor to write to, past `keep`; closed here.

        Raises:
            OSError: The process cannot be started.
        """
        self._masks = {name: StreamMask(self.hidden) for name in STREAMS}
        try:
            ended = await self._attempt(executor, stdin, stdout)
            # Its process is gone and never began: starting it again starts it once. What is
            # joined to others has lost them as well.
            is_alone = stdin is None and stdout is None
            for _ in range(RELAUNCHES if is_alone else 0):
                if ended is not LOST or self._has_begun() or self.reason is not None:
                    break
                ended = await self._attempt(executor, None, None)
            return ended
        finally:
            for name in STREAMS:
                if rest := self._masks[name].flush():
                    self._write(name, rest)

    def stop(self, reason: Reason, grace_s: float, fault: str = "") -> None:
        """End it: TERM, and KILL after the grace; before it has started, as soon as it has."""
        if self.reason is None:
            self.reason, self.fault = reason, fault
        if self._command is not None:
            self._command.stop(grace_s)

    def why(self, ended: Ended) -> Reason:
        """Why it has ended."""
        return self.reason or _reason_of(ended)

    async def _attempt(self, executor: Executor, stdin: int | None, stdout: int | None) -> Ended:
        captured: list[Pipe] = []
        given = [stream for stream in (stdin, stdout) if stream is not None]

        def open_streams() -> list[int]:
            if not self._has_room:
                self.make_room()
                self._has_room = True
            streams = self._open_streams(captured, stdin, stdout)
            given.clear()  # they are the executor's now
            return streams

        try:
            return await self._launch_and_wait(executor, open_streams)
        finally:
            for stream in given:
                os.close(stream)
            for pipe in captured:
                pipe.drain()

    def _open_streams(
        self, captured: list[Pipe], stdin: int | None, stdout: int | None
    ) -> list[int]:
        """Descriptors of stdin, stdout, stderr and events; new pipes are added to `captured`."""
        takers = [lambda chunk: self._take("stderr", chunk), self._take_events]
        if stdout is None:
            takers.insert(0, lambda chunk: self._take("stdout", chunk))
        opened: list[int] = []
        try:
            if stdin is None:
                opened.append(stdin := _open_stdin(self.plan))
            for take in takers:
                captured.append(Pipe(take))
                opened.append(captured[-1].write_fd)
        except BaseException:
            for stream in opened:
                os.close(stream)
            raise
        return [stdin, *([] if stdout is None else [stdout]), *opened[-len(takers) :]]

    async def _launch_and_wait(self, executor: Executor, open_streams: OpenStreams) -> Ended:
        self._command = await executor.launch(self._assignment(), open_streams)
        if self.reason is not None:  # canceled before the process was there
            self._command.stop(0)
        timer = asyncio.get_running_loop().call_later(
            self.plan.timeout_s, self.stop, Reason.TIMEOUT, TERM_GRACE_S
        )
        try:
            return await self._command.ended
        finally:
            timer.cancel()

    def _has_begun(self) -> bool:
        return self._command is None or self._command.has_begun

    def _assignment(self) -> Assignment:
        plan = self.plan
        cpu_s = math.ceil(plan.timeout_s * PROCESSORS) + 1
        return Assignment(
            plan.stage,
            plan.command,
            plan.args,
            folder=self.folder,
            scratch=self.scratch,
            limits=Limits(plan.memory_bytes, plan.file_bytes, cpu_s),
            allow_hosts=plan.allow_hosts,
            readable=plan.readable,
        )

    def _take(self, name: str, chunk: bytes) -> None:
        self._write(name, self._masks[name].feed(chunk))

    def _write(self, name: str, chunk: bytes) -> None:
        try:
            self.keep(name, chunk)
        except OSError as error:
            self.stop(Reason.LOST, 0, f"cannot keep {name}: {error.strerror}")
        except LimitExceeded as error:
            self.stop(Reason.LOST, 0, error.message)

    def _take_events(self, chunk: bytes) -> None:
        *lines, rest = (self._event_line + chunk).split(b"\n")
        self._event_line = rest[:EVENT_BYTES]
        for line in lines:
            event = _event(line)
            if event.get("reason") == Reason.MEMORY:
                self.reason = self.reason or Reason.MEMORY
            elif "progress" in event:
                message = self._masks["stderr"].text(str(event.get("message", "")))
                self.report(_fraction(event["progress"]), message)
            elif (ended := _ended(event)) is not None and self._command is not None:
                self._command.leave(ended)


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


def _fraction(given: object) -> float:
    """Progress from 0 to 1; a command may have written there itself, and JSON knows no NaN."""
    return min(1.0, max(0.0, given)) if isinstance(given, (int, float)) else 0.0


def _ended(event: Mapping[str, Any]) -> Ended | None:
    """How a process ends, by its own word; None where that is none."""
    told = [event.get(name) for name in ("left", "max_rss_bytes", "cpu_s")]
    code, max_rss_bytes, cpu_s = (n if isinstance(n, (int, float)) else math.nan for n in told)
    if not (0 <= code <= MOST_CODE and 0 <= max_rss_bytes < MOST_USED and 0 <= cpu_s < MOST_USED):
        return None
    return Ended.from_status(int(code) << 8, int(max_rss_bytes), cpu_s)


def _reason_of(ended: Ended) -> Reason:
    if ended.exit_code is None:
        return Reason.LOST
    return Reason.EXIT if ended.signal is None else Reason.CRASHED
