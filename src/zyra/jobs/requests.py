"""What a caller asks for, and how a request is refused."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from zyra.core.errors import UsageError, ZyraError
from zyra.jobs.records import Mode


@dataclass(frozen=True)
class Caller:
    """Who asks.

    Attributes:
        name: Stable identity; owns the jobs and uploads that it makes.
        is_limited: Whether quotas hold for it; not for this machine's own user, who could do
            as much without the service.
        secrets: Names of the server's secrets that its runs may use; `*` is all.
    """

    name: str
    is_limited: bool = field(default=False, compare=False)
    secrets: frozenset[str] = field(default=frozenset(), compare=False)

    def may_use(self, secret: str) -> bool:
        """Whether its runs may use the server's secret of that name."""
        return not self.secrets.isdisjoint({secret, "*"})


@dataclass(frozen=True)
class Upload:
    """Name an upload as the source of stdin."""

    file_id: str


@dataclass(frozen=True)
class JobFile:
    """Name an output of an earlier job as the source of stdin."""

    job_id: str
    file: str


@dataclass(frozen=True)
class Origin:
    """Where a request came from, for logs and traces.

    Attributes:
        request_id: Of the HTTP request, or None.
        traceparent: Names the span of that request (W3C Trace Context), or None.
    """

    request_id: str | None = None
    traceparent: str | None = None


@dataclass(frozen=True)
class RunRequest:
    """One command to run.

    Attributes:
        args: As the caller gave them, not yet validated.
        stdin: Text, an upload, an earlier output, or None for an empty stdin.
        timeout_s: Shorter limit than the service's own, or None.
        cancel_on_disconnect: End the command when a waiting caller goes away.
        metadata: Small object that is echoed back.
        idempotency_key: The same key with the same request gives the same job.
        retries: How often to start again when the runner was lost.
        callback_url: Address to call when the job is done, or None.
        callback_method: `GET` or `POST`.
        origin: Where it came from; the same request may come again from elsewhere.
    """

    stage: str
    command: str
    args: Mapping[str, Any]
    mode: Mode = Mode.SYNC
    stdin: str | Upload | JobFile | None = None
    timeout_s: float | None = None
    cancel_on_disconnect: bool = False
    metadata: Mapping[str, Any] = field(default_factory=dict)
    idempotency_key: str | None = None
    retries: int = 0
    callback_url: str | None = None
    callback_method: str = "POST"
    origin: Origin = Origin()


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with a request.

    Attributes:
        loc: Where, such as `("args", "width")`.
        msg: What is wrong.
        type: Short stable word for programs, such as `missing`.
        hint: What to do about it, or None.
    """

    loc: tuple[str | int, ...]
    msg: str
    type: str
    hint: str | None = None


class RequestRefused(UsageError):
    """The request is wrong; `problems` has all that was found, not only the first."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(f"{_place(p)}: {p.msg}" for p in problems))
        self.problems = problems


class NoSuchJob(ZyraError):
    """No job of that id belongs to the caller."""


class NoSuchFile(ZyraError):
    """No upload or output of that name belongs to the caller."""


class Conflict(ZyraError):
    """What was asked does not fit the state of things, such as to cancel a finished job."""


class Gone(ZyraError):
    """A result or upload was removed after its time."""


class ServiceUnavailable(ZyraError):
    """The service cannot take the request now; `retry_after_s` says when to come back."""

    def __init__(
        self, message: str, *, retry_after_s: float = 5.0, hint: str | None = None
    ) -> None:
        super().__init__(message, hint=hint or f"try again in {retry_after_s:g} s")
        self.retry_after_s = retry_after_s


class StorageFull(ServiceUnavailable):
    """There is no space to keep a job or an upload."""


class QuotaReached(ServiceUnavailable):
    """The caller has as much open at a time as it may; it can come again when something ends."""


class StoredQuotaReached(ZyraError):
    """The caller's uploads take as much space as they may."""


def _place(problem: Problem) -> str:
    return ".".join(str(part) for part in problem.loc) or "request"
