"""Write JSON values one after the other: as one array, or a line each."""

from typing import Any, BinaryIO, Protocol

from zyra.core.json_values import encode

_INDENT = b"\n  "


class JsonWriter(Protocol):
    """Writes values as they come."""

    def write(self, value: Any) -> None:
        """Write one more."""

    def finish(self) -> None:
        """Write what comes after the last."""


class LinesWriter:
    """One compact value on each line (NDJSON)."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def write(self, value: Any) -> None:
        """Write a line."""
        self._stream.write(encode(value) + b"\n")

    def finish(self) -> None:
        """Write nothing more."""


class ArrayWriter:
    """One array, valid when it is finished."""

    def __init__(self, stream: BinaryIO, *, pretty: bool) -> None:
        self._stream = stream
        self._pretty = pretty
        self._before = b"["

    def write(self, value: Any) -> None:
        """Write an element."""
        text = encode(value, pretty=self._pretty)
        if self._pretty:  # within texts line breaks are escaped
            text = _INDENT + text.replace(b"\n", _INDENT)
        self._stream.write(self._before + text)
        self._before = b","

    def finish(self) -> None:
        """Close the array."""
        is_empty = self._before == b"["
        end = b"[]" if is_empty else b"\n]" if self._pretty else b"]"
        self._stream.write(end + b"\n")


def json_writer(stream: BinaryIO, *, lines: bool, pretty: bool) -> JsonWriter:
    """The writer that the arguments ask for."""
    return LinesWriter(stream) if lines else ArrayWriter(stream, pretty=pretty)
