"""Notice that the server is about to stop, while connections are still open.

The server tells an application that it stops only after every answer has ended. A live
stream and a long wait would keep it from that, so they end when the signal arrives.
"""

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class Stopping:
    """An event that is set when this process is asked to end."""

    def __init__(self) -> None:
        self._event = asyncio.Event()
        self._hurry = asyncio.Event()

    @property
    def is_set(self) -> bool:
        """Whether the process is asked to end."""
        return self._event.is_set()

    async def wait(self) -> None:
        """Return when the process is asked to end."""
        await self._event.wait()

    async def wait_for_hurry(self) -> None:
        """Return when the process is asked once more."""
        await self._hurry.wait()

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Watch the signals that end servers, and pass each on to who handled it before."""
        if threading.current_thread() is not threading.main_thread():
            yield  # signals reach the main thread only; who runs us elsewhere ends us otherwise
            return
        loop = asyncio.get_running_loop()
        before = {number: signal.getsignal(number) for number in _SIGNALS}
        for number, handler in before.items():
            if callable(handler):
                signal.signal(number, self._chained(loop, handler))
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _hear(self) -> None:
        (self._hurry if self._event.is_set() else self._event).set()

    def _chained(
        self, loop: asyncio.AbstractEventLoop, handler: Callable[[int, FrameType | None], Any]
    ) -> Callable[[int, FrameType | None], None]:
        def on_signal(number: int, frame: FrameType | None) -> None:
            loop.call_soon_threadsafe(self._hear)
            handler(number, frame)

        return on_signal
