"""Send files: whole or one range of them, once again only when they changed."""

from collections.abc import AsyncIterator
from contextlib import aclosing, closing
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import PurePosixPath
from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from zyra.api.ranges import Version, is_unchanged, wanted_range
from zyra.jobs.storage import Content

# What a command wrote is shown by nobody's browser as a page of this service.
SAFE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
}


OPAQUE = "application/octet-stream"

AsFile = Annotated[
    Literal["file"] | None,
    Query(
        alias="as",
        description="`file` sends it as application/octet-stream, for tools that would read"
        " types they know as text",
    ),
]


@dataclass(frozen=True)
class ServedFile:
    """A file as it is offered.

    Attributes:
        content: Its bytes; closed when they are sent.
        filename: Name under which it is saved; None shows it in place.
        media_type: Its Content-Type.
        sha256: Digest, becomes the entity tag; without it size and time do.
        as_file: Send it as bytes of no known type instead.
    """

    content: Content
    filename: str | None
    media_type: str
    sha256: str | None = None
    as_file: Literal["file"] | None = None


def file_answer(request: Request, file: ServedFile) -> Response:
    """Answer a GET or HEAD with `file`, honouring Range, If-Range and If-None-Match.

    Raises:
        RangeNotSatisfiable: The asked range lies outside the file.
    """
    try:
        return _answer(request, file)
    except BaseException:
        file.content.close()
        raise


def _answer(request: Request, file: ServedFile) -> Response:
    """The answer; it closes the content when it is sent, or here when nothing of it is."""
    content = file.content
    version = Version(f'"{file.sha256 or content.version}"', content.modified)
    headers = SAFE_HEADERS | {
        "Accept-Ranges": "bytes",
        "ETag": version.etag,
        "Last-Modified": version.last_modified,
        "Cache-Control": "private, no-cache",
    }
    if is_unchanged(request.headers, version):
        content.close()
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    if file.filename is not None:
        headers["Content-Disposition"] = attachment(file.filename)
    headers["Content-Type"] = OPAQUE if file.as_file else file.media_type
    return _bytes_answer(request, content, version, headers)


def attachment(filename: str) -> str:
    """Content-Disposition that saves under `filename`'s last part, in any script.

    Source: RFC 6266, with the ASCII form of its appendix D for old clients.
    """
    name = PurePosixPath(filename).name
    plain = "".join(c if c.isascii() and c.isprintable() and c not in '"\\%' else "_" for c in name)
    exact = quote(name.encode("utf-8", "surrogateescape"), safe="")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{exact}"


def _bytes_answer(
    request: Request, content: Content, version: Version, headers: dict[str, str]
) -> Response:
    part = wanted_range(request.headers, content.size, version)
    start, stop = part or (0, content.size)
    status = HTTPStatus.PARTIAL_CONTENT if part else HTTPStatus.OK
    headers["Content-Length"] = str(stop - start)
    if part:
        headers["Content-Range"] = f"bytes {start}-{stop - 1}/{content.size}"
    if request.method == "HEAD":
        content.close()
        return Response(status_code=status, headers=headers)
    return StreamingResponse(_chunks(content, start, stop), status, headers)


async def _chunks(content: Content, start: int, stop: int) -> AsyncIterator[bytes]:
    """The bytes; if they end too soon, the server breaks the connection off."""
    with closing(content):
        async with aclosing(content.chunks(start, stop)) as chunks:
            async for chunk in chunks:
                yield chunk
