"""The bytes of uploads, counted in Redis for all servers together."""

from zyra.jobs.quotas import too_much_stored
from zyra.jobs.redis import scripts
from zyra.jobs.redis.connection import Link
from zyra.jobs.redis.keys import Keys


class RedisLedger:
    """Fulfils `jobs.ports.StorageLedger`."""

    def __init__(self, link: Link, keys: Keys) -> None:
        self._link = link
        self._keys = keys
        self._reserve = link.client.register_script(scripts.RESERVE)
        self._release = link.client.register_script(scripts.RELEASE)

    async def reserve(self, owner: str, file_id: str, size: int, most: int) -> None:
        """Count `size` bytes for an upload, in place of what was counted for it before."""
        names = [self._keys.stored(owner), self._keys.uploads]
        async with self._link.use():
            is_counted = await self._reserve(names, [file_id, size, most])
        if not is_counted:
            raise too_much_stored(most)

    async def release(self, *file_ids: str) -> None:
        """Count uploads no more."""
        async with self._link.use():
            await self._release([self._keys.uploads], list(file_ids))

    async def reserved(self) -> set[str]:
        """Ids of the uploads that are counted."""
        async with self._link.use() as client:
            return set(await client.hkeys(self._keys.uploads))
