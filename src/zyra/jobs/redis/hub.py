"""The one pub/sub connection of a process, shared by all who listen.

It is kept alive by pings and comes back by itself. Whoever listens is told each time its
channel is subscribed anew: something may have been published while nobody listened.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable

from redis.exceptions import RedisError

from zyra.jobs.redis.connection import Client, Link

PING_S = 1.0
SILENCE_S = 3.0  # without any answer to a ping the connection is given up
AGAIN_S = 0.5

logger = logging.getLogger(__name__)

Receive = Callable[[str | None], None]


class Hub:
    """Gives what is published to those who joined its channel.

    Args:
        control: A channel that is always subscribed, so that the connection has one.
    """

    def __init__(self, link: Link, control: str) -> None:
        self._link = link
        self._control = control
        self._receivers: defaultdict[str, set[Receive]] = defaultdict(set)
        self._wanted_changed = asyncio.Event()
        self._serving: asyncio.Task[None] | None = None
        self.is_connected = False

    def join(self, channel: str, receive: Receive) -> None:
        """Call `receive` with each message, and with None when some may have been missed."""
        self._receivers[channel].add(receive)
        self._wanted_changed.set()
        self.start()

    def leave(self, channel: str, receive: Receive) -> None:
        """Undo `join`."""
        self._receivers[channel].discard(receive)
        if not self._receivers[channel]:
            del self._receivers[channel]
            self._wanted_changed.set()

    def start(self) -> None:
        """Connect, if that has not begun."""
        if self._serving is None:
            self._serving = asyncio.ensure_future(self._serve_for_ever())

    async def close(self) -> None:
        """End the connection."""
        if self._serving is not None:
            self._serving.cancel()
            await asyncio.gather(self._serving, return_exceptions=True)

    async def _serve_for_ever(self) -> None:
        while True:
            pubsub = self._link.client.pubsub()
            try:
                async with asyncio.timeout(SILENCE_S):
                    await pubsub.connect()
                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(self._keep_subscribed(pubsub))
                    tasks.create_task(self._read(pubsub))
            except* (RedisError, OSError) as lost:  # a time-out is an OSError, too
                if self.is_connected:
                    logger.warning("lost the connection to Redis: %s", lost.exceptions[0])
            finally:
                self.is_connected = False
                await pubsub.aclose()
            await asyncio.sleep(AGAIN_S)

    async def _keep_subscribed(self, pubsub: Client) -> None:
        """Subscribe to what is wanted, now and as it changes; ping meanwhile."""
        subscribed: set[str] = set()
        while True:
            self._wanted_changed.clear()
            wanted = {self._control, *self._receivers}
            if wanted - subscribed:
                await pubsub.subscribe(*wanted - subscribed)
            if subscribed - wanted:
                await pubsub.unsubscribe(*subscribed - wanted)
            subscribed = wanted
            try:
                async with asyncio.timeout(PING_S):
                    await self._wanted_changed.wait()
            except TimeoutError:
                await pubsub.ping()

    async def _read(self, pubsub: Client) -> None:
        while True:
            message = await pubsub.get_message(timeout=SILENCE_S)
            if message is None:
                raise ConnectionError(f"no answer for {SILENCE_S:g} s")
            self.is_connected = True
            if message["type"] == "message":
                self._give(message["channel"], message["data"])
            elif message["type"] == "subscribe":
                self._give(message["channel"], None)

    def _give(self, channel: str, message: str | None) -> None:
        for receive in tuple(self._receivers.get(channel, ())):
            receive(message)
