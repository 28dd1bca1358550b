"""Read the headers that say how long an answer is and whether it is still the same file."""

import re
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from zyra.core.errors import TransferError
from zyra.transfer.client import Answer, Headers

_CONTENT_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)")
_UNSATISFIED = re.compile(r"bytes \*/(\d+)")


@dataclass(frozen=True)
class ContentRange:
    """Which bytes a 206 answer holds: from `start` up to, not including, `end` of `total`."""

    start: int
    end: int
    total: int | None


def content_length(response: Answer) -> int | None:
    """Length of the body as announced; None when the server does not say.

    Raises:
        TransferError: The announcement is not a number.
    """
    header = response.headers.get("Content-Length")
    if header is None or "Transfer-Encoding" in response.headers:
        return None
    if not re.fullmatch(r"[0-9]{1,18}", header):
        raise TransferError(f"{response.url.shown}: wrong Content-Length {header!r}")
    return int(header)


def content_range(response: Answer) -> ContentRange:
    """Which bytes a 206 answer holds.

    Raises:
        TransferError: It does not say so in a way that fits together.

    Source: RFC 9110, section 14.4.
    """
    header = response.headers.get("Content-Range", "")
    found = _CONTENT_RANGE.fullmatch(header)
    if found is not None:
        start, end = int(found[1]), int(found[2]) + 1
        total = None if found[3] == "*" else int(found[3])
        if start < end and (total is None or end <= total):
            return ContentRange(start, end, total)
    raise TransferError(f"{response.url.shown}: wrong Content-Range {header!r}")


def total_of_unsatisfied(response: Answer) -> int | None:
    """Size of the file according to a 416 answer, if it says."""
    found = _UNSATISFIED.fullmatch(response.headers.get("Content-Range", ""))
    return int(found[1]) if found else None


def validator(headers: Headers) -> str | None:
    """What `If-Range` may name: a strong ETag, or a date that is old enough to be one.

    Source: RFC 9110, sections 8.8.2.2 and 13.1.5.
    """
    etag = headers.get("ETag", "")
    if re.fullmatch(r'"[\x21\x23-\x7e\x80-\xff]*"', etag):
        return etag
    modified, sent = headers.get("Last-Modified"), headers.get("Date")
    if modified is None or sent is None:
        return None
    try:
        age = parsedate_to_datetime(sent) - parsedate_to_datetime(modified)
    except (ValueError, TypeError):  # a date that is none, or one without its zone
        return None
    # Within the same second the file could have changed again without changing its date.
    return modified if age.total_seconds() >= 1 else None
