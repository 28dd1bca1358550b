"""Lists of jobs from SQLite, page by page, newest first."""

import sqlite3
from datetime import UTC, datetime

from zyra.jobs.paging import number_of_cursor
from zyra.jobs.ports import Page, Query
from zyra.jobs.record_json import from_json


def select_page(database: sqlite3.Connection, query: Query) -> Page:
    """One page; the cursor is the number of the last job on the page before.

    Raises:
        RequestRefused: The cursor is not one of ours.
    """
    conditions, values = _conditions(query)
    rows = database.execute(
        f"SELECT seq, record FROM jobs WHERE {' AND '.join(conditions)}"  # noqa: S608 - our text
        " ORDER BY seq DESC LIMIT ?",
        (*values, query.limit + 1),
    ).fetchall()
    shown = rows[: query.limit]
    following = str(shown[-1][0]) if len(rows) > query.limit else None
    return Page(tuple(from_json(record) for _, record in shown), following)


def _conditions(query: Query) -> tuple[list[str], list[str | int]]:
    given: list[tuple[str, str | int | None]] = [
        ("owner = ?", query.owner),
        ("status = ?", query.status),
        ("stage = ?", query.stage),
        ("command = ?", query.command),
        ("created_at >= ?", _utc(query.since)),
        ("created_at < ?", _utc(query.until)),
        ("seq < ?", number_of_cursor(query.cursor)),
    ]
    used = [(condition, value) for condition, value in given if value is not None]
    return [condition for condition, _ in used], [value for _, value in used]


def _utc(moment: datetime | None) -> str | None:
    """As it stands in the table, where times are compared as text."""
    return moment.astimezone(UTC).isoformat() if moment else None
