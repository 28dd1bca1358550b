"""What jobs have left, as objects; their workspaces stay on the machine that ran them.

`results/JOB/ATTEMPT/stdout`, `stderr`, and each output under its SHA-256. So a runner that was
believed lost and comes back overwrites nothing of the attempt that took its place.
"""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import replace
from functools import partial
from io import FileIO
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

from zyra.jobs.objects.depot import CHUNK_BYTES, Depot
from zyra.jobs.objects.input_cache import InputCache
from zyra.jobs.objects.object_content import ObjectContent, opened
from zyra.jobs.objects.places import key_at, place_of
from zyra.jobs.plain_files import open_plain
from zyra.jobs.ports import JobStore
from zyra.jobs.records import Captured, JobRecord, Output
from zyra.jobs.requests import Gone, NoSuchFile, ServiceUnavailable, StorageFull
from zyra.jobs.results import JSON_TEXT_BYTES, STREAMS, Workspace
from zyra.jobs.runner import Plan
from zyra.jobs.uploads import is_uuid

AT_ONCE = 4  # files of one job on their way
PATIENCE_S = 120.0  # a bucket that is away longer fails the job
AGAIN_S = 1.0
FETCHED = "fetched"

Found = TypeVar("Found")


class ResultObjects:
    """The results of a depot; fulfils `storage.Results`.

    Args:
        folder: Where the runs of this machine have their workspaces.
        cache: Has copies of what they read.
        patience_s: How long a run waits for a bucket that is away.
    """

    def __init__(
        self, depot: Depot, folder: Path, cache: InputCache, patience_s: float = PATIENCE_S
    ) -> None:
        self.folder = folder
        self._depot = depot
        self._cache = cache
        self._patience_s = patience_s

    async def bring(self, plan: Plan, job_id: str, /) -> Plan:
        """The plan with paths of this machine in place of the objects that it reads.

        Raises:
            ServiceUnavailable: They cannot be had, or the disk has no room for them.
        """
        objects = _objects(plan)
        if not objects:
            return plan
        folder = Path(os.path.realpath(self.folder), job_id, FETCHED)
        shutil.rmtree(folder, ignore_errors=True)  # of an attempt that was lost
        folder.mkdir(mode=0o700, parents=True)
        paths: dict[str | None, str] = {}
        for number, (place, (key, name)) in enumerate(objects.items()):
            target = folder / f"{number}{PurePosixPath(name).suffix}"
            await self._patiently(partial(self._cache.link, key, target))
            paths[place] = str(target)
        return plan.reading_at(paths)

    async def keep(self, job_id: str, attempt: int, found: Mapping[str, Any]) -> None:
        """Write everything that the workspace holds, then remove it.

        Raises:
            ServiceUnavailable: It cannot be written.
        """
        workspace = Workspace(self.folder / job_id)
        folder = f"results/{job_id}/{attempt}"
        files = {f"{folder}/{name}": (workspace.stream(name), found[name].size) for name in STREAMS}
        for output in found["outputs"]:
            files[f"{folder}/{output.sha256}"] = (workspace.output(output.name), output.size)
        gate = asyncio.Semaphore(AT_ONCE)

        async def send(key: str, path: Path, size: int) -> None:
            async with gate:
                await self._patiently(partial(self._send, key, path, size))

        await asyncio.gather(*(send(key, path, size) for key, (path, size) in files.items()))
        await asyncio.to_thread(self._clear, workspace)

    async def so_far(self, _job_id: str, /) -> tuple[Output, ...]:
        """Nothing: what a running job has left is on the machine that runs it."""
        return ()

    async def with_text(self, record: JobRecord) -> JobRecord:
        """The record with the text of its streams, where the job is done and they are there."""
        if record.expired or not record.status.is_final:
            return record
        stdout, stderr = await asyncio.gather(
            self._with_text(record, "stdout", record.stdout),
            self._with_text(record, "stderr", record.stderr),
        )
        return replace(record, stdout=stdout, stderr=stderr)

    def place(self, record: JobRecord, output: Output) -> str:
        """Where an output is."""
        return place_of(_key(record, output.sha256 or ""))

    async def open(self, record: JobRecord, output: Output) -> ObjectContent:
        """The bytes of an output.

        Raises:
            Gone: They have been removed.
            ServiceUnavailable: The bucket cannot be used now.
        """
        name = PurePosixPath(output.name).name
        return await opened(self._depot, _key(record, output.sha256 or ""), name)

    async def open_stream(self, record: JobRecord, name: str) -> ObjectContent:
        """The bytes of `stdout` or `stderr`.

        Raises:
            NoSuchFile: It never was, or the job is not done.
            ServiceUnavailable: The bucket cannot be used now.
        """
        told = f"job {record.job_id} has no {name!r}"
        if name not in STREAMS:
            raise NoSuchFile(told)
        if not record.status.is_final:
            raise NoSuchFile(f"{told} yet", hint="it is here when the job is done; /events is live")
        try:
            return await opened(self._depot, _key(record, name), name)
        except Gone as error:
            raise NoSuchFile(told) from error

    async def remove(self, job_id: str) -> None:
        """Remove everything that a job has left.

        Raises:
            ServiceUnavailable: The bucket cannot be used now.
        """
        found = await self._depot.listed(f"results/{job_id}/")
        await self._depot.remove(*(stored.key for stored in found))
        await asyncio.to_thread(Workspace(self.folder / job_id).remove)

    async def tidy(self, store: JobStore, /) -> None:
        """Remove the workspaces of runs that were lost here with their worker."""
        for path in self.folder.iterdir():
            record = await store.get(path.name) if is_uuid(path.name) else None
            if record is not None and record.status.is_final:
                await asyncio.to_thread(self._clear, Workspace(path))
        await asyncio.to_thread(self._cache.forget)

    async def _with_text(self, record: JobRecord, name: str, known: Captured) -> Captured:
        if not known.is_text or not known.size:
            return known
        most = min(known.size, JSON_TEXT_BYTES)
        beginning = await self._depot.read(_key(record, name), most)
        return replace(known, text=(beginning or b"").decode("utf-8", errors="ignore"))

    async def _send(self, key: str, path: Path, size: int) -> None:
        with open_plain(path) as stream:
            if size <= CHUNK_BYTES:
                await self._depot.write(key, stream.read(CHUNK_BYTES))
            else:
                await self._depot.pour(key, _pieces(stream), size)

    def _clear(self, workspace: Workspace) -> None:
        """Remove a workspace, but for the frames of the job where they lie in it."""
        shutil.rmtree(workspace.folder / FETCHED, ignore_errors=True)
        workspace.clear()
        if not any(workspace.folder.iterdir()):
            workspace.folder.rmdir()

    async def _patiently(self, work: Callable[[], Awaitable[Found]]) -> Found:
        """Do some work, again and again while the bucket is away.

        Raises:
            ServiceUnavailable: It is away for too long.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._patience_s
        while True:
            try:
                return await work()
            except StorageFull:
                raise
            except ServiceUnavailable:
                if loop.time() > deadline:
                    raise
                await asyncio.sleep(AGAIN_S)


def _objects(plan: Plan) -> dict[str, tuple[str, str]]:
    """The objects that a plan reads: key and file name of each, by place."""
    places = {plan.stdin_path or "": "stdin"} | {place: name for name, place in plan.links.items()}
    return {place: (key, name) for place, name in places.items() if (key := key_at(place))}


def _key(record: JobRecord, name: str) -> str:
    return f"results/{record.job_id}/{record.attempts}/{name}"


async def _pieces(stream: FileIO) -> AsyncIterator[bytes]:
    while piece := await asyncio.to_thread(stream.read, CHUNK_BYTES):
        yield piece
