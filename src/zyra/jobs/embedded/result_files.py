"""What jobs have left, in the folders in which they ran."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from zyra.jobs.embedded.file_content import FileContent
from zyra.jobs.ports import JobStore
from zyra.jobs.records import JobRecord, Output
from zyra.jobs.requests import NoSuchFile
from zyra.jobs.results import STREAMS, Workspace, with_text
from zyra.jobs.runner import Plan


class ResultFiles:
    """The workspaces below one folder, which all runners share; fulfils `storage.Results`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def bring(self, plan: Plan, _job_id: str, /) -> Plan:
        """The plan: what it reads is where it says."""
        return plan

    async def keep(self, job_id: str, attempt: int, found: Mapping[str, Any]) -> None:
        """Nothing to do: all stays where it was written."""

    async def so_far(self, job_id: str) -> tuple[Output, ...]:
        """What a running job has left by now."""
        workspace = Workspace(self.folder / job_id)
        return await asyncio.to_thread(workspace.collect, with_digests=False)

    async def with_text(self, record: JobRecord) -> JobRecord:
        """The record with the text of its streams, where the job is done and they are there."""
        return with_text(record, self.folder)

    def place(self, record: JobRecord, output: Output) -> str:
        """Where an output is."""
        return str(self._workspace(record).output(output.name))

    async def open(self, record: JobRecord, output: Output) -> FileContent:
        """The bytes of an output.

        Raises:
            Gone: They have been removed.
        """
        return FileContent.at(self._workspace(record).output(output.name))

    async def open_stream(self, record: JobRecord, name: str) -> FileContent:
        """The bytes of `stdout` or `stderr`.

        Raises:
            NoSuchFile: Nothing is captured yet, or never was.
        """
        path = self._workspace(record).stream(name)
        if name not in STREAMS or not path.exists():
            raise NoSuchFile(f"job {record.job_id} has no {name!r}")
        return FileContent.at(path.resolve())

    async def remove(self, job_id: str) -> None:
        """Remove everything that a job has left."""
        await asyncio.to_thread(Workspace(self.folder / job_id).remove)

    async def tidy(self, _store: JobStore, /) -> None:
        """Nothing to do: what a lost run has left is kept with its record."""

    def _workspace(self, record: JobRecord) -> Workspace:
        return Workspace(self.folder / record.job_id)
