"""A file of this machine, opened to be sent."""

import asyncio
import os
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import FileIO
from pathlib import Path
from typing import Self

from zyra.jobs.plain_files import open_plain
from zyra.jobs.requests import Gone

CHUNK_BYTES = 256 << 10


@dataclass(frozen=True)
class FileContent:
    """An opened file; fulfils `storage.Content`."""

    stream: FileIO
    size: int
    modified: datetime
    version: str

    @classmethod
    def at(cls, path: Path) -> Self:
        """Open a file that is on record.

        Raises:
            Gone: It has been removed.
        """
        try:
            stream = open_plain(path)
        except FileNotFoundError as exc:
            raise Gone(f"{path.name} has been removed", hint="run the command again") from exc
        facts = os.fstat(stream.fileno())
        modified = datetime.fromtimestamp(facts.st_mtime, UTC)
        return cls(stream, facts.st_size, modified, f"{facts.st_mtime_ns:x}-{facts.st_size:x}")

    async def chunks(self, start: int, stop: int) -> AsyncGenerator[bytes, None]:
        """The bytes from `start` up to, not including, `stop`; fewer if the file got shorter."""
        self.stream.seek(start)
        while start < stop:
            chunk = await asyncio.to_thread(self.stream.read, min(CHUNK_BYTES, stop - start))
            if not chunk:
                return
            start += len(chunk)
            yield chunk

    def close(self) -> None:
        """Close the file."""
        self.stream.close()
