"""Signals between all processes of a service, through Redis."""

import asyncio
from collections.abc import AsyncIterator

from zyra.jobs.ports import ANYTHING
from zyra.jobs.redis.connection import Link
from zyra.jobs.redis.hub import Hub
from zyra.jobs.redis.keys import Keys

WAITING_SIGNALS = 10_000  # of one listener; beyond it one `ANYTHING` takes their place


class RedisSignals:
    """Fulfils `jobs.ports.Signals` with one channel."""

    def __init__(self, link: Link, keys: Keys, hub: Hub) -> None:
        self._link = link
        self._channel = keys.signals
        self._hub = hub

    async def notify(self, topic: str, job_id: str) -> None:
        """Tell everybody who listens."""
        async with self._link.use() as client:
            await client.publish(self._channel, f"{topic} {job_id}")

    async def listen(self) -> AsyncIterator[tuple[str, str]]:
        """Topics and job ids as they are told; `ANYTHING` when some may have been missed."""
        signals: asyncio.Queue[tuple[str, str]] = asyncio.Queue(WAITING_SIGNALS)

        def receive(message: str | None) -> None:
            topic, _, job_id = (message or " ").partition(" ")
            if signals.full():
                while not signals.empty():
                    signals.get_nowait()
                message = None
            signals.put_nowait(ANYTHING if message is None else (topic, job_id))

        self._hub.join(self._channel, receive)
        try:
            while True:
                yield await signals.get()
        finally:
            self._hub.leave(self._channel, receive)
