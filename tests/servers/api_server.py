"""A real web API on the loopback address: a function answers each request, with faults on order.

    def answer(request: Asked) -> Reply:
        return Reply.json({"items": []})

    with ApiServer(answer) as server:
        server.url("/items")

`server.asked` has every request with method, path, query, headers and body.
"""

import json
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Asked:
    """A request as it arrived; of each query parameter the last value."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    def echo(self) -> "Reply":
        """An answer that says what was asked."""
        said = {"method": self.method, "query": self.query, "headers": self.headers}
        return Reply.json(said | {"body": self.body.decode()})


@dataclass(frozen=True)
class Reply:
    """An answer, and what goes wrong with it.

    Attributes:
        stop_after: Bytes of the body after which the connection ends.
        reset: End it with a TCP reset.
        stall: Wait for the end of the server instead of going on after `stop_after`.
    """

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    stop_after: int | None = None
    reset: bool = False
    stall: bool = False

    @classmethod
    def json(cls, value: Any, status: int = 200, **headers: str) -> "Reply":
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        kind = {"Content-Type": "application/json"}
        return cls(status, json.dumps(value).encode(), kind | named)


Answer = Callable[[Asked], Reply]


class ApiServer:
    """The server; a context manager."""

    def __init__(self, answer: Answer = Asked.echo) -> None:
        self.answer = answer
        self.asked: list[Asked] = []
        self.ended = Event()
        self._server = _Listener((HOST, 0), _Handler)
        self._server.owner = self
        self._thread = Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    def __enter__(self) -> "ApiServer":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def url(self, path: str, host: str = HOST) -> str:
        return f"http://{host}:{self._server.server_address[1]}{path}"


class _Listener(ThreadingHTTPServer):
    owner: ApiServer
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: clients of these tests break off on purpose."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Listener

    def log_message(self, *_: object) -> None:
        """Stay quiet; the requests are recorded."""

    def do_GET(self) -> None:
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        asked = self._asked()
        self.server.owner.asked.append(asked)
        self._send(self.server.owner.answer(asked))

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_POST(self) -> None:
        self.do_GET()

    def do_PUT(self) -> None:
        self.do_GET()

    def _asked(self) -> Asked:
        parts = urlsplit(self.path)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers.get("content-length", 0)))
        return Asked(self.command, parts.path, query, headers, body)

    def _send(self, reply: Reply) -> None:
        self.send_response(reply.status)
        for name, value in ({"Content-Length": str(len(reply.body))} | reply.headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(b"" if self.command == "HEAD" else reply.body[: reply.stop_after])
        if reply.stall:
            self.server.owner.ended.wait(10)
        if reply.stop_after is not None or reply.stall:
            if reply.reset:
                linger = struct.pack("ii", 1, 0)
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                self.connection.close()
            self.close_connection = True
