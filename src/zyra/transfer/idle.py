"""Connections that wait for the next file from the same place."""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Generic, TypeVar

Link = TypeVar("Link")


class Idle(Generic[Link]):
    """Lends connections, each to one thread at a time.

    Args:
        close: Closes a connection; raises nothing.
    """

    def __init__(self, close: Callable[[Link], None]) -> None:
        self._close = close
        self._links: dict[Hashable, list[Link]] = {}
        self._lock = Lock()

    @contextmanager
    def lent(self, place: Hashable, connect: Callable[[], Link]) -> Iterator["Loan[Link]"]:
        """A connection to `place`, an idle one or a new one; kept afterwards if it is `whole`."""
        with self._lock:
            waiting = self._links.get(place)
            link = waiting.pop() if waiting else None
        loan = Loan(connect() if link is None else link)
        try:
            yield loan
        finally:
            if loan.whole:
                with self._lock:
                    self._links.setdefault(place, []).append(loan.link)
            else:
                self._close(loan.link)

    def close(self) -> None:
        """Close all that nobody uses."""
        with self._lock:
            links = [link for waiting in self._links.values() for link in waiting]
            self._links.clear()
        for link in links:
            self._close(link)


class Loan(Generic[Link]):
    """A connection in use.

    Attributes:
        whole: Whether its server waits for the next command; set by who used it.
    """

    def __init__(self, link: Link) -> None:
        self.link = link
        self.whole = False
