"""How often and after which pauses a transient failure is tried again."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from zyra.core.errors import TransientTransferError
from zyra.transfer.failures import NameServiceSilent, ServerBusy

# A transfer that goes on this far after a failure has recovered: the count starts again.
RECOVERED_BYTES = 1 << 20
# The system's resolver has asked several times by itself before it gives up.
_LOOK_UPS = 2


@dataclass(frozen=True)
class Retries:
    """Exponential back-off with full jitter, bounded in number and in length.

    Attributes:
        attempts: Tries in a row, the first included.
        first_pause_s: Upper end of the first pause; doubles with each failure.
        longest_pause_s: Upper end of any pause of our own choice.
        longest_wait_s: Longest `Retry-After` that is obeyed; beyond it we give up.
        pause: Waits the given seconds.
        jitter: Gives a number in [0, 1), so that clients do not come back all at once.

    Source: M. Brooker, "Exponential Backoff and Jitter", AWS Architecture Blog, 2015.
    """

    attempts: int = 5
    first_pause_s: float = 1.0
    longest_pause_s: float = 30.0
    longest_wait_s: float = 120.0
    pause: Callable[[float], None] = time.sleep
    jitter: Callable[[], float] = random.random


class Tries:
    """Counts the failures of one transfer and waits between them."""

    def __init__(self, retries: Retries, tell: Callable[[str], None]) -> None:
        self._retries = retries
        self._tell = tell
        self._failures = 0
        self._position = 0

    def pause_after(self, error: TransientTransferError, position: int) -> None:
        """Wait before the next try, or raise `error` when there is none left.

        Args:
            error: Why the last try failed.
            position: Bytes there are by now; much progress starts the count again.
        """
        if position - self._position >= RECOVERED_BYTES:
            self._failures = 0
        self._position = max(self._position, position)
        self._failures += 1
        if self._failures >= self._attempts_after(error):
            raise error
        seconds = self._seconds(error)
        if seconds > self._retries.longest_wait_s:
            raise error
        self._tell(f"trying again in {seconds:.1f} s: {error.message}")
        self._retries.pause(seconds)

    def _attempts_after(self, error: TransientTransferError) -> int:
        # Who has received something knows that the name is right: the network will come back.
        is_new = isinstance(error, NameServiceSilent) and not self._position
        return min(_LOOK_UPS, self._retries.attempts) if is_new else self._retries.attempts

    def _seconds(self, error: TransientTransferError) -> float:
        if isinstance(error, ServerBusy) and error.retry_after_s is not None:
            return error.retry_after_s
        ceiling: float = self._retries.first_pause_s * 2 ** (self._failures - 1)
        return min(ceiling, self._retries.longest_pause_s) * self._retries.jitter()


def retry_after_s(header: str | None, now: datetime) -> float | None:
    """Seconds that a `Retry-After` header asks to wait from `now`; None when it says nothing.

    Source: RFC 9110, section 10.2.3 (seconds or an HTTP date).
    """
    if header is None:
        return None
    if header.strip().isdecimal():
        return float(header)
    try:
        moment = parsedate_to_datetime(header)
    except ValueError:  # a server's nonsense asks for nothing
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (aware - now).total_seconds())
