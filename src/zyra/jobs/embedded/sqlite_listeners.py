"""Where servers listen, noted in the database of jobs."""

import sqlite3
import time
from collections.abc import Iterable

from zyra.jobs.embedded.sqlite_store import SqliteJobStore


class SqliteListeners:
    """Fulfils `jobs.ports.Listeners`."""

    def __init__(self, store: SqliteJobStore) -> None:
        self._store = store

    async def announce(
        self, network: str, server: str, ports: Iterable[int], seconds: float
    ) -> None:
        """Note the ports on which `server` listens, in place of those before, for so long."""
        now = time.time()
        rows = [(network, server, port, now + seconds) for port in ports]

        def note(database: sqlite3.Connection) -> None:
            old = "DELETE FROM listeners WHERE until < ? OR (network = ? AND server = ?)"
            database.execute(old, (now, network, server))
            database.executemany("INSERT INTO listeners VALUES (?, ?, ?, ?)", rows)

        await self._store.in_transaction(note)

    async def others(self, network: str, server: str) -> set[int]:
        """Ports on which servers other than `server` listen there."""
        query = "SELECT port FROM listeners WHERE network = ? AND server != ? AND until >= ?"
        asked = (network, server, time.time())
        rows = await self._store.in_transaction(
            lambda database: database.execute(query, asked).fetchall()
        )
        return {row[0] for row in rows}
