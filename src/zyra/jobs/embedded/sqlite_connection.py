"""One connection to the database of jobs: who uses it when, and in which thread.

Most of what a job needs of it takes a tenth of a millisecond and ends in the system's cache;
to have that done by another thread, and to be told, takes longer. So it is done at once, in
the event loop. What may wait goes to a thread: long reads, writes while another process
writes, and the checkpoints, which wait for the disk.
"""

import asyncio
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from zyra.jobs.embedded.sqlite_schema import WAIT_FOR_WRITERS_S, open_database
from zyra.jobs.requests import ServiceUnavailable, StorageFull

T = TypeVar("T")

# Primary result codes that are the machine's fault and may pass; all others are ours.
_PASSING = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN)
_NO_SPACE = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)
_PAUSE_S = 0.002

# A busy database is told of at once, and never turned to by the commit of a small change.
_MANNERS = "PRAGMA busy_timeout=0; PRAGMA wal_autocheckpoint=0;"


class SqliteConnection:
    """A connection that the event loop and one thread share."""

    def __init__(self, path: Path) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="zyra-store")
        self._lock = threading.Lock()
        self.database = open_database(path)
        self.database.executescript(_MANNERS)

    async def at_once(self, work: Callable[[], T]) -> T:
        """Do short work here and now, or in the thread if the database is in use.

        Args:
            work: Begins with what may find the database busy, since it is then done anew.

        Raises:
            StorageFull: The disk took no more.
            ServiceUnavailable: The database cannot be used at the moment.
        """
        if self._lock.acquire(blocking=False):
            try:
                return _tried(work)
            except _Busy:
                pass
            finally:
                self._lock.release()
        return await self.in_thread(work)

    async def in_thread(self, work: Callable[[], T]) -> T:
        """Do work in the thread of the database, after what it was given before.

        Raises:
            As `at_once`.
        """
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._thread, self._patiently, work)
        except _Busy as busy:
            raise ServiceUnavailable(str(busy)) from busy

    async def close(self) -> None:
        """Close the database after what was asked before."""
        await self.in_thread(self.database.close)
        self._thread.shutdown()

    def transaction(self) -> sqlite3.Connection:
        """The database, for a `with` block of which all is kept, or nothing."""
        self.database.execute("BEGIN IMMEDIATE")
        return self.database

    def checkpoint(self) -> None:
        """Move what was written since the last time to the database file itself."""
        self.database.execute("PRAGMA wal_checkpoint(PASSIVE)")

    def _patiently(self, work: Callable[[], T]) -> T:
        give_up_at = time.monotonic() + WAIT_FOR_WRITERS_S
        while True:
            try:
                with self._lock:
                    return _tried(work)
            except _Busy:
                if time.monotonic() > give_up_at:
                    raise
            time.sleep(_PAUSE_S)


class _Busy(Exception):
    """Another process is writing."""


def _tried(work: Callable[[], T]) -> T:
    """Do work; faults of SQLite that are not those of our own statements are told in our words."""
    try:
        return work()
    except sqlite3.OperationalError as error:
        code = error.sqlite_errorcode & 0xFF
        if code in _NO_SPACE:
            raise StorageFull(f"the job store cannot be written: {error}") from error
        told = f"the job store cannot be used: {error}"
        if code == sqlite3.SQLITE_BUSY:
            raise _Busy(told) from error
        if code in _PASSING:
            raise ServiceUnavailable(told) from error
        raise
