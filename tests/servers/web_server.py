"""What the HTTP servers of the tests have in common: they take a free port and answer in threads.

class Server(WebServer):
    def __init__(self) -> None:
        super().__init__(Handler)

class Handler(WebHandler):
    def do_GET(self) -> None:
        self.server.owner  # the Server
"""

import socket
import ssl
import struct
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Self

HOST = "127.0.0.1"


class WebServer:
    """A server; a context manager.

    Args:
        handler: Answers the requests.
        tls: Makes it speak https.
    """

    def __init__(self, handler: "type[WebHandler]", tls: ssl.SSLContext | None = None) -> None:
        self._server = _Listener((HOST, 0), handler)
        self._server.owner = self
        self._scheme = "http" if tls is None else "https"
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self._thread = Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def url(self, path: str, host: str = HOST) -> str:
        return f"{self._scheme}://{host}:{self.port}{path}"


class _Listener(ThreadingHTTPServer):
    owner: Any
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: clients of these tests break off on purpose."""


class WebHandler(BaseHTTPRequestHandler):
    """Answers the requests of one connection."""

    protocol_version = "HTTP/1.1"
    server: _Listener

    def setup(self) -> None:
        super().setup()
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def log_message(self, *_: object) -> None:
        """Stay quiet; the requests are recorded."""

    @property
    def asked_headers(self) -> dict[str, str]:
        """The headers of the request, with names in lower case."""
        return {name.lower(): value for name, value in self.headers.items()}

    def begin(self, status: int, headers: dict[str, str], reason: str | None = None) -> None:
        """Send the head of the answer."""
        self.send_response(status, reason)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def hang_up(self, *, reset: bool = True) -> None:
        """End the connection, by a reset or in order."""
        self.wfile.flush()
        if reset:  # linger of zero seconds: close() sends RST
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
        self.close_connection = True
