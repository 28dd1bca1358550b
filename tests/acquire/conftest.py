"""A loopback server, and a way to run `acquire http` against it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import pytest
from api_server import ApiServer
from http_server import HttpServer

from zyra.acquire.api import run as run_api
from zyra.acquire.commands.api import ApiArgs
from zyra.acquire.commands.http import HttpArgs
from zyra.acquire.http import run
from zyra.core.network import NetworkPolicy
from zyra.core.stream_job import StreamJob
from zyra.registry import CLI_REGISTRY, find_command

LOOPBACK = NetworkPolicy.allowing(["127.0.0.1"])


@dataclass
class Ran:
    """What a run wrote and reported."""

    stdin: BytesIO = field(default_factory=BytesIO)
    stdout: BytesIO = field(default_factory=BytesIO)
    stderr: BytesIO = field(default_factory=BytesIO)
    reports: list[tuple[float, str]] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)
    network: NetworkPolicy = LOOPBACK

    @property
    def lines(self) -> list[str]:
        return self.stdout.getvalue().decode().splitlines()

    def job(self) -> StreamJob:
        return StreamJob(
            self.stdin,
            self.stdout,
            self.stderr,
            self.network,
            variables=self.variables,
            report=lambda fraction, message: self.reports.append((fraction, message)),
        )


@pytest.fixture
def server() -> Iterator[HttpServer]:
    with HttpServer() as running:
        yield running


@pytest.fixture
def ran() -> Ran:
    return Ran()


@pytest.fixture
def acquire(ran: Ran) -> Callable[..., Ran]:
    def acquired(**args: Any) -> Ran:
        run(HttpArgs.model_validate(args), ran.job())
        return ran

    return acquired


@pytest.fixture
def api() -> Iterator[ApiServer]:
    """A web API that says what it was asked, until `answer` is set."""
    with ApiServer() as running:
        yield running


@pytest.fixture
def ask(ran: Ran) -> Callable[..., Ran]:
    def asked(**args: Any) -> Ran:
        run_api(ApiArgs.model_validate({"retry_backoff": 0, **args}), ran.job())
        return ran

    return asked


@pytest.fixture
def fetched(ran: Ran) -> Callable[..., Ran]:
    """Runs any command of the stage: `fetched("ftp", path=...)`."""

    def fetched_by(name: str, **args: Any) -> Ran:
        command = find_command(CLI_REGISTRY, "acquire", name)
        ran.stdout.seek(0)
        ran.stdout.truncate()
        command.load_run()(command.args.model_validate(args), ran.job())
        return ran

    return fetched_by
