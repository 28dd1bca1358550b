"""Bodies of requests that are read while they are sent, so that their size costs no memory."""

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from zyra.core.errors import DataError
from zyra.core.inputs import existing_file
from zyra.transfer.client import CHUNK_BYTES
from zyra.transfer.request import Body, BytesBody

ReportSent = Callable[[int], None]

_IN_MEMORY_BYTES = 1 << 20  # of a stream: a short one is sent with its length, and again if needed


def _tell_nobody(sent: int) -> None:
    """Report to nobody."""


@dataclass(frozen=True)
class FileBody:
    """A file, or a part of it; one that changes while it is sent is refused.

    Attributes:
        path: Of the file.
        version: Its size and time of change when the first byte was sent.
        start: First byte that is sent.
        length: How many bytes are.
        report: Receives the position in the file that has been reached.
    """

    path: Path
    version: tuple[int, int]
    start: int
    length: int
    report: ReportSent = _tell_nobody
    repeatable: bool = True

    def pieces(self) -> Iterator[bytes]:
        """The bytes from the beginning of the part on.

        Raises:
            DataError: The file has changed, or cannot be read any more.
        """
        position, end = self.start, self.start + self.length
        try:
            with self.path.open("rb") as stream:
                if _version(os.fstat(stream.fileno())) != self.version:
                    raise DataError(f"{self.path.name} changed while it was sent")
                stream.seek(position)
                while position < end:
                    piece = stream.read(min(CHUNK_BYTES, end - position))
                    if not piece:
                        raise DataError(f"{self.path.name} became shorter while it was sent")
                    position += len(piece)
                    yield piece
                    self.report(position)
        except OSError as exc:  # else it would be taken for a failure of the connection
            raise DataError(f"cannot read {self.path.name}: {exc.strerror}") from exc


def file_body(
    path: Path, *, start: int = 0, length: int | None = None, report: ReportSent = _tell_nobody
) -> FileBody:
    """The body that `path` is, from `start` on, `length` bytes or up to its end.

    Raises:
        InputNotFound: The file cannot be read.
    """
    version = _version(existing_file(str(path)).stat())
    rest = version[0] - start
    return FileBody(path, version, start, rest if length is None else length, report)


def part_of(body: FileBody, start: int, length: int) -> FileBody:
    """Another part of the same version of the file."""
    return FileBody(body.path, body.version, start, length, body.report)


@dataclass(frozen=True)
class StreamBody:
    """A stream that is read to its end; it can be sent once."""

    first: bytes
    stream: BinaryIO
    report: ReportSent = _tell_nobody
    length: int | None = None
    repeatable: bool = False

    def pieces(self) -> Iterator[bytes]:
        """What has been read of it, then the rest."""
        sent = 0
        rest = iter(lambda: self.stream.read(CHUNK_BYTES), b"")
        for piece in chain((self.first,), rest):
            yield piece
            sent += len(piece)
            self.report(sent)


def stream_body(stream: BinaryIO, report: ReportSent = _tell_nobody) -> Body:
    """The body that a stream is; a short one is read at once."""
    first = stream.read(_IN_MEMORY_BYTES)
    if len(first) < _IN_MEMORY_BYTES:
        return BytesBody(first)
    return StreamBody(first, stream, report)


@dataclass(frozen=True)
class FormBody:
    """Fields of a form, one of which is a file.

    Attributes:
        head: What stands before the file.
        file: The file.
        tail: What ends the form.

    Source: RFC 7578.
    """

    head: bytes
    file: Body
    tail: bytes

    @property
    def length(self) -> int | None:
        """Bytes, if those of the file are known."""
        own = len(self.head) + len(self.tail)
        return None if self.file.length is None else own + self.file.length

    @property
    def repeatable(self) -> bool:
        """Whether the file can be sent again."""
        return self.file.repeatable

    def pieces(self) -> Iterable[bytes]:
        """The bytes from the beginning on."""
        return chain((self.head,), self.file.pieces(), (self.tail,))


def form_body(
    fields: Iterable[tuple[str, str]], name: str, filename: str, media_type: str, file: Body
) -> tuple[FormBody, str]:
    """A form with `fields` and a file, and the media type to send with it.

    Args:
        fields: Names and values.
        name: Of the field that is the file.
        filename: What the file is called.
        media_type: Of the file.
        file: Its bytes.
    """
    boundary = os.urandom(16).hex()
    plain = "".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{_quoted(key)}"\r\n\r\n{value}\r\n'
        for key, value in fields
    )
    head = (
        f"{plain}--{boundary}\r\nContent-Disposition: form-data; "
        f'name="{_quoted(name)}"; filename="{_quoted(filename)}"\r\n'
        f"Content-Type: {media_type}\r\n\r\n"
    )
    body = FormBody(head.encode(), file, f"\r\n--{boundary}--\r\n".encode())
    return body, f"multipart/form-data; boundary={boundary}"


def _quoted(name: str) -> str:
    """A name within quotes, as browsers write it (WHATWG HTML, multipart form data)."""
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def _version(facts: os.stat_result) -> tuple[int, int]:
    return facts.st_size, facts.st_mtime_ns
