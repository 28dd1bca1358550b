"""A real server on a free loopback port, and a client of it."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

# The server, and its warm parent, find the echo commands on the same path.
sys.path.insert(0, str(Path(__file__).parent))
# Attacks are made by the same code in tests and in benchmarks.
sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

from serving import Server, served

Run = Callable[..., dict[str, Any]]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A service without a key, for all tests."""
    limits = {"ZYRA_MAX_UPLOAD_BYTES": str(8 << 20)}
    with served(tmp_path_factory.mktemp("server"), **limits) as server:
        yield server


@pytest.fixture(scope="session")
def client(server: Server) -> Iterator[httpx.Client]:
    """A client of the service without a key."""
    with server.client() as client:
        yield client


@pytest.fixture
def run(client: httpx.Client) -> Run:
    """Run a command and return the answer: `run("process", "echo", text="hi")`."""

    def run_command(stage: str, command: str, **args: Any) -> dict[str, Any]:
        body = {"stage": stage, "command": command, "args": args}
        answer = client.post("/cli/run", json=body)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    return run_command
