"""Where uploads and results lie: ports with an adapter for folders and one for a bucket.

What a job reads goes through queues as a *place*, a text that every runner of the service
understands: the path of a file that all of them share, or the name of an object.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from zyra.jobs.ports import JobStore
from zyra.jobs.records import JobRecord, Output
from zyra.jobs.requests import Caller
from zyra.jobs.runner import Plan
from zyra.jobs.uploads import UploadInfo


class Content(Protocol):
    """The bytes of one upload, output or captured stream, opened."""

    @property
    def size(self) -> int:
        """How many they are."""

    @property
    def modified(self) -> datetime:
        """Time of their last change (UTC)."""

    @property
    def version(self) -> str:
        """Another text for another state of the file."""

    def chunks(self, start: int, stop: int) -> AsyncGenerator[bytes, None]:
        """The bytes from `start` up to, not including, `stop`; fewer if the file got shorter.

        Raises:
            ServiceUnavailable: They cannot be read to the end.
        """

    def close(self) -> None:
        """Let go of the file; again and again does no harm."""


class UploadWriter(Protocol):
    """Receives the bytes of one upload.

    Attributes:
        size: Bytes that were written.
    """

    file_id: str
    size: int

    @property
    def sha256(self) -> str:
        """Digest of what was written so far, hexadecimal."""

    async def begin(self) -> None:
        """Let its id be among `Uploads.all_ids` from now on."""

    async def write(self, chunk: bytes) -> None:
        """Append `chunk`."""

    async def finish(self) -> UploadInfo:
        """Make the upload exist."""

    async def abandon(self) -> None:
        """Remove what was written."""


class Uploads(Protocol):
    """The files that callers have given."""

    @property
    def folder(self) -> Path | None:
        """The folder whose disk they take; None where they take none of this machine."""

    def start(self, owner: Caller, filename: str) -> UploadWriter:
        """Begin to receive an upload."""

    async def info(self, caller: Caller, file_id: str) -> UploadInfo:
        """Describe the upload `file_id` of `caller`.

        Raises:
            NoSuchFile: It does not exist or belongs to somebody else.
            Gone: It was removed after its time.
        """

    def place(self, info: UploadInfo) -> str:
        """Where the bytes of an upload are."""

    async def open(self, info: UploadInfo) -> Content:
        """The bytes of an upload.

        Raises:
            Gone: They have been removed.
        """

    async def all(self, caller: Caller) -> list[UploadInfo]:
        """The uploads of `caller`, newest first."""

    async def remove(self, info: UploadInfo) -> None:
        """Remove an upload."""

    async def made_before(self, moment: datetime) -> list[UploadInfo]:
        """The uploads of all callers that were made before `moment`."""

    async def expire(self, info: UploadInfo) -> None:
        """Remove the bytes of an upload, and remember that it was there."""

    async def all_ids(self) -> set[str]:
        """Ids of all uploads, and of those that arrive."""

    async def remove_broken_off(self, moment: datetime) -> None:
        """Remove what was written of uploads whose server died: unchanged since `moment`."""


class Results(Protocol):
    """What jobs have left."""

    @property
    def folder(self) -> Path:
        """Where the runs of this machine have their workspaces."""

    async def bring(self, plan: Plan, job_id: str, /) -> Plan:
        """The plan with paths of this machine in place of the places that it reads.

        Raises:
            ServiceUnavailable: They cannot be had, or the disk has no room for them.
        """

    async def keep(self, job_id: str, attempt: int, found: Mapping[str, Any]) -> None:
        """Keep what the workspace of a job holds, before its record becomes final.

        Args:
            job_id: Whose workspace it is.
            attempt: Number of this run of the job.
            found: Fields of the record: `stdout`, `stderr` and `outputs`.

        Raises:
            ServiceUnavailable: It cannot be kept.
        """

    async def so_far(self, job_id: str, /) -> tuple[Output, ...]:
        """What a running job has left by now, where this process can see it."""

    async def with_text(self, record: JobRecord) -> JobRecord:
        """The record with the text of its streams, where the job is done and they are there."""

    def place(self, record: JobRecord, output: Output) -> str:
        """Where an output is."""

    async def open(self, record: JobRecord, output: Output) -> Content:
        """The bytes of an output.

        Raises:
            Gone: They have been removed.
        """

    async def open_stream(self, record: JobRecord, name: str) -> Content:
        """The bytes of `stdout` or `stderr`.

        Raises:
            NoSuchFile: Nothing is captured yet, or never was.
        """

    async def remove(self, job_id: str) -> None:
        """Remove everything that a job has left."""

    async def tidy(self, store: JobStore, /) -> None:
        """Remove what runs that were lost have left on this machine and nobody asks for."""


@dataclass(frozen=True)
class Storage:
    """The two of them, in one place.

    Attributes:
        check: Raises ServiceUnavailable when it cannot be used; None where that need not be asked.
    """

    uploads: Uploads
    results: Results
    check: Callable[[], Awaitable[None]] | None = None
