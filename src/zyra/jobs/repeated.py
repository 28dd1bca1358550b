"""Work that is done again and again while the service runs."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress

from zyra.jobs.requests import ServiceUnavailable

logger = logging.getLogger(__name__)


class Repeated:
    """Does some work every so often; fulfils `jobs.part.Part`.

    Args:
        work: What is done; what it cannot do while the store is away or the disk
            is full, it does next time.
        every_s: Seconds from the end of one time to the next.
    """

    def __init__(self, work: Callable[[], Awaitable[None]], every_s: float) -> None:
        self._work = work
        self._every_s = every_s
        self._loop: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin."""
        self._loop = asyncio.ensure_future(self._for_ever())

    async def close(self) -> None:
        """Stop; what is left is done after the next start."""
        if self._loop is not None:
            self._loop.cancel()
            await asyncio.gather(self._loop, return_exceptions=True)

    def checks(self) -> dict[str, bool]:
        """Nothing that others depend on."""
        return {}

    async def _for_ever(self) -> None:
        while True:
            try:
                with suppress(ServiceUnavailable):
                    await self._work()
            except OSError:  # such as a full disk
                logger.exception("%s failed and is tried again", self._work)
            await asyncio.sleep(self._every_s)
