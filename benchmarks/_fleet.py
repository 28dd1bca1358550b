"""Several server processes that share their folders, to be killed and started again."""

import asyncio
import os
import runpy
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from _service import free_port
from zyra.jobs.isolation.leftovers import MARK
from zyra.jobs.isolation.process_tree import children_of

HERE = Path(__file__).parent
REDIS_SERVER = HERE.parent / "tests" / "servers" / "redis_server.py"
START_S = 60.0


def environment(folder: Path, **settings: str) -> dict[str, str]:
    """The settings of a service whose folders lie in `folder`."""
    names = {"ZYRA_UPLOAD_DIR": "uploads", "ZYRA_RESULTS_DIR": "results", "ZYRA_STATE_DIR": "state"}
    ours = {name: str(folder / place) for name, place in names.items()}
    ours["ZYRA_ALLOW_HOSTS"] = "127.0.0.1"  # the ledger is kept there
    ours["ZYRA_LOG_LEVEL"] = "warning"  # no line for each request, as a quiet uvicorn
    return os.environ | ours | settings


@dataclass
class Member:
    """A process of the fleet, started again whenever it is killed.

    Attributes:
        command: What is run.
        environment: Its whole environment.
        died: When each of its processes was killed, by process id; seconds since 1970.
        started: When each of its processes was started.
    """

    command: list[str]
    environment: dict[str, str]
    died: dict[int, float] = field(default_factory=dict)
    started: list[float] = field(default_factory=list)
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        """Start it."""
        self.process = subprocess.Popen(self.command, env=self.environment)
        self.started.append(time.time())

    @property
    def pid(self) -> int | None:
        """Its process id while it runs."""
        running = self.process is not None and self.process.poll() is None
        return self.process.pid if self.process and running else None

    def ran_through(self, begin: float, end: float) -> bool:
        """Whether one process of it was there all the time between two moments."""
        changes = [*self.started, *self.died.values()]
        return not any(begin < when < end for when in changes)

    def kill(self) -> None:
        """End it as a crash does."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.died[self.process.pid] = time.time()

    def stop(self) -> None:
        """End it as a person does."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait()


@dataclass
class Server(Member):
    """A web server of the commands of `_load_commands`."""

    port: int = field(default_factory=free_port)

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"


def server(folder: Path, **settings: str) -> Server:
    """A server with its folders in `folder`, not started."""
    port = free_port()
    command = [sys.executable, str(HERE / "_load_server.py"), str(port)]
    return Server(command, environment(folder, **settings), port=port)


class Worker(Member):
    """A `zyra worker`."""


def worker(folder: Path, **settings: str) -> Worker:
    """A worker that shares the folders of servers, not started."""
    command = [sys.executable, "-m", "zyra.cli.main", "worker"]
    options = ["--registry", "_load_commands:REGISTRY"]
    path = os.pathsep.join(filter(None, (str(HERE), os.environ.get("PYTHONPATH"))))
    return Worker([*command, *options], environment(folder, **settings, PYTHONPATH=path))


@dataclass
class Redis(Member):
    """A Redis that writes to disk what it acknowledges."""

    port: int = 0

    @property
    def url(self) -> str:
        """Its address."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start it, and return when it answers."""
        super().start()
        wait_for_port(self.port)


def redis(folder: Path) -> Redis:
    """A Redis with its data in `folder`, not started."""
    port = free_port()
    options = {"port": str(port), "dir": str(folder), "save": "", "appendonly": "yes"}
    flags = [part for name, value in options.items() for part in (f"--{name}", value)]
    program = str(runpy.run_path(str(REDIS_SERVER))["server_program"]())
    return Redis([program, *flags, "--loglevel", "warning"], dict(os.environ), port=port)


def wait_for_port(port: int) -> None:
    """Return when somebody listens there.

    Raises:
        ConnectionError: Nobody does, for long.
    """
    deadline = time.monotonic() + START_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except ConnectionRefusedError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return


@asynccontextmanager
async def running(*members: Member) -> AsyncIterator[None]:
    """Start the members, wait until they are ready, and end them afterwards."""
    for member in members:
        member.start()
    try:
        await asyncio.gather(*(ready(m.url) for m in members if isinstance(m, Server)))
        yield
    finally:
        for member in reversed(members):
            member.stop()


async def ready(url: str) -> None:
    """Return when the server at `url` runs commands without having to load anything.

    Raises:
        TimeoutError: It did not in time.
    """
    async with asyncio.timeout(START_S), httpx.AsyncClient(base_url=url, trust_env=False) as client:
        while True:
            try:
                if (await client.get("/ready")).status_code == httpx.codes.OK:
                    return
            except httpx.TransportError:
                await asyncio.sleep(0.05)
            await asyncio.sleep(0.01)


def warm_parents(pid: int) -> list[int]:
    """Process ids of the warm parents of a server."""
    return [child for child in children_of(pid) if marked_by(child) == pid]


def marked_by(pid: int) -> int | None:
    """Process id of the server that a process belongs to, by its mark; None if it has none."""
    try:
        variables = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return None
    prefix = f"{MARK}=".encode()
    marks = [v.removeprefix(prefix) for v in variables if v.startswith(prefix)]
    return int(marks[0].partition(b"-")[0]) if marks else None


def belonging_to(servers: set[int]) -> list[int]:
    """Process ids of everything that carries the mark of one of these servers."""
    pids = (int(entry.name) for entry in os.scandir("/proc") if entry.name.isdigit())
    return [pid for pid in pids if marked_by(pid) in servers]


def kill(pid: int) -> bool:
    """Send KILL; False when the process is gone already."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True
