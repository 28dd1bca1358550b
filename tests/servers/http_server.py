"""A real HTTP server on the loopback address, with ranges, redirects and faults on order.

    with HttpServer() as server:
        url = server.put("/a.bin", b"0123456789", etag='"v1"')
        server.resource("/a.bin").faults.append(Fault(stop_after=4, reset=True))

It takes a free port, records what it is asked, counts the bytes of bodies it sent, and
ends with its `with` block.
"""

import re
import ssl
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event, Lock

from web_server import WebHandler, WebServer

_RANGE = re.compile(r"bytes=(\d+)-(\d*)")


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one request.

    Attributes:
        status: Answer with this status and no file.
        headers: Added to the answer, or replacing what it has.
        head_bytes: Bytes of the answer's head after which the connection ends.
        stop_after: Bytes of the body after which the connection ends.
        reset: End it with a TCP reset instead of an orderly close.
        before: Called before the answer, for changing the file.
    """

    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    head_bytes: int | None = None
    stop_after: int | None = None
    reset: bool = False
    before: Callable[[], None] | None = None


@dataclass
class Resource:
    """One path of the server.

    Attributes:
        body: Its bytes.
        etag, last_modified: Sent when given, and honoured in `If-Range`.
        ranges: Whether `Range` is understood.
        chunked: Send with chunked transfer encoding, without a length.
        status, reason, headers: Of the answer.
        gate: The answer waits for this event.
        faults: Taken one per request, first come, first served.
    """

    body: bytes = b""
    etag: str | None = None
    last_modified: str | None = None
    ranges: bool = True
    chunked: bool = False
    status: int = 200
    reason: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    gate: Event | None = None
    faults: deque[Fault] = field(default_factory=deque)


@dataclass(frozen=True)
class Recorded:
    """A request as it arrived."""

    path: str
    headers: dict[str, str]


class HttpServer(WebServer):
    """The server; a context manager."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[Recorded] = []
        self.body_bytes = 0
        self.at_once = 0
        self.most_at_once = 0
        self.lock = Lock()
        self.resources: dict[str, Resource] = {}
        super().__init__(_Handler, tls)

    def put(self, path: str, body: bytes = b"", **options: object) -> str:
        """Serve `body` at `path`, with the options of `Resource`; return its URL."""
        self.resources[_key(path)] = Resource(body, **options)  # type: ignore[arg-type]
        return self.url(path)

    def redirect(self, path: str, location: str, status: int = 302) -> str:
        return self.put(path, status=status, headers={"Location": location})

    def resource(self, path: str) -> Resource:
        return self.resources[_key(path)]

    def asked(self, name: str) -> list[str | None]:
        """The header `name` of each request so far, None where it was missing."""
        return [recorded.headers.get(name.lower()) for recorded in self.requests]


def _key(path: str) -> str:
    """The path with its percent-encoding in upper case, as urllib3 sends it."""
    return re.sub(r"%[0-9a-f]{2}", lambda found: found[0].upper(), path)


class _Handler(WebHandler):
    def do_GET(self) -> None:  # noqa: N802 - the base's name
        owner = self.server.owner
        with owner.lock:
            owner.requests.append(Recorded(self.path, self.asked_headers))
            owner.at_once += 1
            owner.most_at_once = max(owner.most_at_once, owner.at_once)
        try:
            self._answer(owner.resources.get(_key(self.path), Resource(b"not found", status=404)))
        finally:
            with owner.lock:
                owner.at_once -= 1

    do_HEAD = do_GET  # noqa: N815 - the base's name

    def _answer(self, resource: Resource) -> None:
        if resource.gate is not None:
            resource.gate.wait(10)
        fault = resource.faults.popleft() if resource.faults else Fault()
        if fault.before is not None:
            fault.before()
        if fault.status is not None:
            self._send(fault.status, b"", dict(fault.headers), Fault(), Resource())
            return
        status, body, headers = self._content(resource)
        self._send(status, body, headers | fault.headers, fault, resource)

    def _content(self, resource: Resource) -> tuple[int, bytes, dict[str, str]]:
        headers = dict(resource.headers)
        if resource.etag is not None:
            headers["ETag"] = resource.etag
        if resource.last_modified is not None:
            headers["Last-Modified"] = resource.last_modified
        asked = _RANGE.fullmatch(self.headers.get("Range", ""))
        condition = self.headers.get("If-Range")
        same = condition in (None, resource.etag, resource.last_modified)
        whole = asked is None or not resource.ranges or not same
        if whole or resource.status != 200:
            return resource.status, resource.body, headers
        size, start = len(resource.body), int(asked[1])
        if self.headers.get("If-Match", resource.etag) != resource.etag:
            return 412, b"", headers
        if start >= size:
            return 416, b"", headers | {"Content-Range": f"bytes */{size}"}
        end = min(size, int(asked[2]) + 1 if asked[2] else size)
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
        return 206, resource.body[start:end], headers

    def _send(
        self,
        status: int,
        body: bytes,
        headers: dict[str, str],
        fault: Fault,
        resource: Resource,
    ) -> None:
        chunked = resource.chunked
        length = {"Content-Length": str(len(body))}
        framing = {"Transfer-Encoding": "chunked"} if chunked else length
        if fault.head_bytes is not None:
            lines = (f"{name}: {value}\r\n" for name, value in (framing | headers).items())
            head = f"HTTP/1.1 {status} OK\r\n{''.join(lines)}"
            self.wfile.write(head.encode()[: fault.head_bytes])
            self.hang_up(reset=fault.reset)
            return
        self.begin(status, framing | headers, resource.reason)
        sent = b"" if self.command == "HEAD" else body[: fault.stop_after]
        # Counted before it goes out: a client may look as soon as it has the last byte.
        with self.server.owner.lock:
            self.server.owner.body_bytes += len(sent)
        self.wfile.write(b"%x\r\n%b\r\n" % (len(sent), sent) if chunked and sent else sent)
        if fault.stop_after is not None:
            self.hang_up(reset=fault.reset)
        elif chunked:
            self.wfile.write(b"0\r\n\r\n")
