"""Add up the bytes of transfers that run side by side."""

from collections.abc import Callable
from threading import Lock

from zyra.transfer.receive import ReportBytes


class Together:
    """Counts for several transfers, each in a thread of its own.

    Args:
        tell: Receives the sum, from one thread at a time.
    """

    def __init__(self, tell: Callable[[int], object]) -> None:
        self._tell = tell
        self._sum = 0
        self._lock = Lock()

    def of_one(self) -> ReportBytes:
        """What one transfer reports to; beginning anew takes back what it had reported."""
        before = 0

        def report(moved: int, _total: int | None) -> None:
            nonlocal before
            with self._lock:
                self._sum += moved - before
                before = moved
                self._tell(self._sum)

        return report

    def again(self) -> None:
        """Tell the sum once more, as something else has changed."""
        with self._lock:
            self._tell(self._sum)
