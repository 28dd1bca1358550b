"""What a bucket has besides the ports: it is looked at, cached, and refuses in clear words."""

import socket
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from relay import Fault, Relay
from s3_server import KEYS, S3Server

from zyra.core.settings import Settings
from zyra.jobs.objects.assembly import depot_of
from zyra.jobs.objects.depot import Depot
from zyra.jobs.objects.input_cache import InputCache
from zyra.jobs.objects.object_content import opened
from zyra.jobs.objects.upload_objects import UploadObjects
from zyra.jobs.requests import Caller, ServiceUnavailable, StorageFull
from zyra.jobs.watched import Watched

pytestmark = pytest.mark.anyio
MIB = 1 << 20


@pytest.fixture(scope="module")
def s3() -> Iterator[S3Server]:
    with S3Server() as server:
        server.send("PUT", "/storage")
        yield server


@pytest.fixture
def relay(s3: S3Server) -> Iterator[Relay]:
    with Relay(s3.port) as relay:
        yield relay


@pytest.fixture
def depot(s3: S3Server, relay: Relay) -> Depot:
    """Below a prefix of its own, through the relay."""
    variables = s3.variables | {"AWS_ENDPOINT_URL": relay.endpoint}
    return depot_of(f"s3://storage/{uuid4().hex}", variables)


async def test_a_bucket_that_can_be_used_passes_the_check(depot: Depot) -> None:
    await depot.check()


async def test_a_wrong_bucket_is_told_with_its_name_before_anything_starts(s3: S3Server) -> None:
    depot = depot_of("s3://missing-bucket/below", s3.variables)
    with pytest.raises(ServiceUnavailable, match=r"missing-bucket.*ZYRA_STORAGE_URL.*NoSuchBucket"):
        await depot.check()


async def test_an_endpoint_that_refuses_connections_is_told() -> None:
    with socket.socket() as held:  # bound and never listening: no one else gets the port
        held.bind(("127.0.0.1", 0))
        endpoint = f"http://127.0.0.1:{held.getsockname()[1]}"
        depot = depot_of("s3://storage/below", KEYS | {"AWS_ENDPOINT_URL": endpoint})
        with pytest.raises(ServiceUnavailable, match="cannot connect"):
            await depot.check()


async def test_callers_hear_nothing_of_bucket_and_keys(depot: Depot, relay: Relay) -> None:
    relay.fail(Fault.BUSY)
    with pytest.raises(ServiceUnavailable) as refused:
        await depot.read("uploads/x")
    assert "storage of uploads" in refused.value.message
    assert "s3://" not in refused.value.message


async def test_readiness_follows_the_bucket(depot: Depot, relay: Relay) -> None:
    watched = Watched("storage", depot.check, every_s=0.05)
    relay.fail(Fault.RESET)
    with pytest.raises(ServiceUnavailable):
        await watched.start()
    assert watched.checks() == {"storage": False}
    relay.mend()
    await watched.start()
    assert watched.checks() == {"storage": True}
    await watched.close()


async def test_a_download_that_breaks_off_goes_on_where_it_stopped(
    depot: Depot, relay: Relay
) -> None:
    body = bytes(range(256)) * 4096 * 20
    await depot.write("large", body)
    content = await opened(depot, "large", "large")
    got = b""
    async for chunk in content.chunks(0, content.size):
        if len(got) < MIB <= len(got) + len(chunk):
            relay.fail(Fault.RESET)
            relay.mend()
        got += chunk
    assert got == body


async def test_an_abandoned_upload_leaves_no_parts(depot: Depot, s3: S3Server) -> None:
    writer = UploadObjects(depot, 1 << 30).start(Caller("me"), "a.bin")
    for _ in range(20):
        await writer.write(bytes(MIB))
    await writer.abandon()
    with urllib.request.urlopen(f"{s3.endpoint}/storage?uploads") as answer:
        assert b"<Key>" not in answer.read()


async def test_copies_are_forgotten_when_the_disk_is_short_of_room(
    depot: Depot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await depot.write("one", b"1" * 1000)
    await depot.write("two", b"2" * 1000)
    cache = InputCache(tmp_path / "cache", depot, floor_bytes=1000)
    await cache.link("one", tmp_path / "first")
    free = {1: 2500, 0: 3500}  # by how many copies there are
    monkeypatch.setattr(
        "shutil.disk_usage", lambda folder: _Usage(free[len(list(folder.iterdir()))] - 1000)
    )
    await cache.link("two", tmp_path / "second")
    assert len(list((tmp_path / "cache").iterdir())) == 1
    assert (tmp_path / "first").read_bytes() == b"1" * 1000
    monkeypatch.setattr("shutil.disk_usage", lambda _: _Usage(1500))
    await depot.write("three", b"3" * 1000)
    with pytest.raises(StorageFull, match="no room for an input of 1000 bytes"):
        await cache.link("three", tmp_path / "third")


class _Usage:
    def __init__(self, free: int) -> None:
        self.free = free


@pytest.mark.parametrize(
    "url", ["bucket", "http://x/y", "s3://", "s3:///key", "ftp://a/b", "s3://b?x"]
)
def test_a_storage_url_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="storage_url"):
        Settings(storage_url=url)
