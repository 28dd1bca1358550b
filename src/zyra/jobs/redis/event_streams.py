"""The event log on Redis: a stream for each job, and a channel for what is new.

Followers of one process share a window of the newest frames, filled by one connection. Who
falls out of it, joins late, or finds a gap after a lost connection reads the stream.
A stream keeps the newest 32 MiB of frames; older ones are shown without their text.
"""

import asyncio
import uuid
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from zyra.jobs.events import FIRST_SEQ, Frame, frame_from_json
from zyra.jobs.redis import scripts
from zyra.jobs.redis.connection import Link
from zyra.jobs.redis.hub import Hub
from zyra.jobs.redis.keys import Keys
from zyra.jobs.requests import ServiceUnavailable

KEPT_BYTES = 32 << 20
WINDOW_FRAMES = 256
READ_FRAMES = 64
AGAIN_S = 0.5
CUT_MESSAGE = "output before this was not kept here; all of it is at /stdout and /stderr"


@dataclass
class _Window:
    """The newest frames of one job, shared by its followers in this process."""

    recent: deque[Frame] = field(default_factory=lambda: deque(maxlen=WINDOW_FRAMES))
    news: "asyncio.Future[None]" = field(default_factory=asyncio.Future)
    followers: int = 0

    def receive(self, message: str | None) -> None:
        """Take a published frame; None when some may have been missed."""
        if message is None:
            self.recent.clear()
        else:
            number, _, text = message.partition(" ")
            frame = _numbered(text, int(number))
            if self.recent and frame.seq != self.recent[-1].seq + 1:
                self.recent.clear()
            self.recent.append(frame)
        news, self.news = self.news, asyncio.Future()
        news.set_result(None)

    def after(self, seq: int) -> list[Frame] | None:
        """Frames after that number; None when they are not all here."""
        if not self.recent or self.recent[0].seq > seq + 1:
            return None
        return [frame for frame in self.recent if frame.seq > seq]


class RedisEventLog:
    """Fulfils `jobs.ports.EventLog` with Redis streams and channels.

    Args:
        kept_s: How long frames are kept after the final one.
        kept_bytes: How much of one job is kept.
    """

    def __init__(
        self, link: Link, keys: Keys, hub: Hub, kept_s: float, kept_bytes: int = KEPT_BYTES
    ) -> None:
        self._link = link
        self._keys = keys
        self._hub = hub
        self._kept_s = max(1, round(kept_s))
        self._kept_bytes = kept_bytes
        self._append = link.client.register_script(scripts.APPEND)
        self._windows: dict[str, _Window] = {}
        # Frames that were sent without an answer, by job: trying again must not add them twice.
        self._unsure: dict[str, tuple[Frame, str]] = {}

    async def append(self, job_id: str, frame: Frame) -> None:
        """Add a frame under the next number and publish it; nothing follows a final one."""
        before, token = self._unsure.get(job_id, (None, ""))
        if before is not frame:
            token = str(uuid.uuid4())
        names = [self._keys.frames(job_id), self._keys.frames_state(job_id)]
        values = [frame.numbered(0).json, token, int(frame.is_final)]
        try:
            async with self._link.use():
                await self._append(names, [*values, FIRST_SEQ, self._kept_bytes, self._kept_s])
        except ServiceUnavailable:
            self._unsure[job_id] = (frame, token)
            raise
        self._unsure.pop(job_id, None)

    async def follow(self, job_id: str, after: int) -> AsyncIterator[Frame]:
        """Every frame after that number, then the live rest; ends after the final one."""
        seq = max(after, FIRST_SEQ)
        with self._window(job_id) as window:
            while True:
                news = window.news
                newer = window.after(seq)
                if newer is None:
                    newer = await self._read(job_id, seq)
                for frame in newer:
                    yield frame
                    seq = frame.seq
                    if frame.is_final:
                        return
                if not newer and not news.done():
                    await asyncio.shield(news)

    @contextmanager
    def _window(self, job_id: str) -> Iterator[_Window]:
        """The window that the followers of a job share; there is one while anybody follows."""
        channel = self._keys.frames(job_id)
        window = self._windows.get(job_id)
        if window is None:
            window = self._windows[job_id] = _Window()
            self._hub.join(channel, window.receive)
        window.followers += 1
        try:
            yield window
        finally:
            window.followers -= 1
            if not window.followers:
                del self._windows[job_id]
                self._hub.leave(channel, window.receive)

    async def _read(self, job_id: str, seq: int) -> list[Frame]:
        """Some frames after that number from the stream, however long Redis is away."""
        while True:
            try:
                async with self._link.use() as client:
                    entries = await client.xrange(
                        self._keys.frames(job_id), f"({seq}-0", "+", count=READ_FRAMES
                    )
            except ServiceUnavailable:
                await asyncio.sleep(AGAIN_S)
            else:
                frames = [_numbered(e["frame"], int(i.partition("-")[0])) for i, e in entries]
                return [*_in_place_of_cut(seq, frames), *frames]


def _numbered(text: str, seq: int) -> Frame:
    return replace(frame_from_json(text), seq=seq)


def _in_place_of_cut(seq: int, frames: list[Frame]) -> list[Frame]:
    """Frames without text for those that were cut, so that numbers stay without gaps."""
    if not frames:
        return []
    time = frames[0].time
    return [Frame(number, time, message=CUT_MESSAGE) for number in range(seq + 1, frames[0].seq)]
