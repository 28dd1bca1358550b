"""A loopback server, a job, and a client that never really waits."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO

import pytest
from http_server import HttpServer
from s3_server import S3Server

from zyra.core.network import NetworkPolicy
from zyra.core.stream_job import StreamJob
from zyra.transfer.http import HttpClient
from zyra.transfer.retries import Retries

LOOPBACK = NetworkPolicy.allowing(["127.0.0.1"])


@dataclass
class Pauses:
    """The pauses a client wanted to make."""

    seconds: list[float] = field(default_factory=list)

    def retries(self) -> Retries:
        return Retries(pause=self.seconds.append, jitter=lambda: 1.0)


@pytest.fixture
def server() -> Iterator[HttpServer]:
    with HttpServer() as running:
        yield running


@pytest.fixture(scope="session")
def s3() -> Iterator[S3Server]:
    with S3Server() as running:
        yield running


@pytest.fixture
def pauses() -> Pauses:
    return Pauses()


@pytest.fixture
def client(pauses: Pauses) -> Iterator[HttpClient]:
    with HttpClient(LOOPBACK, retries=pauses.retries()) as made:
        yield made


@pytest.fixture
def reports() -> list[tuple[float, str]]:
    return []


@pytest.fixture
def job(reports: list[tuple[float, str]]) -> StreamJob:
    return StreamJob(
        stdin=BytesIO(b"from stdin"),
        stdout=BytesIO(),
        stderr=BytesIO(),
        network=LOOPBACK,
        report=lambda fraction, message: reports.append((fraction, message)),
    )
