"""A board in Redis, for workers and servers on any number of machines."""

import json
from collections.abc import Sequence

from zyra.jobs.redis.connection import Link
from zyra.jobs.redis.keys import Keys
from zyra.telemetry.sharing import FRESH_S, from_rows, to_rows
from zyra.telemetry.tally import Series, Values


class RedisBoard:
    """Fulfils `telemetry.sharing.Board` with one hash of counts, and one key of each process.

    Counts that Redis took though its answer was lost are added once more.
    """

    def __init__(self, link: Link, keys: Keys) -> None:
        self._link = link
        self._keys = keys

    async def add(self, counts: Values) -> None:
        """Add to the hash, all at once or nothing."""
        async with self._link.use() as client, client.pipeline(transaction=True) as pipe:
            for series, value in counts.items():
                pipe.hincrbyfloat(self._keys.counts, json.dumps(series), value)
            await pipe.execute()

    async def counted(self) -> Values:
        """What the hash says."""
        async with self._link.use() as client:
            found = await client.hgetall(self._keys.counts)
        return {_series(name): float(value) for name, value in found.items()}

    async def show(self, process: str, levels: Values) -> None:
        """Set the key of a process, which passes away by itself."""
        text = json.dumps(to_rows(levels))
        async with self._link.use() as client, client.pipeline(transaction=True) as pipe:
            pipe.sadd(self._keys.shown, process)
            pipe.set(self._keys.shown_by(process), text, px=int(FRESH_S * 1000))
            await pipe.execute()

    async def shown(self) -> Sequence[Values]:
        """What each process shows that is alive; the others are forgotten."""
        async with self._link.use() as client:
            processes = sorted(await client.smembers(self._keys.shown))
            if not processes:
                return []
            texts = await client.mget([self._keys.shown_by(process) for process in processes])
            named = list(zip(processes, texts, strict=True))
            gone = [process for process, text in named if text is None]
            if gone:
                await client.srem(self._keys.shown, *gone)
        return [from_rows(json.loads(text)) for _, text in named if text is not None]

    async def withdraw(self, process: str) -> None:
        """Remove the key of a process."""
        async with self._link.use() as client, client.pipeline(transaction=True) as pipe:
            pipe.srem(self._keys.shown, process)
            pipe.delete(self._keys.shown_by(process))
            await pipe.execute()


def _series(name: str) -> Series:
    return tuple(map(str, json.loads(name)))
