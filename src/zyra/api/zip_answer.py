"""Send several files as one ZIP archive, made while it is sent."""

import asyncio
import stat
import zipfile
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing, closing

from starlette.responses import Response, StreamingResponse

from zyra.api.file_answer import SAFE_HEADERS, attachment
from zyra.jobs.storage import Content

Open = Callable[[], Awaitable[Content]]

_FIRST_TIME, _LAST_TIME = (1980, 1, 1, 0, 0, 0), (2107, 12, 31, 23, 59, 59)
_MODE = stat.S_IFREG | 0o644


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


async def zip_answer(name: str, files: Sequence[tuple[str, Open]], *, head: bool) -> Response:
    """Answer with an archive called `name` of files, each its name inside and how to open it.

    Its length is not known before, so it has no Content-Length and no ranges.

    Raises:
        Gone: The files have been removed.
    """
    for _, open_content in files[:1]:
        (await open_content()).close()
    headers = SAFE_HEADERS | {"Content-Disposition": attachment(name)}
    if head:
        return Response(headers=headers, media_type="application/zip")
    return StreamingResponse(archive(files), headers=headers, media_type="application/zip")


async def archive(files: Sequence[tuple[str, Open]]) -> AsyncIterator[bytes]:
    """The bytes of a ZIP archive; stored, because results are compressed already."""
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_STORED) as target:
        for name, open_content in files:
            with (
                closing(await open_content()) as source,
                target.open(_entry(name, source), "w", force_zip64=True) as inner,
            ):
                async with aclosing(source.chunks(0, source.size)) as chunks:
                    async for chunk in chunks:
                        await asyncio.to_thread(inner.write, chunk)  # its checksum takes time
                        yield pipe.taken()
    yield pipe.taken()


def _entry(name: str, source: Content) -> zipfile.ZipInfo:
    """The entry of a file with its time, which ZIP can only say from 1980 to 2107."""
    when = source.modified.astimezone().timetuple()[:6]
    when = min(max(when, _FIRST_TIME), _LAST_TIME)
    entry = zipfile.ZipInfo(_writable(name), when)
    entry.external_attr = _MODE << 16
    entry.file_size = source.size
    return entry


def _writable(name: str) -> str:
    """ZIP names are UTF-8; a byte of a file name that is not becomes a question mark."""
    return name.encode("utf-8", "replace").decode("utf-8")
