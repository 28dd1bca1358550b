"""A port for a server of a test, kept from all others while the test needs it.

A socket that is bound but does not listen holds the port: the system gives it to nobody, and
a server that names it may still bind it, since both allow the address to be used again. So
the port also stays the server's while that is down.
"""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

HOST = "127.0.0.1"


@contextmanager
def held_port(host: str = HOST) -> Iterator[int]:
    """A free port of the loopback address, held for the block."""
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind((host, 0))
        yield holder.getsockname()[1]
