"""Limits counted in Redis, for all servers together; loaded only where Redis is configured."""

from collections.abc import Mapping
from typing import Any

from limits.aio.storage import RedisStorage
from redis.asyncio import BlockingConnectionPool

from zyra.access.rates import Rates
from zyra.jobs.redis.connection import ANSWER_S, CONNECTIONS


def redis_rates(written: Mapping[str, str], url: str, namespace: str) -> Rates:
    """The limits, with connections of their own.

    Raises:
        UsageError: A limit cannot be read.
    """
    pool = BlockingConnectionPool.from_url(
        url, max_connections=CONNECTIONS, timeout=ANSWER_S, socket_connect_timeout=ANSWER_S
    )
    # The library knows no types for what it hands on to redis-py.
    pooled: dict[str, Any] = {"connection_pool": pool}
    storage = RedisStorage(
        f"async+{url}",
        wrap_exceptions=True,
        implementation="redispy",
        key_prefix=f"{namespace}:rates",
        **pooled,
    )
    return Rates(written, storage, pool.aclose)
