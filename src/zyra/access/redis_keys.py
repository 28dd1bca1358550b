"""Keys in Redis, for servers on several machines."""

import json

from zyra.access.keys import KeyRecord
from zyra.access.tickets import Ticket
from zyra.jobs.redis.connection import Link


class RedisKeys:
    """Fulfils `access.keys.KeyStore` with one hash, `access.tickets.TicketStore` with a name each.

    Args:
        namespace: What the names of the services that share keys begin with.
    """

    def __init__(self, link: Link, namespace: str) -> None:
        self._link = link
        self._name = f"{namespace}:caller-keys"
        self._tickets = f"{namespace}:ticket:"

    async def put(self, record: KeyRecord) -> None:
        """Keep a record, in place of an older one of that id."""
        async with self._link.use() as redis:
            await redis.hset(self._name, record.key_id, json.dumps(record.to_json()))

    async def get(self, key_id: str) -> KeyRecord | None:
        """The record of that id."""
        async with self._link.use() as redis:
            kept = await redis.hget(self._name, key_id)
        return None if kept is None else KeyRecord.from_json(json.loads(kept))

    async def all(self) -> list[KeyRecord]:
        """Every record, oldest first."""
        async with self._link.use() as redis:
            kept = await redis.hvals(self._name)
        records = [KeyRecord.from_json(json.loads(text)) for text in kept]
        return sorted(records, key=lambda record: record.created_at)

    async def is_empty(self) -> bool:
        """Whether there is no record at all, not even of a revoked key."""
        async with self._link.use() as redis:
            return not await redis.exists(self._name)

    async def keep_ticket(self, digest: str, ticket: Ticket, seconds: int) -> None:
        """Keep a ticket for so long."""
        async with self._link.use() as redis:
            await redis.set(self._tickets + digest, json.dumps(ticket.to_json()), ex=seconds)

    async def take_ticket(self, digest: str) -> Ticket | None:
        """The ticket, which is gone then; None when there is none."""
        async with self._link.use() as redis:
            kept = await redis.getdel(self._tickets + digest)
        return None if kept is None else Ticket.from_json(json.loads(kept))

    async def close(self) -> None:
        """Let go of the connection."""
        await self._link.close()


def redis_keys(url: str, namespace: str) -> RedisKeys:
    """A store with a connection of its own.

    Raises:
        UsageError: `url` is no address of a Redis.
    """
    return RedisKeys(Link(url), namespace)
