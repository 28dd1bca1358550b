"""Progress of a run on a terminal: one line that is drawn over itself; nothing when piped."""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from zyra.core.stream_job import Report, ignore_progress

_BAR_WIDTH = 28
_PAUSE_S = 0.1  # a terminal needs no more than ten pictures a second


@contextmanager
def reporter(stream: TextIO, *, quiet: bool) -> Iterator[Report]:
    """Give the function that draws progress on `stream`, and wipe its line at the end."""
    if quiet or not stream.isatty():
        yield ignore_progress
        return
    line = _ProgressLine(stream)
    try:
        yield line.draw
    finally:
        line.wipe()


class _ProgressLine:
    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._drawn_at = 0.0

    def draw(self, fraction: float, message: str) -> None:
        now = time.monotonic()
        if now - self._drawn_at < _PAUSE_S and fraction < 1.0:
            return
        self._drawn_at = now
        full = round(_BAR_WIDTH * fraction)
        text = f"{'━' * full}{'─' * (_BAR_WIDTH - full)} {fraction:4.0%} {message}"
        self._stream.write(f"\r\x1b[K{text[: shutil.get_terminal_size().columns - 1]}")
        self._stream.flush()

    def wipe(self) -> None:
        if self._drawn_at:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
