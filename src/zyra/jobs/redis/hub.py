"""The one pub/sub connection of a process, shared by all who listen.

It is kept alive by pings and comes back by itself. Whoever listens is told each time its
channel is subscribed anew: something may have been published while nobody listened.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Mapping

from redis.exceptions import RedisError

from zyra.jobs.redis.connection import Client, Link

PING_S = 1.0
SILENCE_S = 3.0  # without any answer to a ping the connection is given up
AGAIN_S = 0.5

logger = logging.getLogger(__name__)

Receive = Callable[[str | None], None]
Message = Mapping[str, str]  # of redis-py: `type`, `channel`, `data`


class Hub:
    """Gives what is published to those who joined its channel.

    Args:
        control: A channel that is always subscribed, so that the connection has one.
    """

    def __init__(self, link: Link, control: str) -> None:
        self._link = link
        self._control = control
        self._receivers: defaultdict[str, set[Receive]] = defaultdict(set)
        self._is_changed = True  # other channels are wanted than those that were asked for
        self._reading: asyncio.Timeout | None = None
        self._serving: asyncio.Task[None] | None = None
        self.is_connected = False

    def join(self, channel: str, receive: Receive) -> None:
        """Call `receive` with each message, and with None when some may have been missed."""
        self._receivers[channel].add(receive)
        self._want_others()
        self.start()

    def leave(self, channel: str, receive: Receive) -> None:
        """Undo `join`."""
        self._receivers[channel].discard(receive)
        if not self._receivers[channel]:
            del self._receivers[channel]
            self._want_others()

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
                await self._serve(pubsub)
            except (RedisError, OSError) as lost:  # a time-out is an OSError, too
                if self.is_connected:
                    logger.warning("lost the connection to Redis: %s", lost)
            finally:
                self.is_connected = False
                await pubsub.aclose()
            await asyncio.sleep(AGAIN_S)

    async def _serve(self, pubsub: Client) -> None:
        """Keep to what is wanted and give what comes, until the connection is lost.

        One task does it all. Wherever redis-py finds the connection lost it makes a new one,
        and of two tasks that do so at once one has its connection left open and forgotten.
        """
        now = asyncio.get_running_loop().time
        subscribed: set[str] = set()
        self._is_changed = True
        heard = now()
        while True:
            while self._is_changed:
                subscribed = await self._subscribe(pubsub, subscribed)
            message = await self._next(pubsub)
            if message is not None:
                heard = now()
                self._take(message)
            elif now() - heard > SILENCE_S:
                raise ConnectionError(f"no answer for {SILENCE_S:g} s")
            elif now() - heard > PING_S:
                async with asyncio.timeout(SILENCE_S):
                    await pubsub.ping()

    async def _subscribe(self, pubsub: Client, subscribed: set[str]) -> set[str]:
        """Ask for what is wanted and no more, and return that."""
        self._is_changed = False
        wanted = {self._control, *self._receivers}
        async with asyncio.timeout(SILENCE_S):
            if wanted - subscribed:
                await pubsub.subscribe(*wanted - subscribed)
            if subscribed - wanted:
                await pubsub.unsubscribe(*subscribed - wanted)
        return wanted

    async def _next(self, pubsub: Client) -> Message | None:
        """The next message; None when there was none for a while or other channels are wanted."""
        try:
            async with asyncio.timeout(PING_S) as self._reading:
                message: Message = await pubsub.get_message(timeout=None)
                return message
        except TimeoutError:
            return None
        finally:
            self._reading = None

    def _want_others(self) -> None:
        self._is_changed = True
        if self._reading is not None and not self._reading.expired():
            self._reading.reschedule(0)  # at once

    def _take(self, message: Message) -> None:
        self.is_connected = True
        if message["type"] == "message":
            self._give(message["channel"], message["data"])
        elif message["type"] == "subscribe":
            self._give(message["channel"], None)

    def _give(self, channel: str, message: str | None) -> None:
        for receive in tuple(self._receivers.get(channel, ())):
            receive(message)
