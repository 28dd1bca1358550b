"""The bytes of uploads, counted in the database of jobs."""

import sqlite3

from zyra.jobs.embedded.sqlite_store import SqliteJobStore
from zyra.jobs.quotas import too_much_stored


class SqliteLedger:
    """Fulfils `jobs.ports.StorageLedger`."""

    def __init__(self, store: SqliteJobStore) -> None:
        self._store = store

    async def reserve(self, owner: str, file_id: str, size: int, most: int) -> None:
        """Count `size` bytes for an upload, in place of what was counted for it before."""

        def count(database: sqlite3.Connection) -> None:
            others = "SELECT coalesce(sum(bytes), 0) FROM stored WHERE owner = ? AND file_id != ?"
            before = "SELECT coalesce(sum(bytes), 0) FROM stored WHERE file_id = ?"
            taken = database.execute(others, (owner, file_id)).fetchone()[0]
            grows = size > database.execute(before, (file_id,)).fetchone()[0]
            if grows and taken + size > most:
                raise too_much_stored(most)
            database.execute(
                "INSERT OR REPLACE INTO stored VALUES (?, ?, ?)", (file_id, owner, size)
            )

        await self._store.in_transaction(count)

    async def release(self, *file_ids: str) -> None:
        """Count uploads no more."""
        gone = [(file_id,) for file_id in file_ids]
        delete = "DELETE FROM stored WHERE file_id = ?"
        await self._store.in_transaction(lambda database: database.executemany(delete, gone))

    async def reserved(self) -> set[str]:
        """Ids of the uploads that are counted."""
        rows = await self._store.in_transaction(
            lambda database: database.execute("SELECT file_id FROM stored").fetchall()
        )
        return {row[0] for row in rows}
