"""What a command line that failed may say: the problem in one line, and what to do in another."""

from typing import Protocol


class Told(Protocol):
    """What pytest captured of a run."""

    out: str
    err: str


def clear_error(told: Told, secret: str) -> str:
    """The line that names the problem; nothing else was said, and not the secret."""
    assert told.out == ""
    assert told.err.startswith("zyra: error: ")
    assert len(told.err.splitlines()) <= 2
    assert secret not in told.err
    return told.err.splitlines()[0]
