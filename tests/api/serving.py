"""Start real servers on free loopback ports."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

HERE = Path(__file__).parent
STOP_S = 60  # patience only: a busy machine takes its time


@dataclass(frozen=True)
class Server:
    """A running service of the echo commands."""

    pid: int
    port: int
    folder: Path

    def client(self, **options: Any) -> httpx.Client:
        """A client of it that reads no environment."""
        base = f"http://127.0.0.1:{self.port}"
        return httpx.Client(base_url=base, trust_env=False, timeout=90, **options)


@contextmanager
def working(folder: Path, **settings: str) -> Iterator[None]:
    """Run `zyra worker` with the echo commands, beside a server with the same folders."""
    names = {"UPLOAD_DIR": "uploads", "RESULTS_DIR": "results", "STATE_DIR": "state"}
    environment = {
        **os.environ,
        **{f"ZYRA_{name}": str(folder / below) for name, below in names.items()},
        "ZYRA_DATA_ROOTS": str(folder / "shared"),
        "PYTHONPATH": os.pathsep.join([str(HERE), os.environ.get("PYTHONPATH", "")]),
        "ZYRA_CONCURRENCY": "1",
        **settings,
    }
    command = [sys.executable, "-m", "zyra.cli.main", "worker"]
    command += ["--registry", "echo_commands:REGISTRY"]
    with (
        (folder / "worker.log").open("ab") as log,
        subprocess.Popen(command, env=environment, stderr=log) as process,
    ):
        yield
        process.terminate()
        process.wait(STOP_S)


@contextmanager
def served(folder: Path, **settings: str) -> Iterator[Server]:
    """Start a service with its folders below `folder`; what it logs goes to `server.log` there."""
    for name in ("uploads", "results", "state", "shared"):
        (folder / name).mkdir(exist_ok=True)
    environment = {
        **os.environ,
        "ZYRA_UPLOAD_DIR": str(folder / "uploads"),
        "ZYRA_RESULTS_DIR": str(folder / "results"),
        "ZYRA_STATE_DIR": str(folder / "state"),
        "ZYRA_DATA_ROOTS": str(folder / "shared"),
        "ZYRA_STOP_GRACE_S": "1",  # tests leave commands behind that never end
        **settings,
    }
    command = [sys.executable, str(HERE / "echo_server.py")]
    with (
        (folder / "server.log").open("ab") as log,
        subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=log, text=True
        ) as process,
    ):
        assert process.stdout is not None
        port = process.stdout.readline()
        assert port, (folder / "server.log").read_text()
        yield Server(process.pid, int(port), folder)
        process.terminate()
        process.wait(STOP_S)
