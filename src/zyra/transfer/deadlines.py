"""Break a connection whose server takes too long for something that has an end.

The time-out of a socket holds between two pieces. A server that sends a byte every few seconds
never meets it, and would keep a run for days.
"""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Timer


@contextmanager
def broken_after(
    seconds: float,
    end: Callable[[], object],
    failures: tuple[type[Exception], ...] = (OSError, EOFError),
) -> Iterator[None]:
    """Call `end` when the block takes longer, which makes it fail with one of `failures`.

    Raises:
        TimeoutError: It took longer.
    """
    late = Event()

    def give_up() -> None:
        late.set()
        end()

    watch = Timer(seconds, give_up)
    watch.daemon = True
    watch.start()
    try:
        yield
    except failures as error:
        if late.is_set():
            raise TimeoutError(f"took longer than {seconds:g} s") from error
        raise
    finally:
        watch.cancel()


def hang_up(connection: socket.socket) -> None:
    """End a connection under the hands of a thread that waits for it."""
    with suppress(OSError):  # it is over already
        # Not the method of an encrypted one: under a thread that reads it, it would take away
        # what that reads by, and end in a ValueError there.
        socket.socket.shutdown(connection, socket.SHUT_RDWR)
