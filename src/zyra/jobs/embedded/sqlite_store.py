"""Job records in SQLite, shared safely by several processes of one machine.

Write-ahead log with `synchronous=NORMAL`: a committed record survives the death of any
process (SQLite documentation, "Write-Ahead Logging", section 2.2).
One thread owns the connection, so the event loop never waits for the disk.
"""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from zyra.jobs.record_json import from_json, to_json
from zyra.jobs.records import JobRecord, Status

T = TypeVar("T")

_SCHEMA = """
PRAGMA journal_mode=WAL;
PRAGMA synchronous=NORMAL;
CREATE TABLE IF NOT EXISTS jobs (
    job_id TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    status TEXT NOT NULL,
    stage TEXT NOT NULL,
    command TEXT NOT NULL,
    created_at TEXT NOT NULL,
    record TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS jobs_of_owner ON jobs (owner, created_at);
"""
_WAIT_FOR_WRITERS_S = 10.0


class SqliteJobStore:
    """Fulfils `jobs.ports.JobStore` with one database file."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="zyra-store")
        self._database = self._thread.submit(_open, path).result()

    async def add(self, record: JobRecord) -> None:
        """Keep a new record."""
        await self._do(lambda: self._insert(record))

    async def get(self, job_id: str) -> JobRecord | None:
        """The record of that id, or None."""
        return await self._do(lambda: self._select(job_id))

    async def change(
        self, job_id: str, expected: tuple[Status, ...], **changes: Any
    ) -> JobRecord | None:
        """Replace fields if the status is one of `expected`; None otherwise."""
        return await self._do(lambda: self._compare_and_set(job_id, expected, changes))

    async def close(self) -> None:
        """Close the database after what was asked before."""
        await self._do(self._database.close)
        self._thread.shutdown()

    async def _do(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _insert(self, record: JobRecord) -> None:
        self._database.execute(
            "INSERT INTO jobs VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                record.job_id,
                record.owner,
                record.status,
                record.stage,
                record.command,
                record.created_at.isoformat(),
                to_json(record),
            ),
        )

    def _select(self, job_id: str) -> JobRecord | None:
        query = "SELECT record FROM jobs WHERE job_id = ?"
        row = self._database.execute(query, (job_id,)).fetchone()
        return None if row is None else from_json(row[0])

    def _compare_and_set(
        self, job_id: str, expected: tuple[Status, ...], changes: dict[str, Any]
    ) -> JobRecord | None:
        self._database.execute("BEGIN IMMEDIATE")
        with self._database:
            record = self._select(job_id)
            if record is None or record.status not in expected:
                return None
            changed = replace(record, **changes)
            self._database.execute(
                "UPDATE jobs SET status = ?, record = ? WHERE job_id = ?",
                (changed.status, to_json(changed), job_id),
            )
        return changed


def _open(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(
        path, timeout=_WAIT_FOR_WRITERS_S, isolation_level=None, check_same_thread=False
    )
    database.executescript(_SCHEMA)
    return database
