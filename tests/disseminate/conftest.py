"""Jobs, sources and servers for the commands that deliver."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import pytest
from s3_server import S3Server
from sink_server import SinkServer
from vimeo_server import VimeoServer

from zyra.core.network import NetworkPolicy
from zyra.core.stream_job import StreamJob
from zyra.transfer.http import HttpClient
from zyra.transfer.retries import Retries

LOOPBACK = NetworkPolicy.allowing(["127.0.0.1"])


@dataclass
class Ran:
    """The streams and reports of a run."""

    stdin: BytesIO = field(default_factory=BytesIO)
    stdout: BytesIO = field(default_factory=BytesIO)
    stderr: BytesIO = field(default_factory=BytesIO)
    reports: list[tuple[float, str]] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)
    network: NetworkPolicy = LOOPBACK

    @property
    def told(self) -> str:
        return self.stderr.getvalue().decode()

    def job(self) -> StreamJob:
        return StreamJob(
            self.stdin,
            self.stdout,
            self.stderr,
            self.network,
            report=lambda fraction, message: self.reports.append((fraction, message)),
            detailed=True,
            variables=self.variables,
        )


@pytest.fixture
def ran() -> Ran:
    return Ran()


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A folder with a file, a folder with another, and one that is still being written."""
    folder = tmp_path / "frames"
    (folder / "deep").mkdir(parents=True)
    (folder / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n first")
    (folder / "deep" / "b.txt").write_bytes(b"second")
    (folder / ".part-0123456789abcdef.png").write_bytes(b"half")
    return folder


@pytest.fixture
def pauses() -> list[float]:
    """The pauses that a patient client wanted to make."""
    return []


@pytest.fixture
def patient(pauses: list[float]) -> Iterator[HttpClient]:
    """A client that never really waits."""
    retries = Retries(pause=pauses.append, jitter=lambda: 1.0)
    with HttpClient(LOOPBACK, retries=retries) as made:
        yield made


@pytest.fixture
def sink() -> Iterator[SinkServer]:
    with SinkServer() as running:
        yield running


@pytest.fixture
def vimeo() -> Iterator[VimeoServer]:
    with VimeoServer() as running:
        yield running


@pytest.fixture(scope="session")
def s3() -> Iterator[S3Server]:
    with S3Server() as running:
        yield running
