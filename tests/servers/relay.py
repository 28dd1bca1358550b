"""Stands between a client and an HTTP server on the loopback address, and fails on order.

with Relay(server.port) as relay:
    relay.fail(Fault.RESET)   # every connection, also those that are open
    relay.fail(Fault.BUSY)    # answers 503
    relay.mend()
"""

import socket
import struct
from enum import Enum
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Lock, Thread
from typing import Self

HOST = "127.0.0.1"
PIECE = 1 << 16
BUSY = (
    b"HTTP/1.1 503 Slow Down\r\nContent-Type: application/xml\r\nConnection: close\r\n"
    b"Content-Length: 44\r\n\r\n<Error><Code>SlowDown</Code></Error>        "
)


class Fault(Enum):
    """What goes wrong with every connection."""

    RESET = "reset"
    BUSY = "busy"


class Relay:
    """The relay; a context manager."""

    def __init__(self, port: int) -> None:
        self.target = (HOST, port)
        self.fault: Fault | None = None
        self._open: set[socket.socket] = set()
        self._lock = Lock()
        self._server = _Listener((HOST, 0), _Handler)
        self._server.owner = self
        self._thread = Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.fail(Fault.RESET)
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def endpoint(self) -> str:
        return f"http://{HOST}:{self._server.server_address[1]}"

    def fail(self, fault: Fault) -> None:
        """Break off what is open, and let all that comes fail."""
        with self._lock:
            self.fault = fault
            for connection in self._open:
                _reset(connection)

    def mend(self) -> None:
        """Work again."""
        self.fault = None

    def admit(self, *connections: socket.socket) -> bool:
        """Whether they may pass; they are broken off when something goes wrong later."""
        with self._lock:
            self._open |= set(connections)
            return self.fault is None

    def forget(self, *connections: socket.socket) -> None:
        """They are closed."""
        with self._lock:
            self._open -= set(connections)


class _Listener(ThreadingTCPServer):
    owner: Relay
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: connections break off on purpose."""


class _Handler(BaseRequestHandler):
    server: _Listener
    request: socket.socket

    def handle(self) -> None:
        owner = self.server.owner
        if owner.fault is Fault.BUSY:
            self.request.recv(PIECE)
            self.request.sendall(BUSY)
            self.request.shutdown(socket.SHUT_WR)
            while self.request.recv(PIECE):  # else what is unread would reset the answer
                continue
            return
        with socket.create_connection(owner.target) as onward:
            if not owner.admit(self.request, onward):
                _reset(self.request)
                return
            try:
                back = Thread(target=_copy, args=(onward, self.request), daemon=True)
                back.start()
                _copy(self.request, onward)
                back.join()
            finally:
                owner.forget(self.request, onward)


def _copy(source: socket.socket, target: socket.socket) -> None:
    try:
        while piece := source.recv(PIECE):
            target.sendall(piece)
        target.shutdown(socket.SHUT_WR)
    except OSError:  # the other direction was broken off
        return


def _reset(connection: socket.socket) -> None:
    """Break off: the other side sees a reset, and threads here come to an end."""
    try:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:  # it is closed already
        return
