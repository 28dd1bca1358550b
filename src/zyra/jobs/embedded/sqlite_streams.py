"""The open streams of callers, counted in the database of jobs."""

import sqlite3
import time
from collections.abc import Mapping

from zyra.jobs.embedded.sqlite_store import SqliteJobStore
from zyra.jobs.quotas import too_many_streams

_COUNT = "INSERT OR REPLACE INTO streams VALUES (?, ?, ?)"


class SqliteStreams:
    """Fulfils `jobs.ports.StreamLedger`."""

    def __init__(self, store: SqliteJobStore) -> None:
        self._store = store

    async def open(self, owner: str, stream_id: str, seconds: float, most: int) -> None:
        """Count a stream for so long, if its owner has fewer than `most`."""

        def count(database: sqlite3.Connection) -> None:
            now = time.time()
            database.execute("DELETE FROM streams WHERE until < ?", (now,))
            found = "SELECT count(*) FROM streams WHERE owner = ?"
            if database.execute(found, (owner,)).fetchone()[0] >= most:
                raise too_many_streams(most)
            database.execute(_COUNT, (stream_id, owner, now + seconds))

        await self._store.in_transaction(count)

    async def renew(self, owners: Mapping[str, str], seconds: float) -> None:
        """Count streams, by id with their owners, for so long from now."""
        until = time.time() + seconds
        counted = [(stream_id, owner, until) for stream_id, owner in owners.items()]
        await self._store.in_transaction(lambda database: database.executemany(_COUNT, counted))

    async def close(self, owner: str, stream_id: str) -> None:
        """Count a stream of `owner` no more."""
        query = "DELETE FROM streams WHERE stream_id = ? AND owner = ?"
        gone = (stream_id, owner)
        await self._store.in_transaction(lambda database: database.execute(query, gone))
