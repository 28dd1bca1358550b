"""What only the implementation on Redis has to promise: lost answers, limits, outages."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from jobs_for_tests import submission, succeeded
from ports_for_tests import Connect, Ports, on_redis
from redis_server import RedisServer

from zyra.jobs.events import Frame
from zyra.jobs.ports import Query
from zyra.jobs.records import Status
from zyra.jobs.redis.connection import Link
from zyra.jobs.redis.event_streams import CUT_MESSAGE, RedisEventLog
from zyra.jobs.redis.hub import Hub
from zyra.jobs.redis.keys import Keys
from zyra.jobs.requests import ServiceUnavailable

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(30)]

END = Frame(exit_code=0, status=Status.SUCCEEDED)


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[RedisServer]:
    """A Redis that a test may hurt."""
    with RedisServer(tmp_path) as server:
        yield server


@pytest.fixture
async def connect(own_redis: RedisServer, anyio_backend: str) -> AsyncIterator[Connect]:
    """Makes the ports of one more process on that Redis."""
    async for connect in on_redis(own_redis.url):
        yield connect


@pytest.fixture
def ports(connect: Connect) -> Ports:
    return connect()


async def until_it_works(work: Callable[[], Awaitable[Any]]) -> Any:
    """Try again while Redis is away, as the runner does."""
    while True:
        try:
            return await work()
        except ServiceUnavailable:
            await asyncio.sleep(0.05)


@dataclass
class AnswerLost:
    """A Redis that does what it is told while its answer is late: paused, then resumed."""

    server: RedisServer

    async def during(self, work: Awaitable[Any]) -> None:
        self.server.pause()
        with pytest.raises(ServiceUnavailable):
            await work
        self.server.resume()


@pytest.fixture
def answer_lost(own_redis: RedisServer) -> AnswerLost:
    return AnswerLost(own_redis)


async def test_a_frame_whose_answer_was_lost_is_not_told_twice(
    ports: Ports, answer_lost: AnswerLost
) -> None:
    job_id = str(uuid4())
    await ports.log.append(job_id, Frame(stdout="a"))
    frame = Frame(stdout="b")
    await answer_lost.during(ports.log.append(job_id, frame))
    await until_it_works(lambda: ports.log.append(job_id, frame))
    await ports.log.append(job_id, END)
    assert [f.stdout async for f in ports.log.follow(job_id, 0)] == ["a", "b", ""]


async def test_equal_frames_after_one_another_are_both_told(ports: Ports) -> None:
    job_id = str(uuid4())
    for _ in range(2):
        await ports.log.append(job_id, Frame(stdout="same"))
    await ports.log.append(job_id, END)
    assert [f.stdout async for f in ports.log.follow(job_id, 0)] == ["same", "same", ""]


async def test_a_claim_whose_answer_was_lost_is_still_the_claimers(
    connect: Connect, answer_lost: AnswerLost
) -> None:
    here, there = connect().store, connect().store
    record = await here.add(submission())
    await answer_lost.during(here.claim("r", 60, record.job_id))
    claimed = await until_it_works(lambda: here.claim("r", 60, record.job_id))
    assert claimed.record.attempts == 1
    assert await there.claim("other", 60, record.job_id) is None
    assert await here.claim("r", 60, record.job_id) is None


async def test_an_end_whose_answer_was_lost_is_told_to_the_holder(
    ports: Ports, answer_lost: AnswerLost
) -> None:
    store = ports.store
    record = await store.add(submission())
    await store.claim("r", 60)
    await answer_lost.during(store.finish("r", record.job_id, **succeeded()))
    final = await until_it_works(lambda: store.finish("r", record.job_id, **succeeded()))
    assert final.status is Status.SUCCEEDED
    assert await store.finish("r", record.job_id, **succeeded()) is None


async def test_a_submission_whose_answer_was_lost_is_found_by_its_key(
    ports: Ports, answer_lost: AnswerLost
) -> None:
    asked = submission("key")
    await answer_lost.during(ports.store.add(asked))
    again = replace(asked, record=replace(asked.record, job_id=str(uuid4())))
    added = await until_it_works(lambda: ports.store.add(again))
    assert [record.job_id for record in (await ports.store.page(Query("me"))).jobs] == [
        added.job_id
    ]


async def test_a_long_log_is_cut_and_says_where_all_of_it_is(own_redis: RedisServer) -> None:
    link, keys, job_id = Link(own_redis.url), Keys("test"), str(uuid4())
    hub = Hub(link, keys.signals)
    log = RedisEventLog(link, keys, hub, 3600.0, kept_bytes=10_000)
    for _ in range(40):
        await log.append(job_id, Frame(stdout="x" * 1000))
    await log.append(job_id, END)
    frames = [frame async for frame in log.follow(job_id, 0)]
    await hub.close()
    await link.close()
    assert [frame.seq for frame in frames] == list(range(2, 43))
    kept = [frame.seq for frame in frames if frame.stdout]
    assert kept == list(range(kept[0], 42))
    assert 5 < len(kept) < 10
    assert {frame.message for frame in frames if frame.seq < kept[0]} == {CUT_MESSAGE}


async def test_frames_go_some_time_after_the_end(ports: Ports) -> None:
    job_id = str(uuid4())
    await ports.log.append(job_id, Frame(stdout="a"))
    client, keys = ports.log._link.client, ports.log._keys
    names = (keys.frames(job_id), keys.frames_state(job_id))
    assert [await client.ttl(name) for name in names] == [-1, -1]
    await ports.log.append(job_id, END)
    assert all([0 < await client.ttl(name) <= 3600 for name in names])


async def test_after_an_outage_a_lease_may_first_be_renewed(ports: Ports) -> None:
    store = ports.store
    record = await store.add(submission())
    await store.claim("r", -1.0)
    await store._link.client.set(store._keys.swept, "0")  # nobody has looked since 1970
    assert await store.expire() == []
    renewal = await store.renew("r", 5, {record.job_id: (0.0, "")})
    assert renewal.lost == frozenset()


async def test_a_plan_with_its_secrets_goes_when_the_job_is_done(ports: Ports) -> None:
    store = ports.store
    record = await store.add(replace(submission(), plan="hidden"))
    client, name = store._link.client, store._keys.job(record.job_id)
    assert await client.hget(name, "plan") == "hidden"
    await store.claim("r", 60)
    await store.finish("r", record.job_id, **succeeded())
    assert await client.hget(name, "plan") is None
