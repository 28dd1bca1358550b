"""The open streams of callers, counted in Redis for all servers together."""

from collections.abc import Mapping

from zyra.jobs.quotas import too_many_streams
from zyra.jobs.redis import scripts
from zyra.jobs.redis.connection import Link
from zyra.jobs.redis.keys import Keys


class RedisStreams:
    """Fulfils `jobs.ports.StreamLedger`."""

    def __init__(self, link: Link, keys: Keys) -> None:
        self._link = link
        self._keys = keys
        self._count = link.client.register_script(scripts.COUNT_STREAM)

    async def open(self, owner: str, stream_id: str, seconds: float, most: int) -> None:
        """Count a stream for so long, if its owner has fewer than `most`."""
        async with self._link.use():
            is_counted = await self._count([self._keys.streams(owner)], [stream_id, seconds, most])
        if not is_counted:
            raise too_many_streams(most)

    async def renew(self, owners: Mapping[str, str], seconds: float) -> None:
        """Count streams, by id with their owners, for so long from now."""
        async with self._link.use() as client, client.pipeline(transaction=False) as pipe:
            for stream_id, owner in owners.items():
                await self._count(
                    [self._keys.streams(owner)], [stream_id, seconds, ""], client=pipe
                )
            await pipe.execute()

    async def close(self, owner: str, stream_id: str) -> None:
        """Count a stream of `owner` no more."""
        async with self._link.use() as client:
            await client.zrem(self._keys.streams(owner), stream_id)
