"""What the engine needs from its surroundings.

Each port has an embedded implementation and a distributed one on Redis, and one contract
test suite runs on both.
"""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from zyra.jobs.events import Frame
from zyra.jobs.records import JobRecord, Status

# Told to who listens when signals may have been missed: look at everything of interest.
ANYTHING = ("anything", "")


@dataclass(frozen=True)
class Submission:
    """A job that is to be kept.

    Attributes:
        plan: What a runner needs to run it, as JSON.
        idempotency_key: With the owner's name it names one job, or None.
        fingerprint: Digest of the request; another one under the same key is a conflict.
        most_unfinished: So many queued and running jobs its owner may have, or None.
    """

    record: JobRecord
    plan: str
    idempotency_key: str | None = None
    fingerprint: str = ""
    most_unfinished: int | None = None


@dataclass(frozen=True)
class Claimed:
    """A job that a runner may run, alone."""

    record: JobRecord
    plan: str


@dataclass(frozen=True)
class Query:
    """Which jobs to list, newest first.

    Attributes:
        cursor: Where an earlier page ended, as its `next` said.
    """

    owner: str
    status: Status | None = None
    stage: str | None = None
    command: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    limit: int = 50
    cursor: str | None = None


@dataclass(frozen=True)
class Page:
    """Some jobs, and where the next page begins; None at the end."""

    jobs: tuple[JobRecord, ...]
    next: str | None


@dataclass(frozen=True)
class Renewal:
    """What a runner learns when it renews its leases.

    Attributes:
        lost: Jobs that are not its own any more: their commands must be ended.
        canceled: Jobs whose commands it is asked to end.
    """

    lost: frozenset[str]
    canceled: frozenset[str]


@dataclass(frozen=True)
class Backlog:
    """How much there is to do.

    Attributes:
        queued, running: So many jobs.
        oldest: When the first of the queued ones was accepted; None when none is queued.
    """

    queued: int
    running: int
    oldest: datetime | None


class JobStore(Protocol):
    """Keeps job records; what it has returned for survives a kill of any process."""

    async def add(self, submission: Submission) -> JobRecord:
        """Keep a new job, or return the one that its idempotency key already names.

        Raises:
            Conflict: The key names a job of another request.
            QuotaReached: The owner has as many unfinished jobs as it may.
        """

    async def get(self, job_id: str) -> JobRecord | None:
        """The record of that id, with its place in the queue."""

    async def finished_among(self, job_ids: Sequence[str]) -> set[str]:
        """Those of the jobs that are done."""

    async def change(
        self, job_id: str, expected: tuple[Status, ...], **changes: Any
    ) -> JobRecord | None:
        """Replace fields if the status is one of `expected`; None (and no change) otherwise."""

    async def page(self, query: Query) -> Page:
        """List jobs."""

    async def remove(self, job_id: str) -> None:
        """Forget a job."""

    async def backlog(self) -> Backlog:
        """How much there is to do."""

    async def used(self) -> set[str]:
        """What queued and running jobs read: `file:ID` and `job:ID`."""

    async def finished_before(self, moment: datetime, limit: int) -> list[JobRecord]:
        """Finished jobs whose results are still there though they ended before `moment`."""

    async def take_callbacks(
        self, moment: datetime, until: datetime, limit: int
    ) -> list[JobRecord]:
        """Finished jobs whose callback is due at `moment`, longest due first.

        Each is taken by one caller only: for everybody else it is due again at `until`.
        """


class StorageLedger(Protocol):
    """Counts the bytes that each owner's uploads take, also while they arrive."""

    async def reserve(self, owner: str, file_id: str, size: int, most: int) -> None:
        """Count `size` bytes for an upload, in place of what was counted for it before.

        Raises:
            StoredQuotaReached: All uploads of the owner would take more than `most`.
        """

    async def release(self, *file_ids: str) -> None:
        """Count uploads no more."""

    async def reserved(self) -> set[str]:
        """Ids of the uploads that are counted."""


class StreamLedger(Protocol):
    """Counts the streams that each caller has open with any server."""

    async def open(self, owner: str, stream_id: str, seconds: float, most: int) -> None:
        """Count a stream for so long.

        Raises:
            QuotaReached: The owner has `most` already.
        """

    async def renew(self, owners: Mapping[str, str], seconds: float) -> None:
        """Count streams, by id with their owners, for so long from now."""

    async def close(self, owner: str, stream_id: str) -> None:
        """Count a stream of `owner` no more."""


class Listeners(Protocol):
    """Knows where the servers of the service listen, for those who run commands beside them."""

    async def announce(
        self, network: str, server: str, ports: Iterable[int], seconds: float
    ) -> None:
        """Note the ports on which `server` listens, in place of those before, for so long."""

    async def others(self, network: str, server: str) -> set[int]:
        """Ports on which servers other than `server` listen there."""


class Leases(Protocol):
    """Who runs what: a runner holds a job only while it renews its lease."""

    async def claim(self, runner: str, lease_s: float, job_id: str | None = None) -> Claimed | None:
        """Take that queued job, or the oldest one; None when there is none to take."""

    async def renew(
        self, runner: str, lease_s: float, progress: Mapping[str, tuple[float, str]]
    ) -> Renewal:
        """Keep the jobs of `progress`, and store how far they are."""

    async def finish(self, runner: str, job_id: str, **changes: Any) -> JobRecord | None:
        """Move a job to its final state if `runner` still holds it; None otherwise."""

    async def expire(self) -> list[JobRecord]:
        """Take the jobs whose lease ran out from their runners; their records as they are now.

        They are `failed` with reason `lost`, or queued again where retries are left.
        """


class EventLog(Protocol):
    """The numbered frames of each job."""

    async def append(self, job_id: str, frame: Frame) -> None:
        """Add a frame under the next number and show it to all who follow."""

    def follow(self, job_id: str, after: int) -> AsyncIterator[Frame]:
        """Every frame after that number, then the live rest; ends after the final one."""


class Signals(Protocol):
    """Tell the other processes of the service that something happened."""

    async def notify(self, topic: str, job_id: str) -> None:
        """Tell everybody who listens; whoever misses it finds out at the next renewal."""

    def listen(self) -> AsyncIterator[tuple[str, str]]:
        """Topics and job ids as they are told; `ANYTHING` when some may have been missed."""
