"""Send files: whole or one range of them, once again only when they changed."""

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from io import FileIO
from pathlib import Path, PurePosixPath
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from zyra.api.ranges import Version, is_unchanged, wanted_range
from zyra.jobs.plain_files import open_plain
from zyra.jobs.requests import Gone

CHUNK_BYTES = 256 << 10
# What a command wrote is shown by nobody's browser as a page of this service.
SAFE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
}


@dataclass(frozen=True)
class ServedFile:
    """A file as it is offered.

    Attributes:
        path: Where it is.
        filename: Name under which it is saved; None shows it in place.
        media_type: Its Content-Type.
        sha256: Digest, becomes the entity tag; without it size and time do.
    """

    path: Path
    filename: str | None
    media_type: str
    sha256: str | None = None


def file_answer(request: Request, file: ServedFile) -> Response:
    """Answer a GET or HEAD with `file`, honouring Range, If-Range and If-None-Match.

    Raises:
        Gone: The file has been removed.
        RangeNotSatisfiable: The asked range lies outside the file.
    """
    stream = opened(file.path)
    try:
        return _answer(request, file, stream)
    except BaseException:
        stream.close()
        raise


def _answer(request: Request, file: ServedFile, stream: FileIO) -> Response:
    """The answer; it closes the stream when it is sent, or here when nothing of it is."""
    facts = os.fstat(stream.fileno())
    version = Version(
        etag=f'"{file.sha256 or f"{facts.st_mtime_ns:x}-{facts.st_size:x}"}"',
        modified=datetime.fromtimestamp(facts.st_mtime, UTC),
    )
    headers = SAFE_HEADERS | {
        "Accept-Ranges": "bytes",
        "ETag": version.etag,
        "Last-Modified": version.last_modified,
        "Cache-Control": "private, no-cache",
    }
    if is_unchanged(request.headers, version):
        stream.close()
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    if file.filename is not None:
        headers["Content-Disposition"] = attachment(file.filename)
    headers["Content-Type"] = file.media_type
    return _bytes_answer(request, stream, facts.st_size, version, headers)


def opened(path: Path) -> FileIO:
    """Open a file that is on record.

    Raises:
        Gone: It has been removed.
    """
    try:
        return open_plain(path)
    except FileNotFoundError as exc:
        raise Gone(f"{path.name} has been removed", hint="run the command again") from exc


def attachment(filename: str) -> str:
    """Content-Disposition that saves under `filename`'s last part, in any script.

    Source: RFC 6266, with the ASCII form of its appendix D for old clients.
    """
    name = PurePosixPath(filename).name
    plain = "".join(c if c.isascii() and c.isprintable() and c not in '"\\%' else "_" for c in name)
    exact = quote(name.encode("utf-8", "surrogateescape"), safe="")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{exact}"


def _bytes_answer(
    request: Request, stream: FileIO, size: int, version: Version, headers: dict[str, str]
) -> Response:
    part = wanted_range(request.headers, size, version)
    start, stop = part or (0, size)
    status = HTTPStatus.PARTIAL_CONTENT if part else HTTPStatus.OK
    headers["Content-Length"] = str(stop - start)
    if part:
        headers["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
    if request.method == "HEAD":
        stream.close()
        return Response(status_code=status, headers=headers)
    return StreamingResponse(_chunks(stream, start, stop), status, headers)


async def _chunks(stream: FileIO, start: int, stop: int) -> AsyncIterator[bytes]:
    with stream:
        stream.seek(start)
        while start < stop:
            chunk = await asyncio.to_thread(stream.read, min(CHUNK_BYTES, stop - start))
            if not chunk:  # it became shorter; the server breaks the connection off
                return
            start += len(chunk)
            yield chunk
