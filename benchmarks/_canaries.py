"""Files and ports that nobody may touch, and that notice when somebody does. Needs Linux."""

import ctypes
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

SECRET = "canary-7b1f-nobody-reads-this"
_LIBC = ctypes.CDLL(None, use_errno=True)
_TOUCHED = (
    0x20 | 0x1 | 0x2 | 0x4 | 0x100 | 0x200 | 0x40 | 0x80
)  # open, read, write, make, remove, move
_NONBLOCK = 0o4000


@dataclass
class Canaries:
    """What was touched.

    Attributes:
        file: A file that holds `SECRET`.
        port: Of listeners on every loopback address.
        connections: How many were made to them.
    """

    file: Path
    port: int
    connections: int = 0
    _watch: int = -1
    _listeners: list[socket.socket] = field(default_factory=list)

    def opened(self) -> int:
        """How often the file or its folder was opened, changed or listed since the last call."""
        try:
            return len(os.read(self._watch, 1 << 20)) // 16
        except BlockingIOError:
            return 0


@contextmanager
def canaries(folder: Path) -> Iterator[Canaries]:
    """Put them out: files below `folder`, listeners on a free port of 127.0.0.1 and ::1."""
    folder.mkdir()
    (folder / "secret.txt").write_text(SECRET)
    (folder / "link-to-secret").symlink_to("secret.txt")
    listeners = _listen()
    found = Canaries(folder / "secret.txt", listeners[0].getsockname()[1], _listeners=listeners)
    for listener in listeners:
        threading.Thread(target=_count, args=(listener, found), daemon=True).start()
    found._watch = _LIBC.inotify_init1(_NONBLOCK)
    if found._watch < 0 or _LIBC.inotify_add_watch(found._watch, os.fsencode(folder), _TOUCHED) < 0:
        raise OSError(ctypes.get_errno(), "inotify, which this needs, is not there")
    try:
        yield found
    finally:
        os.close(found._watch)
        for listener in listeners:
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()


def _listen() -> list[socket.socket]:
    first = socket.create_server(("127.0.0.1", 0))
    if not socket.has_ipv6:
        return [first]
    try:
        return [
            first,
            socket.create_server(("::1", first.getsockname()[1]), family=socket.AF_INET6),
        ]
    except OSError:  # no loopback of IPv6 here
        return [first]


def _count(listener: socket.socket, found: Canaries) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:  # closed: the end
            return
        found.connections += 1
        connection.close()
