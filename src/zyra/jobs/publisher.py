"""Turn what a running command writes into frames: every 20 ms or 32 KiB, not line by line.

What a command of less than 20 ms says is one frame, up to 32 KiB of each stream. All is read
from the captured files, so what waits to be published lies on disk: neither a fast command nor
a lost connection to the event log costs memory.
"""

import asyncio
import codecs
import os
from contextlib import suppress

from zyra.jobs.events import Frame
from zyra.jobs.ports import EventLog
from zyra.jobs.records import Status
from zyra.jobs.requests import ServiceUnavailable
from zyra.jobs.results import STREAMS, Workspace

PAUSE_S = 0.02
CHUNK_BYTES = 32 << 10
_RETRY_S = 0.5


class StreamTail:
    """Reads new text of one captured stream; says so once when it is not text."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._offset = 0
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._is_binary = False

    def read(self, *, at_end: bool) -> tuple[str, bool]:
        """New text, at most one chunk of it, and whether there is more."""
        if self._is_binary:
            return "", False
        chunk = self._new_bytes()
        self._offset += len(chunk)
        more = len(chunk) == CHUNK_BYTES
        try:
            text = self._decoder.decode(chunk, final=at_end and not more)
        except UnicodeDecodeError:
            text = "\0"
        if "\0" in text:
            self._is_binary = True
            return "", False
        return text, more

    def _new_bytes(self) -> bytes:
        """What was captured since the last time, of which there is nothing most of the time."""
        try:
            if os.stat(self._path).st_size == self._offset:
                return b""
        except FileNotFoundError:  # it never began
            return b""
        descriptor = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            return os.pread(descriptor, CHUNK_BYTES, self._offset)
        finally:
            os.close(descriptor)


class Publisher:
    """Publishes one run's output and progress while it goes on.

    Args:
        log: Where the frames go.
        job_id: Whose frames they are.
        workspace: Where the captured streams are.
        pause_s: Seconds from one frame to the next, but for the last.
    """

    def __init__(
        self, log: EventLog, job_id: str, workspace: Workspace, pause_s: float = PAUSE_S
    ) -> None:
        self._pause_s = pause_s
        self._log = log
        self._job_id = job_id
        self._tails = {name: StreamTail(workspace.place(name)) for name in STREAMS}
        self._news = asyncio.Event()
        self._ended = asyncio.Event()
        self._shown: tuple[float, str] = (0.0, "")
        self.progress = 0.0
        self.message = ""

    def notice(self) -> None:
        """Something was captured; it is published soon."""
        self._news.set()

    def report(self, progress: float, message: str) -> None:
        """The command says how far it is."""
        self.progress, self.message = progress, message
        self._news.set()

    def end(self) -> None:
        """The command has ended: publish the rest and stop."""
        self._ended.set()
        self._news.set()

    async def publish(self) -> None:
        """Publish until `end`."""
        await self._append(Frame(status=Status.RUNNING))
        is_last = False
        while not is_last:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._pause_s):
                    await self._ended.wait()
            await self._news.wait()
            self._news.clear()
            is_last = self._ended.is_set()
            await self._publish_new()

    async def _publish_new(self) -> None:
        more = True
        while more:
            ended = self._ended.is_set()
            out, more_out = self._tails["stdout"].read(at_end=ended)
            err, more_err = self._tails["stderr"].read(at_end=ended)
            more = more_out or more_err
            if out or err or (self.progress, self.message) != self._shown:
                self._shown = (self.progress, self.message)
                await self._append(
                    Frame(stdout=out, stderr=err, progress=self.progress, message=self.message)
                )

    async def _append(self, frame: Frame) -> None:
        """Append, again and again while the log cannot be reached."""
        while True:
            try:
                await self._log.append(self._job_id, frame)
            except ServiceUnavailable:
                await asyncio.sleep(_RETRY_S)
            else:
                return
