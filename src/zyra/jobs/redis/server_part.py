"""What a server process does for jobs that workers run elsewhere."""

import asyncio

from zyra.jobs.redis.connection import Link
from zyra.jobs.redis.hub import Hub
from zyra.jobs.redis.sweeper import Sweeper


class ServerPart:
    """Looks after the connection and lost jobs; fulfils `jobs.part.Part`.

    A server sweeps too: the last worker may be the one that died.
    """

    def __init__(self, link: Link, hub: Hub, sweeper: Sweeper) -> None:
        self._link = link
        self._hub = hub
        self._sweeper = sweeper
        self._sweeping: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Connect, or refuse to start.

        Raises:
            ServiceUnavailable: Redis cannot be reached.
        """
        await self._link.check()
        self._hub.start()
        self._sweeping = asyncio.ensure_future(self._sweeper.sweep_for_ever())

    async def close(self) -> None:
        """Leave Redis."""
        if self._sweeping is not None:
            self._sweeping.cancel()
            await asyncio.gather(self._sweeping, return_exceptions=True)
        await self._hub.close()
        await self._link.close()

    def checks(self) -> dict[str, bool]:
        """Whether Redis answers."""
        return {"redis": self._hub.is_connected}
