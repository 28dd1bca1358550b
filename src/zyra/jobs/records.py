"""The record of a job: what was asked, what became of it, what it left behind."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from zyra.core.changes import changed


class Status(StrEnum):
    """Where a job stands; the last three are final."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"

    @property
    def is_final(self) -> bool:
        """Whether the job never changes again."""
        return self not in (Status.QUEUED, Status.RUNNING)


class Reason(StrEnum):
    """Why a command ended."""

    EXIT = "exit"
    TIMEOUT = "timeout"
    CANCELED = "canceled"
    MEMORY = "memory"
    CRASHED = "crashed"
    LOST = "lost"


class Mode(StrEnum):
    """Whether the caller waits for the result."""

    SYNC = "sync"
    ASYNC = "async"


@dataclass(frozen=True)
class Output:
    """A file that a job left in its folder.

    Attributes:
        name: Path relative to the job's folder, with `/`.
        size: Bytes.
        media_type: From its content, else its name.
        sha256: Hexadecimal digest; None while the job runs, for then it may still change.
        modified: Time of its last change (UTC).
    """

    name: str
    size: int
    media_type: str
    sha256: str | None
    modified: datetime


@dataclass(frozen=True)
class Captured:
    """What a stream of the command received, as it goes into JSON.

    Attributes:
        text: UTF-8 text, at most 1 MiB of it; empty when the bytes are not text.
        size: Bytes in all.
        truncated: Whether `text` is only the beginning.
        is_text: Whether the whole stream is UTF-8 text.
    """

    text: str = ""
    size: int = 0
    truncated: bool = False
    is_text: bool = True


@dataclass(frozen=True)
class Attempt:
    """One try to deliver a callback; `error` is empty when it was heard."""

    time: datetime
    status: int | None
    error: str


@dataclass(frozen=True)
class Callback:
    """The address to call when the job is done, and the log of what came of it.

    Attributes:
        url: As it is shown: without user name, password and query.
        method: `GET` or `POST`.
        address: All of it, as the vault keeps it.
        due: When the next attempt is to be made; None when there is none to make.
    """

    url: str
    method: str
    address: str
    attempts: tuple[Attempt, ...] = ()
    due: datetime | None = None


class StepStatus(StrEnum):
    """Where a step of a pipeline stands; the last four are final."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"
    SKIPPED = "skipped"

    @property
    def is_final(self) -> bool:
        """Whether the step never changes again."""
        return self not in (StepStatus.QUEUED, StepStatus.RUNNING)


@dataclass(frozen=True)
class StepRecord:
    """One step of a pipeline: what was asked, and what became of it.

    Attributes:
        number: Its place in the pipeline's file, from 1.
        args: Arguments as given, secrets masked.
        exit_code: The command's own, 128+n when signal n ended it, None until known.
        message: Why it was skipped or ended, or what it said last of its progress.
        stdout: The end of what it wrote and no other step read.
        stderr: The end of what it wrote.
        outputs: Names of the files among the job's outputs that it has written.
    """

    number: int
    name: str
    stage: str
    command: str
    args: Mapping[str, Any]
    status: StepStatus = StepStatus.QUEUED
    exit_code: int | None = None
    reason: Reason | None = None
    message: str = ""
    progress: float = 0.0
    started_at: datetime | None = None
    finished_at: datetime | None = None
    max_rss_bytes: int | None = None
    cpu_s: float | None = None
    stdout: Captured = Captured()
    stderr: Captured = Captured()
    outputs: tuple[str, ...] = ()

    @property
    def duration_s(self) -> float | None:
        """Seconds from start to end; None until both are known."""
        return _seconds_between(self.started_at, self.finished_at)


@dataclass(frozen=True)
class JobRecord:
    """One execution of one command, or of the steps of a pipeline.

    Attributes:
        owner: Who asked; nobody else sees the job.
        args: Arguments as given, secrets masked.
        exit_code: The command's own, 128+n when signal n ended it, None until known.
        output_file: Name of the main output, or None.
        progress: 0 to 1.
        max_rss_bytes: Most memory used, None until known.
        cpu_s: Processor time used, None until known.
        queue_position: 1 for the next to start, None when it is not waiting.
        attempts: How often the command was started.
        retries: How often it may be started again when its runner was lost.
        cancel_requested: Whether its runner was asked to end it.
        uses: What it reads, `file:ID` or `job:ID`; kept while it is not done.
        expired: Whether its results were removed after their time.
        callback: Whom to tell when it is done, or None.
        steps: Of a pipeline, those that were to be run.
        request_id: Of the request that it came from, or None.
        traceparent: Names the span of that request (W3C Trace Context), or None.
    """

    job_id: str
    owner: str
    stage: str
    command: str
    args: Mapping[str, Any]
    mode: Mode
    created_at: datetime
    status: Status = Status.QUEUED
    started_at: datetime | None = None
    finished_at: datetime | None = None
    exit_code: int | None = None
    reason: Reason | None = None
    stdout: Captured = Captured()
    stderr: Captured = Captured()
    outputs: tuple[Output, ...] = ()
    output_file: str | None = None
    progress: float = 0.0
    message: str = ""
    max_rss_bytes: int | None = None
    cpu_s: float | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    queue_position: int | None = None
    attempts: int = 0
    retries: int = 0
    cancel_requested: bool = False
    uses: tuple[str, ...] = ()
    expired: bool = False
    callback: Callback | None = None
    steps: tuple[StepRecord, ...] = ()
    request_id: str | None = None
    traceparent: str | None = None

    @property
    def ok(self) -> bool:
        """Whether the command ended with exit code 0."""
        return self.status is Status.SUCCEEDED

    def changed(self, **changes: Any) -> "JobRecord":
        """The record with other values in some fields.

        Raises:
            TypeError: There is no such field.
        """
        return changed(self, **changes)

    @property
    def duration_s(self) -> float | None:
        """Seconds from start to end; None until both are known."""
        return _seconds_between(self.started_at, self.finished_at)


def _seconds_between(start: datetime | None, end: datetime | None) -> float | None:
    return None if start is None or end is None else (end - start).total_seconds()
