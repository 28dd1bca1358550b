"""The event log on one machine: a file of frames for each job, shared by its processes.

Followers in the process that writes are shown each frame from memory; followers in other
processes look whether the file has grown.
"""

import asyncio
import fcntl
import os
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from zyra.jobs.events import FIRST_SEQ, Frame, frame_from_json

LOOK_S = 0.02
KEPT_FRAMES = 512
KEPT_S = 30.0  # a finished log stays in memory for those who are still reading it
READ_BYTES = 1 << 20  # at a time; longer than any frame


@dataclass
class _Live:
    """What this process knows of a log that it writes."""

    seq: int
    size: int
    recent: deque[Frame] = field(default_factory=lambda: deque(maxlen=KEPT_FRAMES))
    grown: "asyncio.Future[None]" = field(default_factory=asyncio.Future)
    is_final: bool = False

    def add(self, frame: Frame, size: int) -> None:
        """Keep a frame that was written, and wake who waits for it."""
        self.seq = frame.seq
        self.size += size
        self.is_final = frame.is_final
        self.recent.append(frame)
        grown, self.grown = self.grown, asyncio.Future()
        grown.set_result(None)


class EventFiles:
    """Fulfils `jobs.ports.EventLog` with `<results>/<job id>/events`."""

    def __init__(self, results_dir: Path) -> None:
        self._results_dir = results_dir
        self._live: dict[str, _Live] = {}

    async def append(self, job_id: str, frame: Frame) -> None:
        """Add a frame under the next number and wake who follows; nothing follows a final one."""
        path = self._path(job_id)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        with path.open("a+b") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX)
            live = self._live.get(job_id)
            if live is None or live.size != stream.seek(0, os.SEEK_END):
                live = self._live[job_id] = _take_up(stream, live)
            if live.is_final:
                return
            numbered = frame.numbered(live.seq + 1)
            line = f"{numbered.json}\n".encode("utf-8", "surrogatepass")
            stream.write(line)
        live.add(numbered, len(line))
        if numbered.is_final:
            asyncio.get_running_loop().call_later(KEPT_S, self._live.pop, job_id, None)

    async def follow(self, job_id: str, after: int) -> AsyncIterator[Frame]:
        """Every frame after that number, then the live rest; ends after the final one."""
        place = _Place(after)
        while True:
            live = self._live.get(job_id)
            grown = live.grown if live else None
            newer = self._newer(job_id, place, live)
            for frame in newer:
                yield frame
                if frame.is_final:
                    return
            if newer:
                continue
            if grown is None:
                await asyncio.sleep(LOOK_S)
            elif not grown.done():
                await asyncio.shield(grown)

    def _newer(self, job_id: str, place: "_Place", live: _Live | None) -> list[Frame]:
        """Frames after `place`, from memory if they are there, else from the file."""
        if live and live.recent and live.recent[0].seq <= place.seq + 1:
            newer = [frame for frame in live.recent if frame.seq > place.seq]
            place.offset = None  # unknown now; the file is searched if it is needed again
        else:
            newer = place.read(self._path(job_id))
        if newer:
            place.seq = newer[-1].seq
        return newer

    def _path(self, job_id: str) -> Path:
        return self._results_dir / job_id / "events"


@dataclass
class _Place:
    """Where a follower is in a log.

    Attributes:
        seq: Number of the last frame it has.
        offset: Bytes of the file that it has read, None when that is not known.
    """

    seq: int
    offset: int | None = 0

    def read(self, path: Path) -> list[Frame]:
        """The frames that the file has beyond this place; whole lines only."""
        start = self.offset or 0
        try:
            with path.open("rb") as stream:
                stream.seek(start)
                chunk = stream.read(READ_BYTES)
        except FileNotFoundError:
            return []
        whole = chunk[: chunk.rfind(b"\n") + 1]
        self.offset = start + len(whole)
        frames = (
            frame_from_json(line.decode("utf-8", "surrogatepass")) for line in whole.splitlines()
        )
        return [frame for frame in frames if frame.seq > self.seq]


def _take_up(stream: BinaryIO, before: _Live | None) -> _Live:
    """Go on with a log that another process wrote, and may have left with a torn last line."""
    stream.seek(0)
    whole = stream.read()
    whole = whole[: whole.rfind(b"\n") + 1]
    stream.truncate(len(whole))
    last = whole[whole.rfind(b"\n", 0, -1) + 1 :]
    live = _Live(seq=FIRST_SEQ + whole.count(b"\n"), size=len(whole))
    live.is_final = bool(last) and frame_from_json(last.decode("utf-8", "surrogatepass")).is_final
    if before is not None and not before.grown.done():
        before.grown.set_result(None)
    return live
