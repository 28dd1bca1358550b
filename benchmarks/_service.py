"""A service of our own on a free loopback port, for benchmarks that talk HTTP."""

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

PATIENCE_S = 30.0


def free_port() -> int:
    """A port of the loopback address that nobody uses just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(
    folder: Path, port: int, settings: Mapping[str, str] | None = None
) -> "subprocess.Popen[bytes]":
    """Start the service with its folders in `folder`, and with other settings if given."""
    places = {
        "ZYRA_UPLOAD_DIR": "uploads",
        "ZYRA_RESULTS_DIR": "results",
        "ZYRA_STATE_DIR": "state",
    }
    return subprocess.Popen(
        [
            sys.executable,
            "-m",
            "uvicorn",
            "zyra.api.server:app",
            "--port",
            str(port),
            "--log-level",
            "warning",
            "--no-access-log",
        ],
        env=os.environ
        | {name: str(folder / place) for name, place in places.items()}
        | {"ZYRA_LOG_LEVEL": "warning"}
        | dict(settings or {}),
    )


def wait_until(port: int, path: str) -> None:
    """Return when a GET of `path` answers 200.

    Raises:
        TimeoutError: It did not in 30 s.
    """
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        try:
            with closing(Client(port)) as client:
                if client.get(path)[0] == 200:
                    return
        except ConnectionRefusedError:
            time.sleep(0.002)
    raise TimeoutError(f"{path} does not answer")


@contextmanager
def running(folder: Path, settings: Mapping[str, str] | None = None) -> Iterator["Client"]:
    """A warm service and a connection to it."""
    port = free_port()
    process = start(folder, port, settings)
    try:
        wait_until(port, "/ready")
        with closing(Client(port)) as client:
            yield client
    finally:
        process.terminate()
        process.wait()


class Client:
    """One kept-alive connection."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._connection = http.client.HTTPConnection("127.0.0.1", port)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def get(self, path: str) -> tuple[int, Any]:
        """Status and decoded answer of a GET."""
        return self._ask("GET", path)

    def post(self, path: str, body: Mapping[str, Any]) -> tuple[int, Any]:
        """Status and decoded answer of a POST with a JSON body."""
        return self._ask("POST", path, json.dumps(body))

    def _ask(self, method: str, path: str, body: str | None = None) -> tuple[int, Any]:
        headers = {"Content-Type": "application/json"} if body else {}
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        return answer.status, json.loads(answer.read())
