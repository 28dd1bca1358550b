"""What one process of the service tells of itself, shared with the others while it runs."""

import asyncio
import shutil
import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from zyra import __version__
from zyra.jobs.isolation.executor import Executor
from zyra.jobs.isolation.level import level_here
from zyra.jobs.ports import JobStore
from zyra.jobs.requests import ServiceUnavailable
from zyra.telemetry.metric import BUILD, CHILDREN, DISK_FREE, JOBS, QUEUE_AGE_S, SANDBOX, STORE_UP
from zyra.telemetry.sharing import EVERY_S, Board, Gauge, Sharing
from zyra.telemetry.tally import Tally, Values
from zyra.telemetry.traces import Tracer


class Telemetry:
    """Fulfils `jobs.part.Part`.

    Args:
        here: What the processes of this machine share: requests, streams.
        everywhere: What all processes of the service share: runs. On one machine the same.
        tracer: Makes spans.
    """

    def __init__(self, here: Sharing, everywhere: Sharing, tracer: Tracer) -> None:
        self.tracer = tracer
        self._here = here
        self._everywhere = everywhere
        self._boards = list(dict.fromkeys((here, everywhere)))
        self._closing = asyncio.Event()
        self._loop: asyncio.Task[None] | None = None

    @property
    def requests(self) -> Tally:
        """Where requests are counted."""
        return self._here.tally

    async def start(self) -> None:
        """Begin to share."""
        self._loop = asyncio.ensure_future(self._share_for_ever())

    async def close(self) -> None:
        """Share the last counts, and send the last spans."""
        self._closing.set()
        if self._loop is not None:
            await self._loop  # not canceled: what is half shared would be counted twice
        for sharing in self._boards:
            with suppress(OSError, ServiceUnavailable):  # the counts since then are lost
                await sharing.withdraw()
        await asyncio.to_thread(self.tracer.close)

    def checks(self) -> dict[str, bool]:
        """Nothing that runs depend on."""
        return {}

    async def total(self, store: JobStore, folders: Mapping[str, Path]) -> Values:
        """Every value of the metrics, of all processes that can be reached.

        Args:
            store: Knows what there is to do.
            folders: Whose free space is told, by name.
        """
        values = {**await self._here.total(), **_of_machine(folders), (STORE_UP.name,): 0.0}
        with suppress(ServiceUnavailable):  # then the store is not up, which is told
            if self._everywhere is not self._here:
                values.update(await self._everywhere.total())
            values.update(await _backlog(store))
            values[(STORE_UP.name,)] = 1.0
        return values

    async def _share_for_ever(self) -> None:
        while not self._closing.is_set():
            for sharing in self._boards:
                with suppress(OSError, ServiceUnavailable):  # the next time then
                    await sharing.share()
            with suppress(TimeoutError):
                async with asyncio.timeout(EVERY_S):
                    await self._closing.wait()


def children_of(executor: Executor) -> Gauge:
    """How many processes the executor has."""

    def gauge() -> Values:
        return {(CHILDREN.name, state): n for state, n in executor.children.items()}

    return gauge


def sharing(board: Board, role: str, gauges: Sequence[Gauge] = ()) -> Sharing:
    """What a process shares on a board."""
    return Sharing(Tally(), board, uuid.uuid4().hex, role, gauges)


def _of_machine(folders: Mapping[str, Path]) -> Values:
    free: Values = {
        (DISK_FREE.name, name): float(shutil.disk_usage(folder).free)
        for name, folder in folders.items()
        if folder.exists()
    }
    return {(BUILD.name, __version__): 1.0, (SANDBOX.name, level_here().name): 1.0, **free}


async def _backlog(store: JobStore) -> Values:
    found = await store.backlog()
    age = (datetime.now(UTC) - found.oldest).total_seconds() if found.oldest else 0.0
    return {
        (JOBS.name, "queued"): found.queued,
        (JOBS.name, "running"): found.running,
        (QUEUE_AGE_S.name,): max(0.0, age),
    }
