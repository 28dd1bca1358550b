"""Answer requests for files of servers that do not speak HTTP as if they did.

FTP and SFTP know sizes, times and a place to begin at. That is all it takes to go on with a
transfer that broke off, once it is said in the words of `transfer.client`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime

from zyra.core.urls import Url
from zyra.transfer.client import Headers

PHRASES = {200: "200 whole file", 206: "206 part of the file", 416: "416 beyond the end"}

_RANGE = re.compile(r"bytes=(\d+)-(\d*)")
_SETTLED_S = 2.0  # a file may change again within the second that its time names


@dataclass(frozen=True)
class Facts:
    """What a server tells of a file; None where it does not."""

    size: int | None
    modified: datetime | None

    @property
    def etag(self) -> str | None:
        """Names the version of the file, where size and time can: not while it is quite new."""
        if self.size is None or self.modified is None:
            return None
        age_s = abs((datetime.now(UTC) - self.modified).total_seconds())
        stamp = self.modified.timestamp()
        return f'"{self.size:x}-{stamp:.3f}"' if age_s > _SETTLED_S else None


@dataclass(frozen=True)
class Cut:
    """The part of a file that answers a request.

    Attributes:
        status: As over HTTP: 200, 206 or 416.
        start, end: First byte, and the one after the last; None is the end of the file.
    """

    status: int
    start: int
    end: int | None
    headers: Headers


def cut_for(facts: Facts, headers: Headers) -> Cut:
    """What a request with `Range` and `If-Range` gets of a file.

    Source: RFC 9110, sections 13.1.5 and 14.
    """
    asked = _RANGE.fullmatch(headers.get("Range", ""))
    told = _told(facts)
    version = headers.get("If-Range", facts.etag)
    if asked is None or version != facts.etag:
        length = {} if facts.size is None else {"Content-Length": str(facts.size)}
        return Cut(200, 0, None, told | length)
    start, end = int(asked[1]), int(asked[2]) + 1 if asked[2] else facts.size
    if facts.size is None:
        # Where it ends nobody knows, so no part can be named: all of it comes.
        return Cut(200, 0, None, told)
    if start >= facts.size:
        return Cut(416, start, start, told | {"Content-Range": f"bytes */{facts.size}"})
    end = facts.size if end is None else min(end, facts.size)
    span = {"Content-Range": f"bytes {start}-{end - 1}/{facts.size}"}
    return Cut(206, start, end, told | span | {"Content-Length": str(end - start)})


def _told(facts: Facts) -> dict[str, str]:
    told = {} if facts.etag is None else {"ETag": facts.etag}
    if facts.modified is not None:
        told["Last-Modified"] = format_datetime(facts.modified, usegmt=True)
    return told


class FileAnswer:
    """A file, or a part of it, that is being received; fulfils `client.Answer`."""

    def __init__(self, url: Url, cut: Cut, chunks: Iterator[bytes]) -> None:
        self.url = url
        self.status = cut.status
        self.phrase = PHRASES[cut.status]
        self.headers = cut.headers
        self._chunks = chunks

    def chunks(self) -> Iterator[bytes]:
        """The bytes as they arrive.

        Raises:
            TransientTransferError: The connection broke off or timed out.
        """
        return self._chunks
