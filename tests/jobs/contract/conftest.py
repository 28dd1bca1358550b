"""Each port, embedded and on Redis; a test that takes one runs on both."""

import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from redis_server import RedisServer
from s3_server import S3Server

# What tests of several files make jobs and ports with.
sys.path.insert(0, str(Path(__file__).parent))

from ports_for_tests import Connect, Ports, Store, embedded, on_redis
from storages_for_tests import BUCKET, ConnectStorage, in_bucket, in_folders

from zyra.jobs.storage import Storage


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """A Redis for all tests that do not harm it."""
    with RedisServer(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture(params=["embedded", "redis"])
async def connect(
    request: pytest.FixtureRequest, tmp_path: Path, anyio_backend: str
) -> AsyncIterator[Connect]:
    """Makes the ports of one more process of the same service."""
    if request.param == "embedded":
        made = embedded(tmp_path)
    else:
        made = on_redis(request.getfixturevalue("redis_server").url)
    async for connect in made:
        yield connect


@pytest.fixture
def ports(connect: Connect) -> Ports:
    """The ports of one process."""
    return connect()


@pytest.fixture
def store(ports: Ports) -> Store:
    """A job store, which has the leases too."""
    return ports.store


@pytest.fixture(scope="session")
def s3() -> Iterator[S3Server]:
    """An object store with a bucket."""
    with S3Server() as server:
        server.send("PUT", f"/{BUCKET}")
        yield server


@pytest.fixture(params=["folders", "bucket"])
def connect_storage(request: pytest.FixtureRequest, tmp_path: Path) -> ConnectStorage:
    """Makes the storage of one more process of the same service."""
    if request.param == "folders":
        return in_folders(tmp_path)
    return in_bucket(tmp_path, request.getfixturevalue("s3"))


@pytest.fixture
def storage(connect_storage: ConnectStorage) -> Storage:
    """The storage of one process."""
    return connect_storage()
