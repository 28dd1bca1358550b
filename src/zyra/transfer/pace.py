"""Give up on a server that sends so slowly that it might as well not.

Only the time that is waited for its bytes counts, not the time in which they are written; nor
that before the first of them, in which a server may compute, and which has a limit of its own.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from zyra.core.errors import TransientTransferError


@dataclass(frozen=True)
class Pace:
    """The slowest that a transfer may be.

    Attributes:
        least: Bytes per second, on the average of a window; 0 lets anything pass.
        window_s: How long a server may be slower.
        clock: Tells the seconds.
    """

    least: float = 100
    window_s: float = 60.0
    clock: Callable[[], float] = time.monotonic

    def kept(self, chunks: Iterator[bytes], shown: str) -> Iterator[bytes]:
        """The chunks as they arrive, as long as they do so fast enough.

        Raises:
            TransientTransferError: They do not.
        """
        waited_s, arrived = 0.0, 0
        yield from islice(chunks, 1)
        while True:
            began = self.clock()
            chunk = next(chunks, None)
            if chunk is None:
                return
            waited_s, arrived = waited_s + self.clock() - began, arrived + len(chunk)
            if waited_s >= self.window_s:
                if arrived < self.least * waited_s:
                    raise TransientTransferError(
                        f"{shown}: only {arrived} bytes came in {waited_s:.0f} s",
                        hint="the server is overloaded: try again later",
                    )
                waited_s, arrived = 0.0, 0
            yield chunk


USUAL_PACE = Pace()
ANY_PACE = Pace(least=0)
