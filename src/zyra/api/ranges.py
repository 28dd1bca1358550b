"""The parts of HTTP that decide which bytes of a file are sent (RFC 9110, 13 and 14)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from zyra.api.errors import RangeNotSatisfiable

_ONE_RANGE = re.compile(r"bytes=\s*(\d{0,18})-(\d{0,18})\s*", re.IGNORECASE | re.ASCII)
_SEVERAL = re.compile(r"bytes=[\d\s,-]*,[\d\s,-]*", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True)
class Version:
    """What tells one state of a file from another.

    Attributes:
        etag: Strong entity tag, quotes included.
        modified: Time of the last change (UTC), whole seconds count.
    """

    etag: str
    modified: datetime

    @property
    def last_modified(self) -> str:
        """As HTTP writes it."""
        return format_datetime(self.modified.replace(microsecond=0), usegmt=True)


def is_unchanged(headers: Mapping[str, str], version: Version) -> bool:
    """Whether the client's copy still holds, by If-None-Match, else If-Modified-Since."""
    tags = headers.get("if-none-match")
    if tags is not None:
        held = [tag.strip().removeprefix("W/") for tag in tags.split(",")]
        return "*" in held or version.etag in held
    since = _date(headers.get("if-modified-since"))
    return since is not None and version.modified.replace(microsecond=0) <= since


def wanted_range(headers: Mapping[str, str], size: int, version: Version) -> tuple[int, int] | None:
    """First byte and the one after the last that are asked for; None for the whole file.

    A Range of another unit or another form is not understood and so ignored.

    Raises:
        RangeNotSatisfiable: It begins behind the end, or asks for several ranges.
    """
    given = headers.get("range")
    if given is None or not _holds(headers.get("if-range"), version):
        return None
    if _SEVERAL.fullmatch(given):
        raise RangeNotSatisfiable("only one range at a time is served", size)
    match = _ONE_RANGE.fullmatch(given)
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:  # the last so many bytes
        start, stop = max(0, size - int(last)), size
    else:
        start, stop = int(first), min(size, int(last) + 1) if last else size
        if last and int(last) < start:
            return None
    if start >= stop:
        raise RangeNotSatisfiable(f"the file has only {size} bytes", size)
    return start, stop


def _holds(if_range: str | None, version: Version) -> bool:
    return if_range is None or if_range.strip() in (version.etag, version.last_modified)


def _date(text: str | None) -> datetime | None:
    try:
        date = parsedate_to_datetime(text) if text else None
    except ValueError:  # not a date: the header is ignored, as RFC 9110 13.1.3 says
        return None
    return date.replace(tzinfo=UTC) if date and date.tzinfo is None else date
