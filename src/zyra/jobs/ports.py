"""What the engine needs from its surroundings; each port has an embedded implementation here
and a distributed one on Redis, and one contract test suite runs on both.
"""

from typing import Any, Protocol

from zyra.jobs.records import JobRecord, Status


class JobStore(Protocol):
    """Keeps job records; a record that `add` or `change` returned for survives a kill."""

    async def add(self, record: JobRecord) -> None:
        """Keep a new record."""

    async def get(self, job_id: str) -> JobRecord | None:
        """The record of that id."""

    async def change(
        self, job_id: str, expected: tuple[Status, ...], **changes: Any
    ) -> JobRecord | None:
        """Replace fields if the status is one of `expected`; None (and no change) otherwise."""

    async def close(self) -> None:
        """Release what the store holds."""
