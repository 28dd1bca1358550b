"""What every `Signals` promises."""

import asyncio
from typing import Any

import pytest
from jobs_for_tests import submission
from ports_for_tests import Connect, Ports

from zyra.jobs.ports import ANYTHING, Signals

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(30)]


async def hear(signals: Signals, wanted: tuple[str, str]) -> list[tuple[str, str]]:
    """Listen until `wanted` is told; what was told until then."""
    heard = []
    async for signal in signals.listen():
        heard.append(signal)
        if signal == wanted:
            break
    return heard


async def tell_until(done: "asyncio.Future[Any]", signals: Signals, *told: tuple[str, str]) -> None:
    """Tell again and again: who has just begun to listen may have missed it."""
    while not done.done():
        for topic, job_id in told:
            await signals.notify(topic, job_id)
        await asyncio.wait([done], timeout=0.05)


async def test_a_listener_of_the_same_process_hears_topic_and_job(ports: Ports) -> None:
    hearing = asyncio.ensure_future(hear(ports.signals, ("cancel", "b")))
    await tell_until(hearing, ports.signals, ("finished", "a"), ("cancel", "b"))
    assert set(await hearing) <= {("finished", "a"), ("cancel", "b"), ANYTHING}


async def test_every_listener_hears(ports: Ports) -> None:
    hearing = asyncio.gather(*(hear(ports.signals, ("finished", "a")) for _ in range(3)))
    await tell_until(hearing, ports.signals, ("finished", "a"))
    assert len(await hearing) == 3


async def test_another_process_hears_that_or_that_something_happened(connect: Connect) -> None:
    here, there = connect(), connect()
    listening = there.signals.listen()
    hearing = asyncio.ensure_future(anext(listening))
    while not hearing.done():
        # What is told has also changed the store, which is how one machine's processes hear.
        record = await here.store.add(submission())
        await here.signals.notify("queued", record.job_id)
        await asyncio.wait([hearing], timeout=0.05)
    topic, job_id = hearing.result()
    assert (topic, job_id) == ANYTHING or topic == "queued"
    await listening.aclose()


async def test_telling_needs_no_listener(ports: Ports) -> None:
    await ports.signals.notify("finished", "a")
