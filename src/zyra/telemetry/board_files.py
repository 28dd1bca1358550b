"""A board in a folder, for the processes of one machine."""

import asyncio
import fcntl
import json
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from zyra.telemetry.sharing import FRESH_S, added, from_rows, to_rows
from zyra.telemetry.tally import Values

_COUNTS, _LOCK = "counts.json", "lock"


class BoardFiles:
    """Fulfils `telemetry.sharing.Board` with one file of counts, and one of each process."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def add(self, counts: Values) -> None:
        """Add to the file of counts; only one process at a time does."""
        await asyncio.to_thread(self._add, counts)

    async def counted(self) -> Values:
        """What the file of counts says."""
        return await asyncio.to_thread(_read, self._folder / _COUNTS)

    async def show(self, process: str, levels: Values) -> None:
        """Write the file of a process."""
        await asyncio.to_thread(self._show, process, levels)

    async def shown(self) -> Sequence[Values]:
        """The files that were written lately; those of processes that were killed go."""
        return await asyncio.to_thread(lambda: list(self._fresh()))

    async def withdraw(self, process: str) -> None:
        """Remove the file of a process."""
        self._own(process).unlink(missing_ok=True)

    def _add(self, counts: Values) -> None:
        with self._locked():
            path = self._folder / _COUNTS
            _write(path, added([_read(path), counts]))

    def _show(self, process: str, levels: Values) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write(self._own(process), levels)

    def _fresh(self) -> Iterator[Values]:
        oldest = time.time() - FRESH_S
        for path in self._folder.glob("now-*.json"):
            try:
                if path.stat().st_mtime >= oldest:
                    yield _read(path)
                else:
                    path.unlink()
            except FileNotFoundError:
                continue  # its process, or another reader, has just removed it

    def _own(self, process: str) -> Path:
        return self._folder / f"now-{process}.json"

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (self._folder / _LOCK).open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _read(path: Path) -> Values:
    try:
        return from_rows(json.loads(path.read_bytes()))
    except FileNotFoundError:
        return {}
    except ValueError:  # half a file, of a disk that was full: counting begins anew
        return {}


def _write(path: Path, values: Values) -> None:
    part = path.with_suffix(f".{os.getpid()}")
    part.write_text(json.dumps(to_rows(values)), encoding="utf-8")
    part.replace(path)
