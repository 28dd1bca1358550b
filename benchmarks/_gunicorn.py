"""The service as in production: two servers under gunicorn, by the file in deploy/.

with served(folder) as server:
    server.client().get("/health")
    server.stop()
    server.start()
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import httpx
import psutil  # type: ignore[import-untyped]

from _held_port import HOST, held_port

CONFIG = Path(__file__).parents[1] / "deploy/gunicorn.conf.py"
START_S = 100
STOP_S = 60
KEY = "a-key-of-tests-and-of-nothing-else"


@dataclass
class GunicornServer:
    """One service with its folders below `folder`; a context manager."""

    folder: Path
    port: int
    settings: dict[str, str] = field(default_factory=dict)
    _process: "subprocess.Popen[bytes] | None" = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    @property
    def pid(self) -> int:
        """The master's."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start, and return when it is ready."""
        command = [sys.executable, "-m", "gunicorn", "--config", str(CONFIG)]
        self._process = subprocess.Popen(
            [*command, "zyra.api.server:app"],
            cwd=self.folder,
            env=os.environ | self._environment(),
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        with self.client() as client:
            wait_until(lambda: self._is_up(client), "gunicorn is ready", START_S)

    def stop(self) -> int:
        """End it as a service manager does; its exit code."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(STOP_S)

    def kill(self) -> None:
        """End it with all of its servers, if it runs."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def reload(self) -> None:
        """Replace its servers by new ones; return when the old ones are gone."""
        old = self.servers()
        os.kill(self.pid, signal.SIGHUP)
        wait_until(lambda: not old & (new := self.servers()) and len(new) >= 2, "reloaded", START_S)

    def servers(self) -> set[int]:
        """Process ids of the servers that answer, without what they started."""
        return {child.pid for child in psutil.Process(self.pid).children()}

    def client(self, host: str = HOST, **options: Any) -> httpx.Client:
        """A client that asks the service itself, without a proxy."""
        address = f"http://{host}:{self.port}"
        return httpx.Client(base_url=address, trust_env=False, timeout=60, **options)

    def _is_up(self, client: httpx.Client) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, "gunicorn ended at once"
        return is_served(client)

    def _environment(self) -> dict[str, str]:
        places = ("UPLOAD", "RESULTS", "STATE")
        folders = {f"ZYRA_{name}_DIR": str(self.folder / name.lower()) for name in places}
        return {"ZYRA_BIND": f"{HOST}:{self.port}", "ZYRA_SERVERS": "2", **folders, **self.settings}


@contextmanager
def served(folder: Path, **settings: str) -> Iterator[GunicornServer]:
    """A service that knows `KEY`, on a port that stays its own."""
    given = {"ZYRA_API_KEY": KEY, **settings}
    with held_port() as port, GunicornServer(folder, port, given) as server:
        yield server


def is_served(client: httpx.Client, path: str = "/health") -> bool:
    """Whether `path` is answered with 200 now."""
    try:
        return client.get(path).status_code == 200
    except httpx.TransportError:
        return False


def wait_until(holds: Callable[[], object], what: str, limit_s: float) -> None:
    """Return as soon as `holds()` is true.

    Raises:
        TimeoutError: It is not within `limit_s`.
    """
    end = time.monotonic() + limit_s
    while not holds():
        if time.monotonic() > end:
            raise TimeoutError(f"not within {limit_s} s: {what}")
        time.sleep(0.02)
