"""Carry bytes between two connected sockets, both ways, until both sides are done.

On Linux the bytes never come into this process: splice(2) moves pages from one socket
through a pipe to the other. Elsewhere they go through one large buffer.
"""

import fcntl
import os
import select
import socket
import struct
import sys
from collections.abc import Sequence
from typing import Protocol

PIECE_BYTES = 1 << 18
_F_SETPIPE_SZ = 1031  # fcntl(2) of Linux
_ABORT = struct.pack("ii", 1, 0)  # linger of zero seconds: close() sends a reset


class Flow(Protocol):
    """Bytes on their way from one socket to another.

    Attributes:
        held: How many have been taken and not yet given.
        ended: Whether the source has no more.
    """

    source: socket.socket
    sink: socket.socket
    held: int
    ended: bool

    def take(self) -> None:
        """Take what the source has, which is at least something or its end."""

    def give(self) -> None:
        """Give what the sink takes now."""

    def close(self) -> None:
        """Let go of what is needed for this."""


def relay(client: socket.socket, host: socket.socket, idle_s: float) -> None:
    """Carry both ways; a half that ends is passed on, and so is a reset.

    Both sockets are left open for the caller to close.

    Raises:
        OSError: A side broke off; the other is set to be reset by its `close`.
    """
    _carry(client, host, [_flow(client, host), _flow(host, client)], idle_s)


def relay_answer(client: socket.socket, host: socket.socket, idle_s: float) -> None:
    """Carry from `host` to `client` only, until the host ends or the client goes away.

    Raises:
        OSError: As `relay`.
    """
    _carry(client, host, [_flow(host, client)], idle_s, watched=client)


def _carry(
    client: socket.socket,
    host: socket.socket,
    flows: Sequence[Flow],
    idle_s: float,
    *,
    watched: socket.socket | None = None,
) -> None:
    client.setblocking(False)
    host.setblocking(False)
    try:
        while not all(flow.ended and not flow.held for flow in flows):
            if not _turn(flows, idle_s, watched):
                break
    except OSError:
        for side in (client, host):
            side.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _ABORT)
        raise
    finally:
        for flow in flows:
            flow.close()


def _turn(flows: Sequence[Flow], idle_s: float, watched: socket.socket | None) -> bool:
    """Wait for what can go on, and do it; False when nothing moves any more."""
    wanted: dict[int, int] = {}
    for flow in flows:
        if flow.held:
            _add(wanted, flow.sink, select.POLLOUT)
        elif not flow.ended:
            _add(wanted, flow.source, select.POLLIN)
    if watched is not None:
        _add(wanted, watched, getattr(select, "POLLRDHUP", 0))
    poller = select.poll()
    for descriptor, events in wanted.items():
        poller.register(descriptor, events)
    ready = dict(poller.poll(idle_s * 1000))
    if watched is not None and ready.get(watched.fileno(), 0) & ~select.POLLOUT:
        return False
    for flow in flows:
        if flow.held and flow.sink.fileno() in ready:
            flow.give()
        elif not flow.held and not flow.ended and flow.source.fileno() in ready:
            _take(flow)
    return bool(ready)


def _add(wanted: dict[int, int], side: socket.socket, events: int) -> None:
    wanted[side.fileno()] = wanted.get(side.fileno(), 0) | events


def _take(flow: Flow) -> None:
    flow.take()
    if flow.held:
        flow.give()
    elif flow.ended:
        flow.sink.shutdown(socket.SHUT_WR)


def _flow(source: socket.socket, sink: socket.socket) -> Flow:
    return _Spliced(source, sink) if sys.platform == "linux" else _Copied(source, sink)


class _Copied:
    """A flow through a buffer."""

    def __init__(self, source: socket.socket, sink: socket.socket) -> None:
        self.source, self.sink = source, sink
        self.held = 0
        self.ended = False
        self._buffer = memoryview(bytearray(PIECE_BYTES))
        self._given = 0

    def take(self) -> None:
        try:
            self.held = self.source.recv_into(self._buffer)
        except BlockingIOError:
            return
        self._given = 0
        self.ended = not self.held

    def give(self) -> None:
        try:
            count = self.sink.send(self._buffer[self._given : self._given + self.held])
        except BlockingIOError:
            return
        self._given += count
        self.held -= count

    def close(self) -> None:
        """There is nothing to let go."""


class _Spliced:
    """A flow through a pipe, which is made when there is something to carry."""

    def __init__(self, source: socket.socket, sink: socket.socket) -> None:
        self.source, self.sink = source, sink
        self.held = 0
        self.ended = False
        self._pipe: tuple[int, int] | None = None

    def take(self) -> None:
        try:
            self.held = _splice(self.source.fileno(), self._ends()[1])
        except BlockingIOError:
            return
        self.ended = not self.held

    def give(self) -> None:
        try:
            self.held -= _splice(self._ends()[0], self.sink.fileno())
        except BlockingIOError:
            return

    def close(self) -> None:
        for descriptor in self._pipe or ():
            os.close(descriptor)

    def _ends(self) -> tuple[int, int]:
        if self._pipe is None:
            self._pipe = os.pipe()
            try:
                fcntl.fcntl(self._pipe[1], _F_SETPIPE_SZ, PIECE_BYTES)
            except PermissionError:  # the user's allowance for large pipes is used up
                return self._pipe
        return self._pipe


def _splice(source: int, sink: int) -> int:
    flags = os.SPLICE_F_MOVE | os.SPLICE_F_NONBLOCK
    return os.splice(source, sink, PIECE_BYTES, flags=flags)
