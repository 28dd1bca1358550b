"""A process leaves no connection to its Redis behind, neither when it is lost nor at the end."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis
from redis_server import RedisServer

from zyra.core.settings import Settings
from zyra.jobs.redis.connection import Link
from zyra.jobs.redis.hub import Hub
from zyra.wiring import build_service

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(30)]


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """A Redis of which every connection belongs to these tests."""
    with RedisServer(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture
def outside(redis: RedisServer) -> Iterator["Redis[bytes]"]:
    """Somebody else who is connected to it."""
    with Redis.from_url(redis.url) as client:
        yield client


async def joined(hub: Hub, channel: str) -> None:
    """Join, and return when it is subscribed."""
    is_subscribed = asyncio.Event()
    hub.join(channel, lambda message: is_subscribed.set() if message is None else None)
    await is_subscribed.wait()


@pytest.mark.parametrize("turns", [1, 2, 5])
async def test_a_lost_connection_is_replaced_by_one(
    redis: RedisServer, outside: "Redis[bytes]", monkeypatch: pytest.MonkeyPatch, turns: int
) -> None:
    opened: list[asyncio.StreamWriter] = []
    open_connection = asyncio.open_connection

    async def noting(host: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await open_connection(host, port)
        opened.append(writer)
        return reader, writer

    monkeypatch.setattr(asyncio, "open_connection", noting)
    link = Link(redis.url)
    hub = Hub(link, "control")
    await joined(hub, "before")
    outside.client_kill_filter(_type="pubsub")
    for turn in range(turns):  # others are wanted just when the loss is noticed
        hub.join(f"meanwhile-{turn}", lambda message: None)
        await asyncio.sleep(0)
    await joined(hub, "after")
    assert sum(not writer.is_closing() for writer in opened) == 1
    await hub.close()
    await link.close()


async def test_nothing_of_a_server_works_on_when_it_leaves_redis(
    redis: RedisServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = asyncio.all_tasks()
    left: list[set[asyncio.Task[object]]] = []
    close = Link.close

    async def noting(link: Link) -> None:
        left.append(asyncio.all_tasks() - before)
        await close(link)

    monkeypatch.setattr(Link, "close", noting)
    folders = {name: tmp_path / name for name in ("upload_dir", "results_dir", "state_dir")}
    service = build_service(Settings(redis_url=redis.url, **folders))
    await service.start()
    await service.close()
    assert left == [set()]
