"""The event log on one machine: a file of frames for each job, shared by its processes.

Followers in the process that writes are shown each frame from memory; followers in other
processes, and those far behind, read the file and look whether it has grown.
"""

import asyncio
import fcntl
import os
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

from zyra.jobs.events import FIRST_SEQ, Frame, frame_from_json
from zyra.jobs.results import write_whole

LOOK_S = 0.02
KEPT_CHARACTERS = 1 << 20  # of each log in memory, however slow its followers are
KEPT_S = 30.0  # a finished log stays in memory for those who are still reading it
READ_BYTES = 1 << 16
_APPEND = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC


class EventFiles:
    """Fulfils `jobs.ports.EventLog` with `<results>/<job id>/events`."""

    def __init__(self, results_dir: Path) -> None:
        self._results_dir = results_dir
        self._live: dict[str, _Live] = {}

    async def append(self, job_id: str, frame: Frame) -> None:
        """Add a frame under the next number and wake who follows; nothing follows a final one."""
        live = self._live.get(job_id)
        if live is None:
            live = self._live[job_id] = _Live(self._path(job_id))
        if live.is_final:
            return
        live.append(frame)
        if live.is_final:
            asyncio.get_running_loop().call_later(KEPT_S, self._live.pop, job_id, None)

    async def follow(self, job_id: str, after: int) -> AsyncIterator[Frame]:
        """Every frame after that number, then the live rest; ends after the final one."""
        place = _Place(after)
        while not place.is_over:
            live = self._live.get(job_id)
            grown = live.grown if live else None
            is_near = live is not None and live.holds(place.seq)
            frames = place.take(live) if live and is_near else place.read(self._path(job_id))
            for frame in frames:
                yield frame
            if place.is_behind or place.is_over:
                continue
            if grown is None:
                await asyncio.sleep(LOOK_S)
            elif not grown.done():
                await asyncio.shield(grown)

    def _path(self, job_id: str) -> str:
        return f"{self._results_dir}/{job_id}/events"


@dataclass
class _Live:
    """What this process knows of a log that it writes.

    Attributes:
        seq: Number of the last frame.
        size: Bytes of the file; other than that, another process has written to it.
        recent: The last frames.
        grown: Done when there is more than now.
    """

    path: str
    seq: int = FIRST_SEQ
    size: int = 0
    is_final: bool = False
    recent: deque[Frame] = field(default_factory=deque)
    grown: "asyncio.Future[None]" = field(default_factory=asyncio.Future)
    _kept: int = 0

    def append(self, frame: Frame) -> None:
        """Write a frame unless the last one was final, and wake who waits."""
        log = _open(self.path)
        try:
            fcntl.flock(log, fcntl.LOCK_EX)
            if self.size != os.fstat(log).st_size:
                self._take_up(log)
            if not self.is_final:
                self._write(log, frame.numbered(self.seq + 1))
        finally:
            os.close(log)
        grown, self.grown = self.grown, asyncio.Future()
        grown.set_result(None)

    def holds(self, seq: int) -> bool:
        """Whether all that came after `seq` is in memory."""
        return bool(self.recent) and self.recent[0].seq <= seq + 1

    def after(self, seq: int) -> list[Frame]:
        """The frames that came after `seq`."""
        return [self.recent[-back] for back in range(self.seq - seq, 0, -1)]

    def _write(self, log: int, frame: Frame) -> None:
        line = f"{frame.json}\n".encode("utf-8", "surrogatepass")
        write_whole(log, line)
        self.seq = frame.seq
        self.size += len(line)
        self.is_final = frame.is_final
        self.recent.append(frame)
        self._kept += len(frame.json)
        while self._kept > KEPT_CHARACTERS and len(self.recent) > 1:
            self._kept -= len(self.recent.popleft().json)

    def _take_up(self, log: int) -> None:
        """Go on with what another process wrote, and may have left with a torn last line."""
        with open(log, "rb", closefd=False) as stream:
            stream.seek(0)
            whole = stream.read()
        whole = whole[: whole.rfind(b"\n") + 1]
        os.ftruncate(log, len(whole))
        self.seq = FIRST_SEQ + whole.count(b"\n")
        self.size = len(whole)
        self.is_final = _ends(whole)
        self.recent.clear()
        self._kept = 0


@dataclass
class _Place:
    """Where a follower is in a log.

    Attributes:
        seq: Number of the last frame that it has.
        is_behind: Whether there may be more already.
        is_over: Whether there is nothing more to come.
    """

    seq: int
    is_behind: bool = True
    is_over: bool = False
    _offset: int = 0
    _line: int = FIRST_SEQ  # number of the last frame before the offset

    def take(self, live: _Live) -> list[Frame]:
        """What is new, from memory."""
        frames = live.after(self.seq)
        self.is_behind, self.is_over = bool(frames), live.is_final
        if frames:
            self.seq = self._line = live.seq
            self._offset = live.size
        return frames

    def read(self, path: str) -> list[Frame]:
        """Some of what is new, from the file; whole lines only."""
        whole = _lines_from(path, self._offset)
        lines = whole.split(b"\n")[:-1]
        missing = lines[max(0, self.seq - self._line) :]
        self.is_behind, self.is_over = bool(whole), _ends(whole)
        self._offset += len(whole)
        self._line += len(lines)
        self.seq = max(self.seq, self._line)
        return [frame_from_json(line.decode("utf-8", "surrogatepass")) for line in missing]


def _open(path: str) -> int:
    """A descriptor of a log, to read and to append; made if it is not there."""
    try:
        return os.open(path, _APPEND, 0o666)
    except FileNotFoundError:  # canceled before it ran: nobody has made its folder yet
        Path(path).parent.mkdir(mode=0o700, exist_ok=True)
        return os.open(path, _APPEND, 0o666)


def _lines_from(path: str, offset: int) -> bytes:
    """Whole lines of a file from there on; none where there is no file."""
    try:
        with Path(path).open("rb") as stream:
            stream.seek(offset)
            chunk = stream.read(READ_BYTES)
            while b"\n" not in chunk and (more := stream.read(READ_BYTES)):
                chunk += more
    except FileNotFoundError:
        return b""
    return chunk[: chunk.rfind(b"\n") + 1]


def _ends(whole: bytes) -> bool:
    """Whether the last of these lines is a final frame."""
    last = whole[whole.rfind(b"\n", 0, -1) + 1 :]
    return bool(last) and frame_from_json(last.decode("utf-8", "surrogatepass")).is_final
