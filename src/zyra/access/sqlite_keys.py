"""Keys in SQLite, in the state folder; every process of the machine sees a change at once."""

import json
import time
from pathlib import Path

from zyra.access.keys import KeyRecord
from zyra.access.tickets import Ticket
from zyra.jobs.embedded.sqlite_schema import open_with_tables

_SCHEMA = """
PRAGMA journal_mode = WAL;
CREATE TABLE IF NOT EXISTS keys (key_id TEXT PRIMARY KEY, record TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS tickets (
    digest TEXT PRIMARY KEY,
    ticket TEXT NOT NULL,
    until REAL NOT NULL
) STRICT;
"""


class SqliteKeys:
    """Fulfils `KeyStore` and `TicketStore` with one file that only its owner may read.

    A look-up takes some ten microseconds, so it needs no thread of its own.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
        self._database = open_with_tables(path, _SCHEMA)

    async def put(self, record: KeyRecord) -> None:
        """Keep a record, in place of an older one of that id."""
        values = (record.key_id, json.dumps(record.to_json()))
        self._database.execute("INSERT OR REPLACE INTO keys VALUES (?, ?)", values)

    async def get(self, key_id: str) -> KeyRecord | None:
        """The record of that id."""
        query = "SELECT record FROM keys WHERE key_id = ?"
        row = self._database.execute(query, (key_id,)).fetchone()
        return None if row is None else KeyRecord.from_json(json.loads(row[0]))

    async def all(self) -> list[KeyRecord]:
        """Every record, oldest first."""
        rows = self._database.execute("SELECT record FROM keys ORDER BY rowid").fetchall()
        return [KeyRecord.from_json(json.loads(row[0])) for row in rows]

    async def is_empty(self) -> bool:
        """Whether there is no record at all, not even of a revoked key."""
        return self._database.execute("SELECT 1 FROM keys LIMIT 1").fetchone() is None

    async def keep_ticket(self, digest: str, ticket: Ticket, seconds: int) -> None:
        """Keep a ticket for so long."""
        now = time.time()
        self._database.execute("DELETE FROM tickets WHERE until < ?", (now,))
        kept = (digest, json.dumps(ticket.to_json()), now + seconds)
        self._database.execute("INSERT INTO tickets VALUES (?, ?, ?)", kept)

    async def take_ticket(self, digest: str) -> Ticket | None:
        """The ticket, which is gone then; None when there is none."""
        query = "DELETE FROM tickets WHERE digest = ? RETURNING ticket, until"
        row = self._database.execute(query, (digest,)).fetchone()
        if row is None or row[1] < time.time():
            return None
        return Ticket.from_json(json.loads(row[0]))

    async def close(self) -> None:
        """Let go of the connection."""
        self._database.close()
