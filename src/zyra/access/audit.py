"""The audit log: one JSON line for each decision, each chained to the one before by a hash.

A line's `hash` is the SHA-256 of the line without it, in which `previous` names the hash of the
line before. Changing, removing or swapping lines breaks the chain from there on; only cutting
off its end cannot be seen from the file alone, so keep the last hash somewhere else too.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

FIRST = "0" * 64
_TAIL_BYTES = 64 * 1024


@dataclass(frozen=True)
class Fault:
    """Where the chain is broken: the line, counted from 1, and what is wrong with it."""

    line: int
    what: str


class AuditLog:
    """Appends to one file, which several processes may share."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        # Where the file ended after our last line, and that line's hash.
        self._end, self._last = -1, FIRST

    def write(self, entry: Mapping[str, Any]) -> None:
        """Append an entry: request id, caller, action, object, decision, status."""
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        try:
            size = os.fstat(self._descriptor).st_size
            if size != self._end:  # somebody else has written, or we have not yet
                self._last = _last_hash(self._descriptor, size)
            line, self._last = _chained(entry, self._last)
            os.write(self._descriptor, line)
            self._end = os.fstat(self._descriptor).st_size
        finally:
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)


def verify(stream: BinaryIO) -> Iterator[Fault]:
    """Every place of a log where the chain is broken; none when it is whole."""
    previous = FIRST
    for number, line in enumerate(stream, start=1):
        try:
            entry = json.loads(line)
            found = entry.pop("hash")
        except (ValueError, KeyError, AttributeError, TypeError):
            yield Fault(number, "is no entry of an audit log")
            continue
        if entry.get("previous") != previous:
            yield Fault(number, "does not follow the line before it: lines were removed or moved")
        if found != _hash(entry):
            yield Fault(number, "was changed after it was written")
        previous = found


def _chained(entry: Mapping[str, Any], previous: str) -> tuple[bytes, str]:
    """The line of an entry, and its hash."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    kept = {"time": now, **entry, "previous": previous}
    own = _hash(kept)
    return (_text({**kept, "hash": own}) + "\n").encode(), own


def _hash(entry: Mapping[str, Any]) -> str:
    return hashlib.sha256(_text(entry).encode()).hexdigest()


def _text(entry: Mapping[str, Any]) -> str:
    return json.dumps(entry, separators=(",", ":"), ensure_ascii=True)


def _last_hash(descriptor: int, size: int) -> str:
    """The hash of the last entry; half a line, from a process that was killed, is none."""
    tail = os.pread(descriptor, _TAIL_BYTES, max(0, size - _TAIL_BYTES))
    if tail and not tail.endswith(b"\n"):
        os.write(descriptor, b"\n")
    for line in reversed(tail.splitlines()):
        try:
            return str(json.loads(line)["hash"])
        except (ValueError, KeyError, TypeError):
            continue
    return FIRST
