"""Write log records as lines: JSON for machines, or short text for people.

What a record is about stands in its `facts`, by name; `about` binds facts to everything that is
logged within a block, also by libraries, such as the id of the request.
"""

import json
import logging
import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

import orjson

_ABOUT: ContextVar[Mapping[str, Any]] = ContextVar("about", default=MappingProxyType({}))

_MASK = "***"
_SHORTEST = 6  # characters; to hide less would make lines unreadable and hide nothing
# What must not be in a log wherever it came from: credentials in URLs and headers, keys of ours.
_SECRETS = re.compile(
    r"(?P<before>://)[^/@\s\"'\\]+(?=@)"
    r"|(?P<scheme>\b(?:[Bb]earer|[Bb]asic)\s+)[A-Za-z0-9+/=_.~-]{8,}"
    r"|(?P<parameter>[?&;][^=&\s\"'\\]*(?:token|secret|passw|signature|sig|key|credential)[^=&\s\"'\\]*=)"
    r"[^&\s\"'\\]+"
    r"|(?P<key>zyra_[0-9a-f]{16}_)[A-Za-z0-9_-]{43}",
    re.IGNORECASE,
)


@contextmanager
def about(**facts: str) -> Iterator[None]:
    """Bind facts to all that is logged in the block and in tasks that begin there."""
    token = _ABOUT.set({**_ABOUT.get(), **facts})
    try:
        yield
    finally:
        _ABOUT.reset(token)


def facts_of(record: logging.LogRecord) -> dict[str, Any]:
    """What a record is about; what is not known is left out."""
    own: Mapping[str, Any] = getattr(record, "facts", {})
    return {name: fact for name, fact in {**_ABOUT.get(), **own}.items() if fact is not None}


class Lines(logging.Formatter, ABC):
    """One record, one line, without secrets.

    Args:
        hidden: Texts that never stand in a line, such as the values of secret settings.
    """

    def __init__(self, hidden: tuple[str, ...] = ()) -> None:
        super().__init__()
        spelled = {spelling for text in hidden for spelling in _spellings(text)}
        # The longest first: one secret may be the beginning of another.
        self._hidden = sorted((text for text in spelled if len(text) >= _SHORTEST), key=len)[::-1]

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        return self._masked(self.line(record))

    @abstractmethod
    def line(self, record: logging.LogRecord) -> str:
        """The line, with whatever is in it."""

    def _masked(self, text: str) -> str:
        for secret in self._hidden:
            text = text.replace(secret, _MASK)
        return _SECRETS.sub(_mask, text) if _may_hold_secrets(text) else text

    def _fault(self, record: logging.LogRecord) -> str | None:
        return self.formatException(record.exc_info) if record.exc_info else None


class JsonLines(Lines):
    """`{"time", "level", "logger", "message", ...facts, "exception"}`."""

    def line(self, record: logging.LogRecord) -> str:
        """The record as JSON."""
        moment = datetime.fromtimestamp(record.created, UTC)
        entry = {
            "time": moment.isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **facts_of(record),
        }
        if (fault := self._fault(record)) is not None:
            entry["exception"] = fault
        try:
            return orjson.dumps(entry, default=str).decode()
        except TypeError:  # half a surrogate pair, of an odd file name
            return json.dumps(entry, default=str)


class HumanLines(Lines):
    """`12:00:00 INFO zyra.jobs: message  (name=fact ...)`, then the traceback if there is one."""

    def line(self, record: logging.LogRecord) -> str:
        """The record as text; control characters are escaped."""
        moment = datetime.fromtimestamp(record.created, UTC)
        facts = " ".join(f"{name}={fact}" for name, fact in facts_of(record).items())
        text = f"{record.getMessage()}  ({facts})" if facts else record.getMessage()
        head = f"{moment:%H:%M:%S} {record.levelname} {record.name}: {_plain(text)}"
        fault = self._fault(record)
        return "\n".join([head, *map(_plain, fault.split("\n"))]) if fault else head


def _spellings(secret: str) -> Iterator[str]:
    """A secret as it is, and as JSON writes it: with quotes and backslashes escaped."""
    yield secret
    for is_ascii in (True, False):
        yield json.dumps(secret, ensure_ascii=is_ascii)[1:-1]


def _plain(text: str) -> str:
    """The text without control characters, which may come from callers."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _may_hold_secrets(text: str) -> bool:
    """Whether it is worth looking: nearly no line holds any of these."""
    if "@" in text or "=" in text:
        return True
    lower = text.lower()
    return "zyra_" in lower or "bearer" in lower or "basic" in lower


def _mask(found: re.Match[str]) -> str:
    kept = next((text for text in found.groupdict().values() if text), "")
    return kept + _MASK
