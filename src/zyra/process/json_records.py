"""The records of JSON or newline-delimited JSON, one after the other."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO, NamedTuple

from zyra.core.errors import DataError, LimitExceeded
from zyra.core.json_paths import MISSING, Record, value_at
from zyra.core.json_values import MAX_DEPTH, decode, without_mark
from zyra.process.json_scan import CHUNK_BYTES, MAX_VALUE_BYTES, Raw, Scanner

_MOST_LISTED = 20


class Found(NamedTuple):
    """A record.

    Attributes:
        value: An object; what is none stands under the key `value`.
        number: Of the record, from 1.
        line: Where it begins, from 1.
        offset: Bytes of the input that were read for it.
    """

    value: Record
    number: int
    line: int
    offset: int

    @property
    def place(self) -> str:
        """For error messages: `record 3 (line 7)`."""
        return f"record {self.number} (line {self.line})"


@dataclass
class _Way:
    """The path to the records, and what was met on it.

    Attributes:
        path: Steps of the path.
        is_optional: Whether values without it are records themselves.
        is_found: Whether it led anywhere.
        keys: Keys where it did not.
    """

    path: Sequence[str]
    is_optional: bool = False
    is_found: bool = False
    keys: dict[str, None] = field(default_factory=dict)

    def missed(self, keys: Sequence[str]) -> None:
        """Remember what there is instead."""
        for key in keys:
            if len(self.keys) < _MOST_LISTED:
                self.keys[key] = None


def read_records(
    stream: BinaryIO, path: Sequence[str], *, is_optional: bool = False
) -> Iterator[Found]:
    """Give the records at a path, holding one at a time.

    An array at the path holds records; anything else there is one. The path goes through
    arrays: into the element of a number, or else into each.

    Args:
        stream: JSON, or JSON values one after the other, such as one on each line.
        path: Keys that lead to the records; empty for the values themselves.
        is_optional: Whether a value that does not have the path is a record itself.

    Raises:
        DataError: It is not JSON, or has nothing at the path.
        LimitExceeded: A record is too large.
    """
    way = _Way(path, is_optional)
    head = stream.read(CHUNK_BYTES)
    joined = io.BufferedReader(_Joined(head, stream), CHUNK_BYTES)
    source = _from_lines(joined, way) if has_lines(head) else _from_document(joined, way)
    for number, (value, line, offset) in enumerate(source, start=1):
        yield Found(value if isinstance(value, dict) else {"value": value}, number, line, offset)
    if path and not way.is_found and not is_optional:
        known = ", ".join(way.keys)
        raise DataError(
            f"there is nothing at --records-path {'.'.join(path)}",
            hint=f"there is {known}" if known else "the input has no objects",
        )


Place = tuple[Any, int, int]


def has_lines(head: bytes) -> bool:
    """Whether the first line is a value of its own; long lines are looked at in another way."""
    first, end, _ = without_mark(head).lstrip().partition(b"\n")
    if not end:
        return False
    try:
        decode(first, line=1, offset=0)
    except DataError:
        return False
    return True


def _from_lines(stream: BinaryIO, way: _Way) -> Iterator[Place]:
    offset = 0
    for line, raw in enumerate(iter(lambda: stream.readline(MAX_VALUE_BYTES), b""), start=1):
        if len(raw) == MAX_VALUE_BYTES:
            raise LimitExceeded(f"line {line} has more than {MAX_VALUE_BYTES} bytes")
        text = without_mark(raw) if line == 1 else raw
        if text.strip():
            # A value that breaks off ends on this line, not after its newline.
            value = decode(text.rstrip(), line=line, offset=offset + len(raw) - len(text))
            for record in _records_in(value, way):
                yield record, line, offset + len(raw)
        offset += len(raw)


def _records_in(value: Any, way: _Way) -> Iterator[Any]:
    if way.is_optional and value_at(value, way.path) is MISSING:
        return _within(value, (), way)
    return _within(value, way.path, way)


def _within(value: Any, path: Sequence[str], way: _Way) -> Iterator[Any]:
    """The records in a value in memory; the same way as `_walk` goes."""
    if isinstance(value, list):
        parts = value
        if path and path[0].isdecimal():
            parts, path = value[int(path[0]) :][:1], path[1:]
        elif not path:
            way.is_found = True
            yield from value
            return
        for part in parts:
            yield from _within(part, path, way)
    elif not path:
        way.is_found = True
        yield value
    elif isinstance(value, dict) and path[0] in value:
        yield from _within(value[path[0]], path[1:], way)
    elif isinstance(value, dict):
        way.missed(list(value))


def _from_document(stream: BinaryIO, way: _Way) -> Iterator[Place]:
    scanner = Scanner(stream)
    while first := scanner.peek():
        is_list = way.is_optional and first == b"["
        for raw in _walk(scanner, () if is_list else way.path, way):
            yield decode(raw.data, line=raw.line, offset=raw.offset), raw.line, scanner.offset


def _walk(scanner: Scanner, path: Sequence[str], way: _Way, depth: int = 0) -> Iterator[Raw]:
    if depth > MAX_DEPTH:
        raise scanner.error(f"nested deeper than {MAX_DEPTH} levels")
    first = scanner.peek()
    if first == b"[":
        yield from _walk_list(scanner, path, way, depth)
    elif not path:
        way.is_found = True
        yield scanner.value()
    elif first == b"{":
        yield from _walk_object(scanner, path, way, depth)
    else:
        scanner.skip()


def _walk_object(scanner: Scanner, path: Sequence[str], way: _Way, depth: int) -> Iterator[Raw]:
    is_there = False
    others: list[str] = []
    for key in scanner.members():
        if key == path[0]:
            is_there = True
            yield from _walk(scanner, path[1:], way, depth + 1)
            continue
        if len(others) < _MOST_LISTED:
            others.append(key)
        scanner.skip()
    if not is_there:
        way.missed(others)


def _walk_list(scanner: Scanner, path: Sequence[str], way: _Way, depth: int) -> Iterator[Raw]:
    way.is_found |= not path
    for number in scanner.elements():
        if not path:
            yield scanner.value()
        elif not path[0].isdecimal():
            yield from _walk(scanner, path, way, depth + 1)
        elif int(path[0]) == number:
            yield from _walk(scanner, path[1:], way, depth + 1)
        else:
            scanner.skip()


class _Joined(io.RawIOBase):
    """A stream of which the beginning was read already."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        super().__init__()
        self._head = memoryview(head)
        self._rest = rest

    def readable(self) -> bool:
        """It is only for reading."""
        return True

    def readinto(self, target: Any) -> int:
        """Fill `target` from the beginning, then from the rest."""
        wanted = len(target)
        data = bytes(self._head[:wanted]) or self._rest.read(wanted)
        self._head = self._head[wanted:]
        target[: len(data)] = data
        return len(data)
