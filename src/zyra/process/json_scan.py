"""Walk through JSON of any size, value by value, with a bounded part of it in memory."""

import re
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from zyra.core.errors import DataError, LimitExceeded
from zyra.core.json_values import MAX_DEPTH, decode, without_mark

CHUNK_BYTES = 1 << 20
# The largest value that is held at once: one record.
MAX_VALUE_BYTES = 1 << 27

_SPACE = re.compile(rb"[ \t\r\n]*+")
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_WORD = re.compile(rb"[^\s,\[\]{}:\"]++")
# Anything without a bracket but in a text; it never gives back, so that no input is slow.
_FLAT = rb'[^"\[\]{}]*+(?:"[^"\\]*+(?:\\.[^"\\]*+)*+"[^"\[\]{}]*+)*+'
# Up to the next bracket, past lists and objects that hold no others.
_BRACKET = re.compile(rb"%b(?:(?:\{%b\}|\[%b\])%b)*+([\[\]{}])" % ((_FLAT,) * 4), re.DOTALL)
_SPACES = b" \t\r\n"


class Raw(NamedTuple):
    """The bytes of one value, and where they stand."""

    data: bytes
    line: int
    offset: int


class Scanner:
    """A stream of JSON values, one after the other.

    Each step reads as little as it needs. What a value holds is looked at only as far as its
    end has to be found; `decode` then finds what is wrong in it.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._buffer = b""
        self._at = 0
        self._offset = 0
        # Lines before a place in the buffer that only moves on: none is counted twice.
        self._lines = 0
        self._counted = 0
        self._is_whole = False
        self._read()
        head = len(self._buffer)
        self._buffer = without_mark(self._buffer)
        self._offset = head - len(self._buffer)

    @property
    def offset(self) -> int:
        """Bytes of the stream that are behind."""
        return self._offset + self._at

    def peek(self) -> bytes:
        """The next byte that is not white space; empty at the end."""
        while True:
            found = self._buffer[self._at : self._at + 1]
            if found and found not in _SPACES:
                return found
            space = _SPACE.match(self._buffer, self._at)
            self._at = space.end() if space else self._at
            if self._at == len(self._buffer) and not self._read():
                return b""

    def take(self, wanted: bytes) -> None:
        """Go past one byte.

        Raises:
            DataError: Another one comes.
        """
        found = self.peek()
        if found not in wanted or not found:
            raise self.error(f"expected {_shown(wanted)} but found {_shown(found)}")
        self._at += 1

    def elements(self) -> Iterator[int]:
        """Stop before each element of the array that comes, and go past its end."""
        yield from self._parts(b"[", b"]")

    def members(self) -> Iterator[str]:
        """Stop before each value of the object that comes, giving its key."""
        for _ in self._parts(b"{", b"}"):
            if self.peek() != b'"':
                raise self.error("expected a key")
            raw = self.value()
            self.take(b":")
            yield decode(*raw[:1], line=raw.line, offset=raw.offset)

    def _parts(self, begin: bytes, end: bytes) -> Iterator[int]:
        self.take(begin)
        number = 0
        while number or self.peek() != end:
            yield number
            number += 1
            if self.peek() == end:
                break
            self.take(b"," + end)
        self.take(end)

    def value(self) -> Raw:
        """The bytes of the value that comes.

        Raises:
            DataError: There is none, or it has no end.
            LimitExceeded: It has more than `MAX_VALUE_BYTES`.
        """
        self.peek()
        line, start = self._line(), self.offset
        self._pass(keep=True)
        begin = start - self._offset
        return Raw(self._buffer[begin : self._at], line, start)

    def skip(self) -> None:
        """Go past the value that comes, however large it is."""
        self.peek()
        self._pass(keep=False)

    def _pass(self, *, keep: bool) -> None:
        first = self.peek()
        start = self.offset
        if first and first in b"[{":
            self._pass_brackets(start, keep=keep)
            return
        pattern = _STRING if first == b'"' else _WORD
        while True:
            found = pattern.match(self._buffer, start - self._offset)
            if found is not None and (found.end() < len(self._buffer) or self._is_whole):
                self._at = found.end()
                return
            if not self._read(start):
                raise self.error("the text has no end" if first == b'"' else "expected a value")

    def _pass_brackets(self, start: int, *, keep: bool) -> None:
        self._at += 1
        depth = 1
        while True:
            while (found := _BRACKET.match(self._buffer, self._at)) is not None:
                self._at = found.end()
                depth += 1 if found[1] in b"[{" else -1
                if depth == 0:
                    return
                if depth > MAX_DEPTH:
                    raise self.error(f"nested deeper than {MAX_DEPTH} levels")
            if not self._read(start if keep else None):
                raise self.error("the input ends before the value does")

    def _read(self, keep_from: int | None = None) -> bool:
        """Read on, letting go of what is behind; False at the end.

        As much is read as is held, so that values that are much larger than a chunk are not
        looked through again and again.
        """
        behind = self._at if keep_from is None else keep_from - self._offset
        held = len(self._buffer) - behind
        if held > MAX_VALUE_BYTES:
            raise LimitExceeded(
                f"line {self._line()}: one record has more than {MAX_VALUE_BYTES} bytes",
                hint="name the array of records with --records-path",
            )
        chunk = self._stream.read(max(CHUNK_BYTES, held))
        self._is_whole = not chunk
        self._line()
        self._counted -= behind
        self._buffer = self._buffer[behind:] + chunk
        self._offset += behind
        self._at -= behind
        return bool(chunk)

    def _line(self) -> int:
        self._lines += self._buffer.count(b"\n", self._counted, self._at)
        self._counted = self._at
        return self._lines + 1

    def error(self, problem: str) -> DataError:
        """What is wrong here."""
        return DataError(
            f"line {self._line()}, byte {self.offset + 1}: {problem}",
            hint="the input must be JSON, or one JSON value on each line",
        )


def _shown(found: bytes) -> str:
    return " or ".join(repr(chr(byte)) for byte in found) or "the end of the input"
