"""The tables of the embedded job store, and how its database is opened.

Write-ahead log with `synchronous=NORMAL`: a committed record survives the death of any
process (SQLite documentation, "Write-Ahead Logging", section 2.2).
"""

import fcntl
import sqlite3
from pathlib import Path

from zyra.core.errors import UsageError

WAIT_FOR_WRITERS_S = 10.0

SCHEMA = """
PRAGMA journal_mode=WAL;
PRAGMA synchronous=NORMAL;
CREATE TABLE IF NOT EXISTS jobs (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    job_id TEXT NOT NULL UNIQUE,
    owner TEXT NOT NULL,
    status TEXT NOT NULL,
    stage TEXT NOT NULL,
    command TEXT NOT NULL,
    created_at TEXT NOT NULL,
    finished_at TEXT,
    record TEXT NOT NULL,
    plan TEXT,
    runner TEXT,
    lease_until REAL,
    callback_due TEXT
) STRICT;
CREATE INDEX IF NOT EXISTS jobs_of_owner ON jobs (owner, seq);
CREATE INDEX IF NOT EXISTS jobs_queued ON jobs (seq) WHERE status = 'queued';
CREATE INDEX IF NOT EXISTS jobs_running ON jobs (lease_until) WHERE status = 'running';
CREATE INDEX IF NOT EXISTS jobs_unfinished ON jobs (owner) WHERE status IN ('queued', 'running');
CREATE INDEX IF NOT EXISTS jobs_finished ON jobs (finished_at) WHERE finished_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS jobs_calling ON jobs (callback_due) WHERE callback_due IS NOT NULL;
CREATE TABLE IF NOT EXISTS idempotency (
    owner TEXT NOT NULL,
    key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    job_id TEXT NOT NULL,
    PRIMARY KEY (owner, key)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS stored (
    file_id TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    bytes INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS stored_of_owner ON stored (owner, bytes);
CREATE TABLE IF NOT EXISTS streams (
    stream_id TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    until REAL NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS listeners (
    network TEXT NOT NULL,
    server TEXT NOT NULL,
    port INTEGER NOT NULL,
    until REAL NOT NULL,
    PRIMARY KEY (network, server, port)
) STRICT, WITHOUT ROWID;
"""


def open_database(path: Path) -> sqlite3.Connection:
    """Open the database, and make its tables where they are missing.

    Raises:
        UsageError: It was made by another version of Zyra.
    """
    try:
        return open_with_tables(path, SCHEMA)
    except sqlite3.OperationalError as error:
        if not str(error).startswith("no such column"):
            raise
        raise UsageError(
            f"the jobs in {path} were kept by another version of Zyra ({error})",
            hint="move that file away, or name another folder in ZYRA_STATE_DIR",
        ) from error


def open_with_tables(path: Path, schema: str) -> sqlite3.Connection:
    """Open a database file, one process at a time, and run `schema` on it.

    Processes that start together would else be told that the new database is locked: SQLite does
    not wait while another one turns it to write-ahead logging.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.with_name(f"{path.name}.opening").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        database = sqlite3.connect(
            path, timeout=WAIT_FOR_WRITERS_S, isolation_level=None, check_same_thread=False
        )
        try:
            database.executescript(schema)
        except sqlite3.Error:
            database.close()
            raise
    return database
