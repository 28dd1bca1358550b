"""The service's own memory in large pages, once everything is loaded.

A request finds little of what it touches in the processor's caches, since the service waits most
of the time; then the tables that say where a page lies have to be fetched too. With large pages
there are 500 times fewer of them.
"""

import asyncio

from zyra.jobs.isolation.executor import Executor
from zyra.jobs.isolation.huge_pages import gather_memory

_LOOK_S = 0.1


class LargePages:
    """Gathers this process's memory when its executor is ready; fulfils `jobs.part.Part`."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor
        self._gathering: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to wait until all is loaded."""
        self._gathering = asyncio.ensure_future(self._gather())

    async def close(self) -> None:
        """Wait no more."""
        if self._gathering is not None:
            self._gathering.cancel()
            await asyncio.wait([self._gathering])

    def checks(self) -> dict[str, bool]:
        """Nothing that runs depend on."""
        return {}

    async def _gather(self) -> None:
        while not self._executor.is_ready:
            await asyncio.sleep(_LOOK_S)
        await asyncio.to_thread(gather_memory)
