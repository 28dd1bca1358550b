"""Send several files as one ZIP archive, made while it is sent."""

import os
import time
import zipfile
from collections.abc import Iterator
from io import FileIO
from pathlib import Path

from starlette.responses import Response, StreamingResponse

from zyra.api.file_answer import SAFE_HEADERS, attachment, opened

CHUNK_BYTES = 256 << 10
_FIRST_TIME, _LAST_TIME = (1980, 1, 1, 0, 0, 0), (2107, 12, 31, 23, 59, 59)


class _Pipe:
    """A file that only takes; `taken` hands over what came since the last time."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, data: bytes, /) -> int:
        """Keep a copy of `data`."""
        self._parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing to do; zipfile calls it."""

    def close(self) -> None:
        """Nothing to do."""

    def taken(self) -> bytes:
        """What was written since the last call."""
        parts, self._parts = self._parts, []
        return b"".join(parts)


def zip_answer(name: str, files: list[tuple[str, Path]], *, head: bool) -> Response:
    """Answer with an archive called `name` of `(name inside, path)` files.

    Its length is not known before, so it has no Content-Length and no ranges.

    Raises:
        Gone: One of the files has been removed.
    """
    for _, path in files:
        opened(path).close()
    headers = SAFE_HEADERS | {"Content-Disposition": attachment(name)}
    if head:
        return Response(headers=headers, media_type="application/zip")
    return StreamingResponse(archive(files), headers=headers, media_type="application/zip")


def archive(files: list[tuple[str, Path]]) -> Iterator[bytes]:
    """The bytes of a ZIP archive; stored, because results are compressed already."""
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_STORED) as target:
        for name, path in files:
            with (
                opened(path) as source,
                target.open(_entry(name, source), "w", force_zip64=True) as inner,
            ):
                while chunk := source.read(CHUNK_BYTES):
                    inner.write(chunk)
                    yield pipe.taken()
    yield pipe.taken()


def _entry(name: str, source: FileIO) -> zipfile.ZipInfo:
    """The entry of a file with its time, which ZIP can only say from 1980 to 2107."""
    facts = os.fstat(source.fileno())
    when = time.localtime(facts.st_mtime)[:6]
    when = min(max(when, _FIRST_TIME), _LAST_TIME)
    entry = zipfile.ZipInfo(_writable(name), when)
    entry.external_attr = (facts.st_mode & 0xFFFF) << 16
    entry.file_size = facts.st_size
    return entry


def _writable(name: str) -> str:
    """ZIP names are UTF-8; a byte of a file name that is not becomes a question mark."""
    return name.encode("utf-8", "replace").decode("utf-8")
