"""Decode GRIB fields ahead in other threads, while those before them are being written.

ecCodes lets go of Python's lock while it decodes, and its packaged library is built for
threads: two of them decode nearly twice as fast.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from zyra.fields.field import Field
from zyra.fields.grib_message import Message

_THREADS = 2
_FIELDS_AHEAD = 3

# Larger fields are decoded one at a time, since each one ahead takes its memory.
_LARGEST_POINTS = 1 << 23


class Ahead:
    """Fields that are being decoded before they are asked for."""

    def __init__(self, read: Callable[[Message], Field], order: Sequence[Message]) -> None:
        """Begin to decode.

        Args:
            read: Decodes a field; called in other threads.
            order: In which the fields will be asked for.
        """
        self._read = read
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="decode")
        self._order: Iterator[Message] = iter(order)
        self._begun: deque[tuple[Message, Future[Field]]] = deque()
        self._begin()

    def take(self, message: Message) -> Field:
        """The field of a message; decoded now if it is not the next one announced.

        Raises:
            DataError: The message is damaged.
        """
        if not self._begun or self._begun[0][0] is not message:
            return self._read(message)
        _, field = self._begun.popleft()
        self._begin()
        return field.result()

    def close(self) -> None:
        """Forget what was announced, and wait for what is being decoded."""
        self._pool.shutdown(cancel_futures=True)

    def _begin(self) -> None:
        while len(self._begun) < _FIELDS_AHEAD:
            message = next(self._order, None)
            if message is None or message.grid.rows * message.grid.columns > _LARGEST_POINTS:
                return
            self._begun.append((message, self._pool.submit(self._read, message)))
