"""The connection to Redis; its errors become ours here and nowhere else.

Nothing is sent twice by itself: a write whose answer was lost may have happened, and only
its caller knows how to find out. A broken connection is noticed and replaced when it is
taken from the pool, so one lost server costs no second failure.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from redis import Redis as BlockingRedis
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.maint_notifications import MaintNotificationsConfig

from zyra.core.errors import UsageError
from zyra.core.urls import masked
from zyra.jobs.requests import ServiceUnavailable

# Callers are told within 2 s that Redis is lost, so everything together takes less.
ANSWER_S = 1.0
WHOLE_S = 1.5
CONNECTIONS = 32  # beyond it callers wait for a free one; 1000 followers share them

Client = Any  # a `redis.asyncio.Redis`, whose types do not know that answers are decoded

# While redis-py listens for them it hands out connections that the server has closed.
_NO_NOTIFICATIONS = MaintNotificationsConfig(enabled=False)

logger = logging.getLogger(__name__)


class Link:
    """This process's connections to one Redis."""

    def __init__(self, url: str) -> None:
        try:
            pool = BlockingConnectionPool.from_url(
                url,
                max_connections=CONNECTIONS,
                timeout=ANSWER_S,
                # `use` limits the time. With a time-out of its own redis-py waits by
                # `asyncio.wait_for`, which in Python 3.11 may swallow a cancellation.
                socket_timeout=None,
                socket_connect_timeout=ANSWER_S,
                retry=Retry(NoBackoff(), 0),
                decode_responses=True,
                encoding_errors="surrogatepass",
                maint_notifications_config=_NO_NOTIFICATIONS,
            )
        except ValueError as error:
            raise UsageError(
                f"ZYRA_REDIS_URL is no address of a Redis: {error}",
                hint="write it like redis://host:6379/0",
            ) from error
        self._url = url
        self.client: Client = Redis.from_pool(pool)

    @asynccontextmanager
    async def use(self) -> AsyncIterator[Client]:
        """The client, for a few commands that have to be answered in time.

        Raises:
            ServiceUnavailable: Redis is away, too slow, or refuses to write.
        """
        try:
            async with asyncio.timeout(WHOLE_S):
                yield self.client
        except TimeoutError as error:
            raise ServiceUnavailable("Redis does not answer") from error
        except (RedisError, OSError) as error:
            raise ServiceUnavailable(f"Redis fails: {error}") from error

    async def check(self) -> None:
        """Find out at start whether Redis is there, and warn if it would forget.

        Raises:
            ServiceUnavailable: It cannot be reached.
        """
        try:
            is_durable = await self.is_durable()
        except ServiceUnavailable as error:
            raise ServiceUnavailable(
                f"{masked(self._url)} of ZYRA_REDIS_URL cannot be used: {error.message}",
                hint="start it, or correct ZYRA_REDIS_URL",
            ) from error
        if not is_durable:
            logger.warning(
                "Redis runs without append-only file: accepted jobs are lost when it is killed;"
                " set `appendonly yes`"
            )

    async def is_durable(self) -> bool:
        """Whether Redis writes what it acknowledges to its append-only file."""
        async with self.use() as client:
            found = await client.info("persistence")
        return bool(found.get("aof_enabled"))

    def blocking_client(self) -> BlockingRedis:
        """A client for a thread of its own; it connects when it is used."""
        return BlockingRedis.from_url(
            self._url,
            socket_connect_timeout=ANSWER_S,
            maint_notifications_config=_NO_NOTIFICATIONS,
        )

    async def close(self) -> None:
        """Close every connection."""
        await self.client.aclose()
