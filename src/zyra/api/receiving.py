"""Receive uploads straight to disk, from a raw body or from a multipart form."""

import errno
import os
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request

from zyra.api.bodies import (
    announced_size,
    chunks_of,
    refuse_announced_size,
    refuse_coding,
    refuse_other_types,
)
from zyra.api.errors import BodyTooLarge, MalformedForm
from zyra.core.errors import OutputError
from zyra.jobs.requests import Problem, RequestRefused
from zyra.jobs.space import Arrival
from zyra.jobs.uploads import UploadInfo

BATCH_BYTES = 1 << 20  # written and hashed at once, away from the event loop
FORM_OVERHEAD_BYTES = 64 << 10
FIELD = "file"
_SHA256 = re.compile(r"[0-9a-f]{64}")
_NO_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)

Start = Callable[[str], Arrival]


class Receiver:
    """Collects the bytes of one file and writes them in batches."""

    def __init__(self, arrival: Arrival, limit: int) -> None:
        self._arrival = arrival
        self._limit = limit
        self._parts: list[bytes] = []
        self._waiting = 0
        self._exists = False

    def take(self, chunk: bytes) -> None:
        """Keep `chunk` for the next batch.

        Raises:
            BodyTooLarge: The file is larger than allowed.
        """
        self._parts.append(chunk)
        self._waiting += len(chunk)
        if self._arrival.size + self._waiting > self._limit:
            raise BodyTooLarge(f"the file has more than {self._limit} bytes")

    async def write(self, *, at_least: int = BATCH_BYTES) -> None:
        """Write what waits, if it is `at_least` so many bytes."""
        if self._waiting >= at_least:
            batch, self._parts, self._waiting = b"".join(self._parts), [], 0
            await self._arrival.write(batch)

    async def finish(self, expected_sha256: str | None = None) -> UploadInfo:
        """Write the rest and make the upload exist.

        Raises:
            RequestRefused: The digest is not `expected_sha256`.
        """
        await self.write(at_least=1)
        if expected_sha256 not in (None, self._arrival.sha256):
            message = f"the body has SHA-256 {self._arrival.sha256}"
            raise RequestRefused(
                [Problem(("header", "X-Expected-SHA256"), message, "digest_mismatch")]
            )
        info = await self._arrival.finish()
        self._exists = True
        return info

    async def discard_part(self) -> None:
        """Remove what was written, unless it has become an upload."""
        if not self._exists:
            await self._arrival.abandon()


async def receive_raw(
    request: Request, arrival: Arrival, limit: int, expected_sha256: str | None
) -> UploadInfo:
    """Receive a raw body as one upload; nothing is kept of one that fails.

    Raises:
        BodyTooLarge: It has more than `limit` bytes.
        RequestRefused: The digest is wrong.
        StoredQuotaReached: Its owner keeps too much already.
        OutputError, StorageFull: The disk is full.
    """
    receiver = Receiver(arrival, limit)
    async with _whole_or_nothing(receiver):
        await arrival.expect(announced_size(request))
        async for chunk in chunks_of(request):
            receiver.take(chunk)
            await receiver.write()
        return await receiver.finish(expected_sha256)


def check_raw(request: Request, limit: int, expected_sha256: str | None) -> str | None:
    """Check the headers of a raw upload; return the digest in its usual form.

    Raises:
        BodyTooLarge, WrongMediaType, RequestRefused: It cannot be taken.
    """
    refuse_coding(request)
    refuse_announced_size(request, limit)
    if expected_sha256 is None:
        return None
    digest = expected_sha256.strip().lower()
    if not _SHA256.fullmatch(digest):
        message = "is not a SHA-256 digest of 64 hexadecimal digits"
        raise RequestRefused([Problem(("header", "X-Expected-SHA256"), message, "digest_form")])
    return digest


async def receive_form(request: Request, start: Start, limit: int) -> UploadInfo:
    """Receive the one field `file` of a multipart form; nothing is kept of one that fails.

    Raises:
        WrongMediaType: The body is no multipart form.
        MalformedForm: It is broken or cut off.
        RequestRefused: It has no field `file`, or others.
        BodyTooLarge: The file has more than `limit` bytes.
        StoredQuotaReached: Its owner keeps too much already.
        OutputError, StorageFull: The disk is full.
    """
    refuse_other_types(request, "multipart/form-data")
    refuse_announced_size(request, limit + FORM_OVERHEAD_BYTES)
    form = FileForm(_boundary(request), start, limit)
    async with _whole_or_nothing(form):
        async for chunk in chunks_of(request):
            form.feed(chunk)
            if form.receiver is not None:
                await form.receiver.write()
        return await form.whole().finish()


class FileForm:
    """Takes the file out of a multipart form as it arrives."""

    def __init__(self, boundary: bytes, start: Start, limit: int) -> None:
        self.receiver: Receiver | None = None
        self._start = start
        self._limit = limit
        self._header = (bytearray(), bytearray())
        self._disposition = b""
        self._is_complete = False
        self._parser = MultipartParser(
            boundary,
            {
                "on_header_field": lambda data, start, end: self._add(0, data[start:end]),
                "on_header_value": lambda data, start, end: self._add(1, data[start:end]),
                "on_header_end": self._end_header,
                "on_headers_finished": self._begin_part,
                "on_part_data": self._take,
                "on_end": self._complete,
            },
        )

    def feed(self, chunk: bytes) -> None:
        """Parse more of the body.

        Raises:
            MalformedForm: It is not what the boundary promises.
        """
        try:
            self._parser.write(chunk)
        except FormParserError as exc:
            raise MalformedForm(f"the form is broken: {exc}") from exc

    def whole(self) -> Receiver:
        """The file, when the form has ended properly.

        Raises:
            MalformedForm: The form was cut off.
            RequestRefused: It had no file.
        """
        if not self._is_complete:
            raise MalformedForm("the form ends before its last boundary")
        if self.receiver is None:
            raise _wrong_field("the form has no field `file`", "missing")
        return self.receiver

    async def discard_part(self) -> None:
        """Remove what was written, unless it has become an upload."""
        if self.receiver is not None:
            await self.receiver.discard_part()

    def _add(self, part: int, data: bytes) -> None:
        self._header[part].extend(data)

    def _end_header(self) -> None:
        name, value = (bytes(part) for part in self._header)
        if name.lower() == b"content-disposition":
            self._disposition = value
        self._header = (bytearray(), bytearray())

    def _begin_part(self) -> None:
        _, options = parse_options_header(self._disposition.decode("latin-1"))
        self._disposition = b""
        name = options.get(b"name", b"").decode("utf-8", "replace")
        if name != FIELD:
            raise _wrong_field(f"unknown field {name[:80]!r}", "extra_forbidden")
        if self.receiver is not None:
            raise _wrong_field("one file at a time, please", "too_many")
        filename = options.get(b"filename", b"").decode("utf-8", "replace")
        self.receiver = Receiver(self._start(filename), self._limit)

    def _take(self, data: bytes, start: int, end: int) -> None:
        if self.receiver is not None:
            self.receiver.take(data[start:end])

    def _complete(self) -> None:
        self._is_complete = True


def _wrong_field(message: str, kind: str) -> RequestRefused:
    return RequestRefused([Problem((FIELD,), message, kind, "send one field called file")])


def _boundary(request: Request) -> bytes:
    _, options = parse_options_header(request.headers["content-type"])
    boundary = options.get(b"boundary", b"")
    if not 0 < len(boundary) <= 70:  # RFC 2046, 5.1.1
        raise MalformedForm("Content-Type names no boundary of 1 to 70 characters")
    return boundary


@asynccontextmanager
async def _whole_or_nothing(target: Receiver | FileForm) -> AsyncIterator[None]:
    """Keep nothing of `target` when the block is left before the upload exists."""
    try:
        yield
    except OSError as exc:
        if exc.errno in _NO_SPACE:
            raise OutputError(f"no space for the upload: {os.strerror(exc.errno)}") from exc
        raise
    finally:
        await target.discard_part()
