"""Signals between the processes of one machine, by way of the shared database.

In this process a signal arrives at once. Another process shows as a changed
`data_version` of the database, looked at every 20 ms: then everybody looks for news.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

from zyra.jobs.embedded.sqlite_store import SqliteJobStore
from zyra.jobs.ports import ANYTHING
from zyra.jobs.requests import ServiceUnavailable

LOOK_S = 0.02


class LocalSignals:
    """Fulfils `jobs.ports.Signals` on one machine."""

    def __init__(self, store: SqliteJobStore) -> None:
        self._store = store
        self._queues: set[asyncio.Queue[tuple[str, str]]] = set()
        self._watching: asyncio.Task[None] | None = None

    async def notify(self, topic: str, job_id: str) -> None:
        """Tell the listeners of this process; the others see the database change."""
        self._tell((topic, job_id))

    async def listen(self) -> AsyncIterator[tuple[str, str]]:
        """Topics and job ids as they are told; `ANYTHING` when another process did something."""
        queue: asyncio.Queue[tuple[str, str]] = asyncio.Queue()
        self._queues.add(queue)
        if self._watching is None:
            self._watching = asyncio.ensure_future(self._watch())
        try:
            while True:
                yield await queue.get()
        finally:
            self._queues.discard(queue)

    async def close(self) -> None:
        """Stop watching."""
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)

    async def _watch(self) -> None:
        version = seen = await self._store.data_version()
        while True:
            await asyncio.sleep(LOOK_S)
            with suppress(ServiceUnavailable):
                version = await self._store.data_version()
            if version != seen:
                seen = version
                self._tell(ANYTHING)

    def _tell(self, signal: tuple[str, str]) -> None:
        for queue in self._queues:
            queue.put_nowait(signal)
