"""How many streams each caller has open with this server process."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from zyra.jobs.quotas import too_many_streams
from zyra.jobs.requests import Caller


class OpenStreams:
    """Counts open streams; a server that dies closes its streams, so nothing is kept of them.

    Args:
        most: So many one caller may have.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._open: Counter[str] = Counter()

    @contextmanager
    def place(self, caller: Caller) -> Iterator[None]:
        """A place for one stream, for as long as the block takes.

        Raises:
            QuotaReached: The caller has as many as it may.
        """
        if caller.is_limited and self._open[caller.name] >= self._most:
            raise too_many_streams(self._most)
        self._open[caller.name] += 1
        try:
            yield
        finally:
            self._open[caller.name] -= 1
            if not self._open[caller.name]:
                del self._open[caller.name]
