"""A real web API on the loopback address: a function answers each request, with faults on order.

    def answer(request: Asked) -> Reply:
        return Reply.json({"items": []})

    with ApiServer(answer) as server:
        server.url("/items")

`server.asked` has every request with method, path, query, headers and body.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event
from typing import Any
from urllib.parse import parse_qs, urlsplit

from web_server import WebHandler, WebServer


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


class ApiServer(WebServer):
    """The server; a context manager."""

    def __init__(self, answer: Answer = Asked.echo) -> None:
        self.answer = answer
        self.asked: list[Asked] = []
        self.ended = Event()
        super().__init__(_Handler)

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        super().__exit__()


class _Handler(WebHandler):
    def do_GET(self) -> None:  # noqa: N802 - the base's name
        asked = self._asked()
        self.server.owner.asked.append(asked)
        self._send(self.server.owner.answer(asked))

    do_HEAD = do_POST = do_PUT = do_GET  # noqa: N815 - the base's names

    def _asked(self) -> Asked:
        parts = urlsplit(self.path)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        headers = self.asked_headers
        body = self.rfile.read(int(headers.get("content-length", 0)))
        return Asked(self.command, parts.path, query, headers, body)

    def _send(self, reply: Reply) -> None:
        self.begin(reply.status, {"Content-Length": str(len(reply.body))} | reply.headers)
        self.wfile.write(b"" if self.command == "HEAD" else reply.body[: reply.stop_after])
        if reply.stall:
            self.server.owner.ended.wait(10)
        if reply.stop_after is not None or reply.stall:
            self.hang_up(reset=reply.reset)
