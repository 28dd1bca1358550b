"""Lists of jobs from Redis, page by page, newest first."""

from datetime import datetime
from typing import Any

from zyra.jobs.paging import number_of_cursor
from zyra.jobs.ports import Page, Query
from zyra.jobs.record_json import from_json
from zyra.jobs.records import JobRecord
from zyra.jobs.redis import scripts
from zyra.jobs.redis.connection import Link
from zyra.jobs.redis.keys import Keys

LOOKS = 2000  # records that one step of the server looks at; about 5 ms


async def read_page(link: Link, keys: Keys, query: Query) -> Page:
    """One page; the cursor is the number of the last job on the page before.

    Raises:
        RequestRefused: The cursor is not one of ours.
    """
    look = link.client.register_script(scripts.PAGE)
    number = number_of_cursor(query.cursor)
    below = "+inf" if number is None else f"({number}"
    rows: list[tuple[str, JobRecord]] = []
    while below and len(rows) <= query.limit:
        values = [keys.jobs, below, query.limit + 1 - len(rows), LOOKS, *_filters(query)]
        async with link.use():
            last, found = await look([keys.owner(query.owner)], values)
        rows += zip(found[::2], map(from_json, found[1::2]), strict=True)
        below = f"({last}" if last else ""
    shown = rows[: query.limit]
    following = shown[-1][0] if len(rows) > query.limit else None
    return Page(tuple(record for _, record in shown), following)


def _filters(query: Query) -> list[Any]:
    return [
        query.status or "",
        query.stage or "",
        query.command or "",
        seconds(query.since),
        seconds(query.until),
    ]


def seconds(moment: datetime | None) -> str:
    """A moment as a score, with its microseconds; empty for none."""
    return "" if moment is None else repr(moment.timestamp())
