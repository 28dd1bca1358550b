"""Where servers listen, noted in Redis."""

from collections.abc import Iterable

from zyra.jobs.redis import scripts
from zyra.jobs.redis.connection import Link
from zyra.jobs.redis.keys import Keys


class RedisListeners:
    """Fulfils `jobs.ports.Listeners`."""

    def __init__(self, link: Link, keys: Keys) -> None:
        self._link = link
        self._keys = keys
        self._note = link.client.register_script(scripts.NOTE_LISTENER)
        self._others = link.client.register_script(scripts.OTHER_LISTENERS)

    async def announce(
        self, network: str, server: str, ports: Iterable[int], seconds: float
    ) -> None:
        """Note the ports on which `server` listens, in place of those before, for so long."""
        values = [server, seconds, " ".join(map(str, ports))]
        async with self._link.use():
            await self._note([self._keys.listeners(network)], values)

    async def others(self, network: str, server: str) -> set[int]:
        """Ports on which servers other than `server` listen there."""
        async with self._link.use():
            found = await self._others([self._keys.listeners(network)], [server])
        return {int(port) for ports in found for port in ports.split()}
