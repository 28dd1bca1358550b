"""Lists of jobs from SQLite, page by page, newest first."""

import sqlite3

from zyra.jobs.ports import Page, Query
from zyra.jobs.record_json import from_json
from zyra.jobs.requests import Problem, RequestRefused


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
        ("created_at >= ?", query.since.isoformat() if query.since else None),
        ("created_at < ?", query.until.isoformat() if query.until else None),
        ("seq < ?", _number(query.cursor)),
    ]
    used = [(condition, value) for condition, value in given if value is not None]
    return [condition for condition, _ in used], [value for _, value in used]


def _number(cursor: str | None) -> int | None:
    if cursor is None:
        return None
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 19):
        raise RequestRefused(
            [Problem(("query", "cursor"), f"{cursor!r} is not a cursor of ours", "cursor")]
        )
    return int(cursor)
