"""A server that does with each connection what a test says; for what no proper server would do.

with RawServer(lambda connection: connection.sendall(b"hello")) as server:
    server.port
"""

import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from threading import Thread

HOST = "127.0.0.1"
Talk = Callable[[socket.socket], object]


class RawServer:
    """The server, with a thread for each connection; a context manager.

    Args:
        talk: Does what is to be done with a connection; it is closed afterwards.

    Attributes:
        served: How many connections there were.
    """

    def __init__(self, talk: Talk) -> None:
        self.served = 0
        self._talk = talk
        self._listener = socket.create_server((HOST, 0))
        self._open: list[socket.socket] = []
        self._threads = [Thread(target=self._accept)]

    def __enter__(self) -> "RawServer":
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._threads[0].join()
        for connection in self._open:
            with suppress(OSError):  # it is closed
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:  # closed: the test is over
                return
            self.served += 1
            self._open.append(connection)
            self._threads.append(Thread(target=self._serve, args=(connection,)))
            self._threads[-1].start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):  # the client has hung up
            self._talk(connection)


def reset(connection: socket.socket) -> None:
    """Close with RST instead of FIN."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def listen(connection: socket.socket) -> None:
    """Say nothing until the client is gone."""
    while connection.recv(1 << 16):
        pass
