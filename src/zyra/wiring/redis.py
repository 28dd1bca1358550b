"""Reach Redis, where a service has one."""

from typing import TYPE_CHECKING

from zyra.core.loading import load
from zyra.core.settings import Settings

if TYPE_CHECKING:
    from zyra.jobs.redis.assembly import RedisParts

REDIS_PARTS = "zyra.jobs.redis.assembly:redis_parts"


def redis_parts(settings: Settings, url: str) -> "RedisParts":
    """The ports of a service on Redis; nothing is connected yet.

    Raises:
        UsageError: The address of Redis is none.
    """
    # Loaded by name: a service without Redis starts 0.4 s sooner.
    parts: RedisParts = load(REDIS_PARTS)(url, settings.queue, settings.results_ttl_s)
    return parts


async def check_redis(settings: Settings) -> None:
    """Find out before a service starts whether its Redis is there, if it has one.

    Raises:
        UsageError: The address of Redis is none.
        ServiceUnavailable: Redis cannot be reached.
    """
    if settings.redis_url is not None:
        link = redis_parts(settings, settings.redis_url).link
        try:
            await link.check()
        finally:
            await link.close()
