"""Read the head of one request to the egress broker, strictly.

Whatever could be read in two ways is refused, so that nothing reaches a host that the
broker has not understood itself. Of one connection only one request is taken.

Source: RFC 9110 (CONNECT, hop-by-hop fields), RFC 9112 (message syntax, request smuggling).
"""

import re
import socket
import time
from base64 import b64decode
from binascii import Error as Base64Error
from dataclasses import dataclass

from zyra.core.errors import UsageError
from zyra.core.urls import normalized_host

HEAD_BYTES = 1 << 15
END = b"\r\n\r\n"

_REQUEST = re.compile(rb"([A-Z]{1,20}) ([\x21-\x7e]+) (HTTP/1\.[01])")
_FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t\x20-\x7e\x80-\xff]*)")
_HOST = rb"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)"
_AUTHORITY = re.compile(_HOST + rb":([0-9]{1,5})")
_ABSOLUTE = re.compile(rb"http://" + _HOST + rb"(?::([0-9]{1,5}))?((?:/|\?)[^#]*)?")

# Meant for the broker alone, or about a connection that is not the one onwards.
_HOP_BY_HOP = frozenset(
    b"connection proxy-connection keep-alive proxy-authorization proxy-authenticate"
    b" te trailer transfer-encoding upgrade expect host".split()
)

Fields = tuple[tuple[bytes, bytes], ...]


class RequestNotTaken(Exception):
    """A request that is answered with an error.

    Attributes:
        message: Why, for the client.
        status: HTTP status of the answer.
        failure: Name of the system's error, if one is the reason.
    """

    def __init__(self, status: int, message: str, *, failure: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.failure = failure


@dataclass(frozen=True)
class ProxyRequest:
    """What is asked of the broker.

    Attributes:
        token: What the client shows to be let in; empty when it shows nothing.
        host, port: Where to; the host is normalized.
        head: What is sent there first; empty for a tunnel.
        rest: What came after the head already.
        body_bytes: Length of the request's body; 0 for a tunnel.
        expects: Whether the client waits to be told to send its body.
    """

    token: str
    host: str
    port: int
    head: bytes
    rest: bytes
    body_bytes: int = 0
    expects: bool = False

    @property
    def is_tunnel(self) -> bool:
        """Whether bytes are carried both ways, without a look at them."""
        return not self.head


def read_head(
    connection: socket.socket, timeout_s: float, data: bytes = b""
) -> tuple[bytes, bytes]:
    """The head that comes within `timeout_s`, however slowly, and what came after it.

    Args:
        connection: What it is read from; its time-out is changed.
        timeout_s: For all of it.
        data: What has been read of it already.

    Raises:
        RequestNotTaken: It does not come, or is too long.
        OSError: The connection broke off.
    """
    deadline = time.monotonic() + timeout_s
    while END not in data:
        left_s = deadline - time.monotonic()
        if left_s <= 0:
            raise RequestNotTaken(408, "the head did not come in time")
        connection.settimeout(left_s)
        try:
            piece = connection.recv(HEAD_BYTES)
        except TimeoutError:
            continue
        if not piece:
            raise RequestNotTaken(400, "the head is cut short")
        data += piece
        if len(data) > HEAD_BYTES and END not in data[:HEAD_BYTES]:
            raise RequestNotTaken(431, f"the head is longer than {HEAD_BYTES} bytes")
    head, _, rest = data.partition(END)
    return head, rest


def parse_request(head: bytes, rest: bytes) -> ProxyRequest:
    """Understand a request.

    Raises:
        RequestNotTaken: It is malformed, ambiguous, or nothing that the broker does.
    """
    first, *lines = head.split(b"\r\n")
    request = _REQUEST.fullmatch(first)
    fields = [_FIELD.fullmatch(line) for line in lines]
    if request is None or None in fields:
        raise RequestNotTaken(400, "this is not a proper HTTP/1.1 request")
    named = tuple((found[1].lower(), found[2].strip(b" \t")) for found in fields if found)
    token = _token(named)
    if request[1] == b"CONNECT":
        target = _AUTHORITY.fullmatch(request[2])
        if target is None:
            raise RequestNotTaken(400, "CONNECT needs host:port")
        return ProxyRequest(token, _host(target[1]), _port(target[2]), b"", rest)
    return _forwarded(request, named, token, rest)


def _forwarded(request: re.Match[bytes], fields: Fields, token: str, rest: bytes) -> ProxyRequest:
    method, target, version = request.groups()
    found = _ABSOLUTE.fullmatch(target)
    if found is None:
        raise RequestNotTaken(400, "this is a proxy: it takes CONNECT, and URLs with http://")
    path = found[3] or b"/"
    lines = [
        method + b" " + (path if path.startswith(b"/") else b"/" + path) + b" " + version,
        b"Host: " + found[1] + (b":" + found[2] if found[2] else b""),
        *(name + b": " + value for name, value in fields if name not in _dropped(fields)),
        b"Connection: close",
    ]
    return ProxyRequest(
        token,
        _host(found[1]),
        _port(found[2] or b"80"),
        b"\r\n".join(lines) + END,
        rest,
        _body_bytes(fields),
        expects=any(name == b"expect" for name, _ in fields),
    )


def _dropped(fields: Fields) -> frozenset[bytes]:
    """Names of the fields that go no further: the usual ones, and those `Connection` names."""
    named = b",".join(value for name, value in fields if name == b"connection")
    return _HOP_BY_HOP | {part.strip().lower() for part in named.split(b",")} - {b"content-length"}


def _body_bytes(fields: Fields) -> int:
    lengths = [value for name, value in fields if name == b"content-length"]
    if any(name == b"transfer-encoding" for name, _ in fields):
        status = 400 if lengths else 411
        raise RequestNotTaken(status, "a body needs Content-Length and no Transfer-Encoding")
    if not lengths:
        return 0
    if len(lengths) > 1 or not re.fullmatch(rb"[0-9]{1,15}", lengths[0]):
        raise RequestNotTaken(400, "Content-Length is not one number")
    return int(lengths[0])


def _token(fields: Fields) -> str:
    shown = [value for name, value in fields if name == b"proxy-authorization"]
    if len(shown) != 1:
        return ""
    scheme, _, credentials = shown[0].partition(b" ")
    if scheme.lower() == b"bearer":
        return credentials.strip().decode("latin-1")
    if scheme.lower() != b"basic":
        return ""
    try:
        decoded = b64decode(credentials.strip(), validate=True)
    except Base64Error:
        return ""
    return decoded.partition(b":")[2].decode("latin-1")


def _host(text: bytes) -> str:
    try:
        return normalized_host(text.decode("ascii"))
    except UsageError as error:
        raise RequestNotTaken(400, error.message) from error


def _port(text: bytes) -> int:
    if not 0 < int(text) < 1 << 16:
        raise RequestNotTaken(400, f"there is no port {int(text)}")
    return int(text)
