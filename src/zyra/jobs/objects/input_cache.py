"""Copies of objects that runs of this machine have read, for those that read them next.

A run gets a hard link: what is removed here meanwhile stays there for it.
"""

import asyncio
import hashlib
import os
import shutil
import time
import uuid
from collections.abc import Iterator
from contextlib import aclosing
from io import FileIO
from pathlib import Path

from zyra.core.outputs import PART_PREFIX
from zyra.jobs.objects.depot import Depot
from zyra.jobs.objects.object_content import ObjectContent, opened
from zyra.jobs.requests import StorageFull
from zyra.jobs.results import write_whole

KEPT_S = 3600.0  # since the last run that read it began
ROOM_AGAIN_S = 60.0


class InputCache:
    """The copies in one folder.

    Args:
        folder: On the disk of the workspaces.
        floor_bytes: So much of the disk stays free.
    """

    def __init__(self, folder: Path, depot: Depot, floor_bytes: int) -> None:
        self._folder = folder
        self._depot = depot
        self._floor_bytes = floor_bytes

    async def link(self, key: str, target: Path) -> None:
        """Make the object `key` a file at `target`, which may only be read.

        Raises:
            Gone: It has been removed.
            ServiceUnavailable: The bucket cannot be used now.
            StorageFull: The disk has no room for it.
        """
        copy = self._folder / hashlib.sha256(key.encode()).hexdigest()
        try:
            os.link(copy, target)
            os.utime(copy)
        except FileNotFoundError:
            await self._fetch(key, copy, target)

    def forget(self, kept_s: float = KEPT_S) -> None:
        """Remove the copies that no run has begun to read for `kept_s`."""
        for entry in self._copies():
            if time.time() - entry.stat().st_mtime > kept_s:
                Path(entry.path).unlink(missing_ok=True)

    async def _fetch(self, key: str, copy: Path, target: Path) -> None:
        content = await opened(self._depot, key, "an input of the job")
        await asyncio.to_thread(self._make_room, content.size)
        part = copy.with_name(f"{PART_PREFIX}{uuid.uuid4()}")
        try:
            await _receive(content, part)
            part.chmod(0o400)
            os.link(part, target)
            part.replace(copy)
        finally:
            part.unlink(missing_ok=True)

    def _make_room(self, size: int) -> None:
        """Let the disk have room for `size` bytes, if need be by forgetting copies.

        Raises:
            StorageFull: It has none.
        """
        self._folder.mkdir(mode=0o700, exist_ok=True)
        self.forget()
        if not self._has_room(size):
            self.forget(0)
        if not self._has_room(size):
            raise StorageFull(
                f"the disk of the worker has no room for an input of {size} bytes",
                retry_after_s=ROOM_AGAIN_S,
            )

    def _has_room(self, size: int) -> bool:
        return shutil.disk_usage(self._folder).free - size >= self._floor_bytes

    def _copies(self) -> Iterator[os.DirEntry[str]]:
        if self._folder.exists():
            with os.scandir(self._folder) as entries:
                yield from entries


async def _receive(content: ObjectContent, path: Path) -> None:
    with path.open("xb", buffering=0) as stream:
        async with aclosing(content.chunks(0, content.size)) as chunks:
            async for chunk in chunks:
                await asyncio.to_thread(_write, stream, chunk)


def _write(stream: FileIO, chunk: bytes) -> None:
    """Write in a thread, which may come to it when the stream is closed, and is told so then."""
    write_whole(stream.fileno(), chunk)
