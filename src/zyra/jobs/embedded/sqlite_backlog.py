"""How much the embedded job store has to do."""

import sqlite3
from datetime import datetime

from zyra.jobs.ports import Backlog
from zyra.jobs.records import Status


def read_backlog(database: sqlite3.Connection) -> Backlog:
    """How many jobs wait and run, and since when the first one waits."""
    rows = database.execute(
        "SELECT status, count(*), min(created_at) FROM jobs"
        " WHERE status IN ('queued', 'running') GROUP BY status"
    ).fetchall()
    found = {status: (count, oldest) for status, count, oldest in rows}
    queued, oldest = found.get(Status.QUEUED, (0, None))
    running, _ = found.get(Status.RUNNING, (0, None))
    return Backlog(queued, running, datetime.fromisoformat(oldest) if oldest else None)
