"""An object, opened to be sent."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime

from zyra.jobs.objects.depot import Depot, Stored
from zyra.jobs.requests import Gone, ServiceUnavailable

TRIES = 5  # in a row, without a byte
FIRST_PAUSE_S = 0.2


@dataclass(frozen=True)
class ObjectContent:
    """An object that never changes; fulfils `storage.Content`."""

    depot: Depot
    stored: Stored

    @property
    def size(self) -> int:
        """Bytes."""
        return self.stored.size

    @property
    def modified(self) -> datetime:
        """When it was written (UTC)."""
        return self.stored.modified

    @property
    def version(self) -> str:
        """Another text for another state of the object."""
        return self.stored.version

    async def chunks(self, start: int, stop: int) -> AsyncGenerator[bytes, None]:
        """The bytes from `start` up to, not including, `stop`, over as many requests as it takes.

        Raises:
            ServiceUnavailable: They cannot be read to the end.
        """
        failures = 0
        while start < stop:
            broken_off = ServiceUnavailable("an upload or result was cut short on its way")
            try:
                async with aclosing(self.depot.chunks(self.stored.key, start, stop)) as chunks:
                    async for chunk in chunks:
                        start, failures = start + len(chunk), 0
                        yield chunk
            except ServiceUnavailable as error:
                broken_off = error
            if start < stop:
                failures += 1
                if failures >= TRIES:
                    raise broken_off
                await asyncio.sleep(FIRST_PAUSE_S * 2 ** (failures - 1))

    def close(self) -> None:
        """Nothing is held between requests."""


async def opened(depot: Depot, key: str, name: str) -> ObjectContent:
    """Open an object that is on record.

    Raises:
        Gone: It has been removed.
        ServiceUnavailable: The bucket cannot be used now.
    """
    stored = await depot.describe(key)
    if stored is None:
        raise Gone(f"{name} has been removed", hint="run the command again")
    return ObjectContent(depot, stored)
