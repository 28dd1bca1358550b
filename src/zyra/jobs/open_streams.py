"""How many streams each caller has open, with all servers of the service together."""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from zyra.jobs.ports import StreamLedger
from zyra.jobs.requests import Caller, ServiceUnavailable

# A server that dies closes its streams; so long they are counted all the same.
COUNTED_S = 30.0


class OpenStreams:
    """The streams that callers have open with this server process.

    Args:
        ledger: Counts those of all servers.
        most: So many one caller may have.
    """

    RENEW_EVERY_S = 10.0

    def __init__(self, ledger: StreamLedger, most: int) -> None:
        self._ledger = ledger
        self._most = most
        self._owners: dict[str, str] = {}

    @asynccontextmanager
    async def place(self, caller: Caller) -> AsyncIterator[None]:
        """A place for one stream, for as long as the block takes.

        Raises:
            QuotaReached: The caller has as many as it may.
            ServiceUnavailable: What counts them is away.
        """
        if not caller.is_limited:
            yield
            return
        stream_id = uuid.uuid4().hex
        await self._ledger.open(caller.name, stream_id, COUNTED_S, self._most)
        self._owners[stream_id] = caller.name
        try:
            yield
        finally:
            del self._owners[stream_id]
            with suppress(ServiceUnavailable):  # then it is counted until its time is over
                await self._ledger.close(caller.name, stream_id)

    async def renew(self) -> None:
        """Count on those that are still open."""
        if self._owners:
            await self._ledger.renew(dict(self._owners), COUNTED_S)
