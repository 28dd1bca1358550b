"""An HTTP server on the loopback address that takes bodies of any method, with faults on order.

    with SinkServer() as sink:
        sink.answers.append(Answer(503, {"Retry-After": "1"}))
        sink.url("/in")
        sink.taken[0].body

Requests are answered by `answers`, first come, first served, then by 200.
"""

from collections import deque
from dataclasses import dataclass, field
from hashlib import sha256
from threading import Event

from web_server import WebHandler, WebServer

KEPT = 1 << 20  # bytes of a body; of the rest only length and checksum


@dataclass(frozen=True)
class Answer:
    """What happens to one request.

    Attributes:
        stop_after: Bytes of the request's body after which the connection is reset.
        gate: Waited for before the body is read.
    """

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    stop_after: int | None = None
    gate: Event | None = None


@dataclass
class Taken:
    """A request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes = b""
    length: int = 0
    sha256: str = ""


class SinkServer(WebServer):
    """The server; a context manager."""

    def __init__(self) -> None:
        self.answers: deque[Answer] = deque()
        self.taken: list[Taken] = []
        super().__init__(_Handler)


class _Handler(WebHandler):
    def handle_one(self) -> None:
        owner = self.server.owner
        answer = owner.answers.popleft() if owner.answers else Answer()
        taken = Taken(self.command, self.path, self.asked_headers)
        owner.taken.append(taken)
        if answer.gate is not None:
            answer.gate.wait(30)
        if not self._take(taken, answer.stop_after):
            self.hang_up()
            return
        length = {} if answer.status == 204 else {"Content-Length": str(len(answer.body))}
        self.begin(answer.status, answer.headers | length)
        self.wfile.write(answer.body)

    do_GET = do_POST = do_PUT = do_PATCH = handle_one  # noqa: N815 - the base's names

    def _take(self, taken: Taken, stop_after: int | None) -> bool:
        """Read the body; whether all of it was."""
        digest, kept = sha256(), bytearray()
        for piece in self._pieces():
            digest.update(piece)
            kept += piece[: KEPT - len(kept)]
            taken.length += len(piece)
            if stop_after is not None and taken.length >= stop_after:
                return False
        taken.body, taken.sha256 = bytes(kept), digest.hexdigest()
        return True

    def _pieces(self):
        if self.headers.get("Transfer-Encoding") == "chunked":
            while size := int(self.rfile.readline(), 16):
                yield self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return
        rest = int(self.headers.get("Content-Length", 0))
        while rest and (piece := self.rfile.read1(min(rest, 1 << 16))):
            rest -= len(piece)
            yield piece
