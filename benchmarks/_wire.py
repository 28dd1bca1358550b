"""A request that is written ahead and sent as it is, so that no client's own work is measured."""

import json
import socket
from collections.abc import Mapping
from typing import Any, Self

_READ_BYTES = 1 << 16
_END_OF_HEAD = b"\r\n\r\n"


class Wire:
    """One kept-alive connection over which the same POST is sent again and again."""

    def __init__(self, port: int, path: str, body: Mapping[str, Any]) -> None:
        content = json.dumps(body).encode()
        head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
        )
        self._request = head.encode() + content
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connection."""
        self._socket.close()

    def ask(self) -> tuple[bytes, bytes]:
        """Send the request; return status line and body of the answer.

        Raises:
            ConnectionError: The server hung up.
        """
        self._socket.sendall(self._request)
        answer = b""
        while _END_OF_HEAD not in answer:
            answer += self._more()
        head, _, body = answer.partition(_END_OF_HEAD)
        length = _length(head)
        while len(body) < length:
            body += self._more()
        return head.partition(b"\r\n")[0], body

    def _more(self) -> bytes:
        chunk = self._socket.recv(_READ_BYTES)
        if not chunk:
            raise ConnectionError("the server hung up")
        return chunk


def _length(head: bytes) -> int:
    lines = (line.partition(b":") for line in head.split(b"\r\n"))
    return next(int(value) for name, _, value in lines if name.lower() == b"content-length")
