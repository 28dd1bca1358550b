"""Cursors of lists of jobs: the number of the last job on the page before."""

from zyra.jobs.requests import Problem, RequestRefused


def number_of_cursor(cursor: str | None) -> int | None:
    """The number that a cursor stands for, or None without one.

    Raises:
        RequestRefused: It is not a cursor of ours.
    """
    if cursor is None:
        return None
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 19):
        raise RequestRefused(
            [Problem(("query", "cursor"), f"{cursor!r} is not a cursor of ours", "cursor")]
        )
    return int(cursor)
