"""Job records and leases in SQLite, shared safely by several processes of one machine.

Which thread does what is a matter of `SqliteConnection`.
"""

import json
import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from zyra.jobs.embedded.sqlite_backlog import read_backlog
from zyra.jobs.embedded.sqlite_connection import SqliteConnection
from zyra.jobs.embedded.sqlite_pages import select_page
from zyra.jobs.leases import lost
from zyra.jobs.ports import Backlog, Claimed, Page, Query, Renewal, Submission
from zyra.jobs.quotas import too_many_jobs
from zyra.jobs.record_json import from_json, to_json
from zyra.jobs.records import JobRecord, Status
from zyra.jobs.requests import Conflict

T = TypeVar("T")


class SqliteJobStore:
    """Fulfils `jobs.ports.JobStore` and `jobs.ports.Leases` with one database file.

    Args:
        capacity: How many jobs may run at once on this machine.
    """

    def __init__(self, path: Path, capacity: int) -> None:
        self._capacity = capacity
        self._connection = SqliteConnection(path)
        self._database = self._connection.database

    async def add(self, submission: Submission) -> JobRecord:
        """Keep a new job, or return the one that its idempotency key already names."""
        return (await self._connection.at_once(lambda: self._add(submission)))[0]

    async def add_and_claim(
        self, submission: Submission, runner: str, lease_s: float
    ) -> tuple[JobRecord, Claimed | None]:
        """As `add`; a new job is claimed in the same transaction if none waits before it."""
        return await self._connection.at_once(lambda: self._add(submission, runner, lease_s))

    async def get(self, job_id: str) -> JobRecord | None:
        """The record of that id, with its place in the queue, or None."""
        return await self._connection.at_once(lambda: self._get(job_id))

    async def finished_among(self, job_ids: Sequence[str]) -> set[str]:
        """Those of the jobs that are done."""
        query = (
            "SELECT job_id FROM jobs WHERE job_id IN (SELECT value FROM json_each(?))"
            " AND status NOT IN ('queued', 'running')"
        )
        asked = (json.dumps(job_ids),)
        found = await self._connection.at_once(
            lambda: self._database.execute(query, asked).fetchall()
        )
        return {row[0] for row in found}

    async def change(
        self, job_id: str, expected: tuple[Status, ...], **changes: Any
    ) -> JobRecord | None:
        """Replace fields if the status is one of `expected`; None otherwise."""
        return await self._connection.at_once(lambda: self._change(job_id, expected, changes))

    async def page(self, query: Query) -> Page:
        """List jobs, newest first."""
        return await self._connection.in_thread(lambda: select_page(self._database, query))

    async def remove(self, job_id: str) -> None:
        """Forget a job."""
        await self._connection.in_thread(lambda: self._remove(job_id))

    async def claim(self, runner: str, lease_s: float, job_id: str | None = None) -> Claimed | None:
        """Take that queued job, or the oldest, if fewer run than may."""
        return await self._connection.at_once(lambda: self._claim(runner, lease_s, job_id))

    async def renew(
        self, runner: str, lease_s: float, progress: Mapping[str, tuple[float, str]]
    ) -> Renewal:
        """Keep the jobs of `progress`, and store how far they are."""
        return await self._connection.at_once(lambda: self._renew(runner, lease_s, progress))

    async def finish(self, runner: str, job_id: str, **changes: Any) -> JobRecord | None:
        """Move a job to its final state if `runner` still holds it; None otherwise."""
        return await self._connection.at_once(lambda: self._finish(runner, job_id, changes))

    async def expire(self) -> list[JobRecord]:
        """Take the jobs whose lease ran out from their runners."""
        return await self._connection.in_thread(self._expire)

    async def cancel_requested(self, runner: str) -> list[str]:
        """The jobs of `runner` that somebody asked to end."""
        query = (
            "SELECT job_id FROM jobs WHERE status = 'running' AND runner = ?"
            " AND json_extract(record, '$.cancel_requested')"
        )
        rows = await self._connection.at_once(
            lambda: self._database.execute(query, (runner,)).fetchall()
        )
        return [row[0] for row in rows]

    async def data_version(self) -> int:
        """A number that changes when another process has changed something."""
        query = "PRAGMA data_version"
        return int(
            (await self._connection.at_once(lambda: self._database.execute(query).fetchone()))[0]
        )

    async def finished_before(self, moment: datetime, limit: int) -> list[JobRecord]:
        """Finished jobs whose results are still there though they ended before `moment`."""
        return await self._connection.in_thread(lambda: self._finished_before(moment, limit))

    async def take_callbacks(
        self, moment: datetime, until: datetime, limit: int
    ) -> list[JobRecord]:
        """Finished jobs whose callback is due at `moment`; taken until `until`."""
        return await self._connection.in_thread(lambda: self._take_callbacks(moment, until, limit))

    async def backlog(self) -> Backlog:
        """How much there is to do."""
        return await self._connection.in_thread(lambda: read_backlog(self._database))

    async def used(self) -> set[str]:
        """What queued and running jobs read: `file:ID` and `job:ID`."""
        return await self._connection.in_thread(self._used)

    async def in_transaction(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do `work` with the database, all of it or nothing.

        Raises:
            StorageFull, ServiceUnavailable: As every other method.
        """

        def do() -> T:
            with self._connection.transaction() as database:
                return work(database)

        return await self._connection.in_thread(do)

    async def close(self) -> None:
        """Close the database after what was asked before."""
        await self._connection.close()

    def _add(
        self, submission: Submission, runner: str | None = None, lease_s: float = 0.0
    ) -> tuple[JobRecord, Claimed | None]:
        """Keep a job, and claim it for `runner` if there is one and nothing is in the way."""
        record = submission.record
        with self._connection.transaction():
            if submission.idempotency_key is not None:
                known = self._known(submission)
                if known is not None:
                    return known, None
            self._refuse_beyond_quota(submission)
            if runner is None or self._has_queued() or not self._has_room():
                self._insert(record, submission.plan)
                return record, None
            record = _begun(record)
            self._insert(record, submission.plan, runner, time.time() + lease_s)
        return record, Claimed(record, submission.plan)

    def _refuse_beyond_quota(self, submission: Submission) -> None:
        most = submission.most_unfinished
        if most is None:
            return
        unfinished = "SELECT count(*) FROM jobs WHERE owner = ? AND status IN ('queued', 'running')"
        found = self._database.execute(unfinished, (submission.record.owner,)).fetchone()[0]
        if found >= most:
            raise too_many_jobs(most)

    def _insert(
        self, record: JobRecord, plan: str, runner: str | None = None, until: float | None = None
    ) -> None:
        self._database.execute(
            "INSERT INTO jobs (job_id, owner, status, stage, command, created_at, record, plan,"
            " runner, lease_until) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                record.job_id,
                record.owner,
                record.status,
                record.stage,
                record.command,
                record.created_at.isoformat(),
                to_json(record),
                plan,
                runner,
                until,
            ),
        )

    def _has_queued(self) -> bool:
        queued = "SELECT 1 FROM jobs WHERE status = 'queued' LIMIT 1"
        return self._database.execute(queued).fetchone() is not None

    def _has_room(self) -> bool:
        """Whether fewer jobs run than may."""
        running = "SELECT count(*) FROM jobs WHERE status = 'running'"
        return bool(self._database.execute(running).fetchone()[0] < self._capacity)

    def _known(self, submission: Submission) -> JobRecord | None:
        """The job that the key names; names the new one when there is none yet."""
        owner, key = submission.record.owner, submission.idempotency_key
        row = self._database.execute(
            "SELECT fingerprint, job_id FROM idempotency WHERE owner = ? AND key = ?", (owner, key)
        ).fetchone()
        if row is not None and row[0] != submission.fingerprint:
            raise Conflict(
                f"idempotency key {key!r} belongs to another request, job {row[1]}",
                hint="use a new key for a new request",
            )
        known = self._get(row[1]) if row is not None else None
        if known is None:
            self._database.execute(
                "INSERT OR REPLACE INTO idempotency VALUES (?, ?, ?, ?)",
                (owner, key, submission.fingerprint, submission.record.job_id),
            )
        return known

    def _get(self, job_id: str) -> JobRecord | None:
        row = self._database.execute(
            "SELECT record, seq FROM jobs WHERE job_id = ?", (job_id,)
        ).fetchone()
        if row is None:
            return None
        record = from_json(row[0])
        if record.status is not Status.QUEUED:
            return record
        ahead = "SELECT count(*) FROM jobs WHERE status = 'queued' AND seq <= ?"
        position = self._database.execute(ahead, (row[1],)).fetchone()[0]
        return record.changed(queue_position=position)

    def _remove(self, job_id: str) -> None:
        with self._connection.transaction() as database:
            database.execute("DELETE FROM jobs WHERE job_id = ?", (job_id,))
            database.execute("DELETE FROM idempotency WHERE job_id = ?", (job_id,))

    def _change(
        self, job_id: str, expected: tuple[Status, ...], changes: Mapping[str, Any]
    ) -> JobRecord | None:
        with self._connection.transaction():
            record = self._get(job_id)
            if record is None or record.status not in expected:
                return None
            return self._put(record.changed(queue_position=None, **changes))

    def _put(self, record: JobRecord) -> JobRecord:
        is_final = record.status.is_final
        due = record.callback.due if record.callback and is_final else None
        self._database.execute(
            "UPDATE jobs SET status = ?, finished_at = ?, record = ?, callback_due = ?,"
            " plan = CASE WHEN ? THEN NULL ELSE plan END WHERE job_id = ?",
            (
                record.status,
                record.finished_at.isoformat() if record.finished_at else None,
                to_json(record),
                due.isoformat() if due else None,
                is_final,
                record.job_id,
            ),
        )
        return record

    def _claim(self, runner: str, lease_s: float, job_id: str | None) -> Claimed | None:
        if not self._has_queued():
            return None  # found without locking out other writers
        with self._connection.transaction() as database:
            if not self._has_room():
                return None
            which = "ORDER BY seq LIMIT 1" if job_id is None else "AND job_id = ?"
            row = database.execute(
                f"SELECT record, plan FROM jobs WHERE status = 'queued' {which}",  # noqa: S608
                () if job_id is None else (job_id,),
            ).fetchone()
            if row is None:
                return None
            claimed = self._put(_begun(from_json(row[0])))
            database.execute(
                "UPDATE jobs SET runner = ?, lease_until = ? WHERE job_id = ?",
                (runner, time.time() + lease_s, claimed.job_id),
            )
        return Claimed(claimed, row[1])

    def _renew(
        self, runner: str, lease_s: float, progress: Mapping[str, tuple[float, str]]
    ) -> Renewal:
        held: set[str] = set()
        canceled: set[str] = set()
        with self._connection.transaction() as database:
            rows = database.execute(
                "SELECT record FROM jobs WHERE status = 'running' AND runner = ?", (runner,)
            ).fetchall()
            for record in map(from_json, (row[0] for row in rows)):
                if record.job_id not in progress:
                    continue
                held.add(record.job_id)
                if record.cancel_requested:
                    canceled.add(record.job_id)
                fraction, message = progress[record.job_id]
                if (fraction, message) != (record.progress, record.message):
                    self._put(record.changed(progress=fraction, message=message))
            until = time.time() + lease_s
            database.executemany(
                "UPDATE jobs SET lease_until = ? WHERE job_id = ?",
                [(until, job_id) for job_id in held],
            )
        return Renewal(frozenset(set(progress) - held), frozenset(canceled))

    def _finish(self, runner: str, job_id: str, changes: Mapping[str, Any]) -> JobRecord | None:
        with self._connection.transaction() as database:
            row = database.execute(
                "SELECT record FROM jobs WHERE job_id = ? AND status = 'running' AND runner = ?",
                (job_id, runner),
            ).fetchone()
            return None if row is None else self._put(from_json(row[0]).changed(**changes))

    def _expire(self) -> list[JobRecord]:
        # Asked for once a second, so this is also when the changes of that second go to the file.
        self._connection.checkpoint()
        with self._connection.transaction() as database:
            rows = database.execute(
                "SELECT record FROM jobs WHERE status = 'running' AND lease_until < ?",
                (time.time(),),
            ).fetchall()
            return [self._put(lost(from_json(row[0]))) for row in rows]

    def _take_callbacks(self, moment: datetime, until: datetime, limit: int) -> list[JobRecord]:
        due = "SELECT record FROM jobs WHERE callback_due <= ? ORDER BY callback_due LIMIT ?"
        asked = (moment.isoformat(), limit)
        if self._database.execute(due, asked).fetchone() is None:
            return []  # found without locking out other writers
        with self._connection.transaction() as database:
            rows = database.execute(due, asked).fetchall()
            records = [from_json(row[0]) for row in rows]
            database.executemany(
                "UPDATE jobs SET callback_due = ? WHERE job_id = ?",
                [(until.isoformat(), record.job_id) for record in records],
            )
        return records

    def _finished_before(self, moment: datetime, limit: int) -> list[JobRecord]:
        rows = self._database.execute(
            "SELECT record FROM jobs WHERE finished_at < ?"
            " AND NOT json_extract(record, '$.expired') ORDER BY finished_at LIMIT ?",
            (moment.isoformat(), limit),
        ).fetchall()
        return [from_json(row[0]) for row in rows]

    def _used(self) -> set[str]:
        rows = self._database.execute(
            "SELECT record FROM jobs WHERE status IN ('queued', 'running')"
        )
        return {use for row in rows for use in from_json(row[0]).uses}


def _begun(record: JobRecord) -> JobRecord:
    """The record of a job as its next attempt begins."""
    return record.changed(
        status=Status.RUNNING,
        started_at=datetime.now(UTC),
        attempts=record.attempts + 1,
    )
