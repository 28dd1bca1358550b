"""The head of an HTTP answer: all of it, or it is no answer.

Python takes the end of a connection for the end of a head. An answer that breaks off before its
Content-Length would so be an empty file that is whole.
"""

from http.client import HTTPResponse, RemoteDisconnected
from typing import IO, Any

_LAST = (b"\r\n", b"\n")


class WholeHeadResponse(HTTPResponse):
    """An answer whose head ends with an empty line."""

    def begin(self) -> None:
        """Read the head.

        Raises:
            RemoteDisconnected: The connection ended before it did.
        """
        stream = self.fp
        head: Any = _Lines(stream)
        self.fp = head
        try:
            super().begin()
        finally:
            if self.fp is head:  # else there is no body, and it has been closed
                self.fp = stream
        if head.last not in _LAST:
            raise RemoteDisconnected("the connection ended within the head of an answer")


class _Lines:
    """Reads lines and keeps the last one."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.last = b""
        self._stream = stream

    def readline(self, *limit: Any) -> bytes:
        """The next line."""
        self.last = self._stream.readline(*limit)
        return self.last

    def close(self) -> None:
        """Close the stream."""
        self._stream.close()
