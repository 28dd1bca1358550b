"""Connect through the egress broker: HTTP's CONNECT, as any proxy understands it.

Source: RFC 9110, section 9.3.6.
"""

import errno
import os
import re
import socket

from zyra.core.egress import FAILURE, HOST, Broker
from zyra.core.errors import AddressRefused, TransferError, TransientTransferError
from zyra.core.network import REMEDY

_HEAD_BYTES = 8192
_END = b"\r\n\r\n"
_STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})[^\r\n]*\r\n")
_OPEN, _REFUSED, _BUSY = 200, 403, 503


def dial_through(broker: Broker, host: str, port: int, timeout_s: float | None) -> socket.socket:
    """A socket that the broker has connected to `host`.

    Raises:
        AddressRefused: The service's policy forbids it.
        TransientTransferError: The broker has too many connections open.
        TransferError: It does not let this run in.
        OSError: The name does not resolve or no address answers, as for a direct connection.
    """
    connection = socket.create_connection((HOST, broker.port), timeout_s)
    try:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sendall(_request(broker, host, port))
        _check_grant(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _request(broker: Broker, host: str, port: int) -> bytes:
    authority = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    lines = (
        f"CONNECT {authority} HTTP/1.1",
        f"Host: {authority}",
        f"Proxy-Authorization: {broker.authorization}",
        "\r\n",
    )
    return "\r\n".join(lines).encode("ascii")


def _check_grant(connection: socket.socket) -> None:
    head = _head(connection)
    status = int(head.partition(b" ")[2][:3])
    if status != _OPEN:
        raise _failure(status, head, _body(connection, head))


def _head(connection: socket.socket) -> bytes:
    """The head of the answer, and not a byte more: what follows belongs to the host."""
    head = bytearray()
    while not head.endswith(_END) and len(head) < _HEAD_BYTES:
        byte = connection.recv(1)  # a grant has 19 bytes: not worth a buffer that reads too far
        if not byte:
            break
        head += byte
    if not _STATUS.match(head) or not head.endswith(_END):
        raise ConnectionResetError(errno.ECONNRESET, "the egress broker hung up")
    return bytes(head)


def _body(connection: socket.socket, head: bytes) -> str:
    found = re.search(rb"(?i)\r\ncontent-length: *(\d{1,5})\r\n", head)
    length = int(found[1]) if found else 0
    return connection.recv(length, socket.MSG_WAITALL).decode("utf-8", "replace").strip()


def _failure(status: int, head: bytes, text: str) -> Exception:
    if status == _REFUSED:
        return AddressRefused(text, hint=REMEDY)
    if status == _BUSY:
        return TransientTransferError(text, hint="open fewer connections at a time")
    named = re.search(rf"(?i)\r\n{FAILURE}: *(E[A-Z_0-9]+)\r\n".encode(), head)
    if named is None:
        return TransferError(f"the egress broker answers {status}: {text}")
    name = named[1].decode("ascii")
    if name.startswith("EAI_"):
        return socket.gaierror(getattr(socket, name, socket.EAI_FAIL), text)
    number = getattr(errno, name, errno.EIO)
    return OSError(number, os.strerror(number))
