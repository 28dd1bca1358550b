"""What every `EventLog` promises."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from ports_for_tests import Connect, Ports

from zyra.jobs.events import Frame
from zyra.jobs.ports import EventLog
from zyra.jobs.records import Status

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(30)]

END = Frame(exit_code=0, status=Status.SUCCEEDED, progress=1.0, message="done")


async def told(log: EventLog, job_id: str, after: int = 0) -> list[Frame]:
    """All frames of a job until the final one."""
    return [frame async for frame in log.follow(job_id, after)]


def numbers(frames: list[Frame]) -> list[int]:
    return [frame.seq for frame in frames]


@pytest.fixture
def job_id() -> str:
    return str(uuid4())


async def test_frames_are_numbered_from_two_and_timed(ports: Ports, job_id: str) -> None:
    await ports.log.append(job_id, Frame(stdout="a"))
    await ports.log.append(job_id, END)
    frames = await told(ports.log, job_id)
    assert numbers(frames) == [2, 3]
    assert all(frame.time for frame in frames)


async def test_a_frame_arrives_as_it_was(ports: Ports, job_id: str) -> None:
    sent = Frame(stdout="ü\r\n\0\u2028€", stderr='"\\', progress=0.25, message="\udcff")
    await ports.log.append(job_id, sent)
    await ports.log.append(job_id, END)
    found, last = await told(ports.log, job_id)
    assert (found.stdout, found.stderr, found.progress) == (sent.stdout, sent.stderr, 0.25)
    assert (found.message, found.status) == (sent.message, Status.RUNNING)
    assert (last.exit_code, last.status, last.message) == (0, Status.SUCCEEDED, "done")


@pytest.mark.parametrize("after", range(7))
async def test_a_late_follower_gets_all_after_its_number(
    connect: Connect, job_id: str, after: int
) -> None:
    log = connect().log
    for number in range(4):
        await log.append(job_id, Frame(stdout=str(number)))
    await log.append(job_id, END)
    for follower in (log, connect().log):
        if after < 6:
            assert numbers(await told(follower, job_id, after)) == list(range(max(after + 1, 2), 7))


async def test_nothing_follows_a_final_frame(connect: Connect, job_id: str) -> None:
    log = connect().log
    await log.append(job_id, END)
    await log.append(job_id, Frame(stdout="too late"))
    await connect().log.append(job_id, Frame(exit_code=1, status=Status.FAILED))
    (only,) = await told(connect().log, job_id)
    assert (only.seq, only.exit_code) == (2, 0)


async def test_of_concurrent_final_frames_one_is_kept(connect: Connect, job_id: str) -> None:
    logs = [connect().log for _ in range(4)]
    await asyncio.gather(*(logs[i % 4].append(job_id, END) for i in range(12)))
    assert numbers(await told(logs[0], job_id)) == [2]


async def test_concurrent_frames_are_numbered_without_gaps(connect: Connect, job_id: str) -> None:
    logs = [connect().log for _ in range(4)]
    await asyncio.gather(*(logs[i % 4].append(job_id, Frame(stdout=f"{i};")) for i in range(60)))
    await logs[0].append(job_id, END)
    frames = await told(logs[1], job_id)
    assert numbers(frames) == list(range(2, 63))
    texts = "".join(frame.stdout for frame in frames).split(";")
    assert sorted(texts) == sorted(["", *map(str, range(60))])


@pytest.mark.parametrize("is_elsewhere", [False, True])
async def test_a_follower_sees_frames_as_they_come(
    connect: Connect, job_id: str, is_elsewhere: bool
) -> None:
    log = connect().log
    follower = (connect() if is_elsewhere else log_owner(log)).log
    frames = follower.follow(job_id, 0)
    for number in range(5):
        await log.append(job_id, Frame(stdout=str(number)))
        frame = await asyncio.wait_for(anext(frames), 5)
        assert (frame.seq, frame.stdout) == (number + 2, str(number))
    await log.append(job_id, END)
    assert (await anext(frames)).is_final
    with pytest.raises(StopAsyncIteration):
        await anext(frames)


def log_owner(log: EventLog) -> Any:
    """Something whose `log` is this very one."""
    return type("Owner", (), {"log": log})


async def test_who_waits_before_there_is_any_frame_gets_all(connect: Connect, job_id: str) -> None:
    follower = asyncio.ensure_future(told(connect().log, job_id))
    await asyncio.sleep(0)
    log = connect().log
    await log.append(job_id, Frame(stdout="a"))
    await log.append(job_id, END)
    assert numbers(await follower) == [2, 3]


async def test_many_followers_at_different_places_all_get_what_they_lack(
    connect: Connect, job_id: str
) -> None:
    log, elsewhere = connect().log, connect().log
    for number in range(300):
        await log.append(job_id, Frame(stdout=f"{number}\n"))
    followers = [
        asyncio.ensure_future(told((log, elsewhere)[i % 2], job_id, i * 10)) for i in range(40)
    ]
    for number in range(300, 900):
        await log.append(job_id, Frame(stdout=f"{number}\n"))
    await log.append(job_id, END)
    for i, follower in enumerate(followers):
        assert numbers(await follower) == list(range(max(2, i * 10 + 1), 903))


async def test_a_slow_follower_delays_nobody_and_misses_nothing(
    connect: Connect, job_id: str
) -> None:
    log = connect().log
    slow = connect().log.follow(job_id, 0)
    await log.append(job_id, Frame(stdout="first"))
    assert (await anext(slow)).seq == 2
    for _ in range(1500):
        await log.append(job_id, Frame(stdout="x"))
    await log.append(job_id, END)
    assert numbers([frame async for frame in slow]) == list(range(3, 1504))


async def test_a_follower_may_leave(connect: Connect, job_id: str) -> None:
    log = connect().log
    leaving = log.follow(job_id, 0)
    await log.append(job_id, Frame(stdout="a"))
    await anext(leaving)
    await leaving.aclose()
    await log.append(job_id, END)
    assert numbers(await told(log, job_id)) == [2, 3]


async def test_jobs_have_frames_of_their_own(ports: Ports, job_id: str) -> None:
    other = str(uuid4())
    await ports.log.append(job_id, Frame(stdout="mine"))
    await ports.log.append(other, END)
    await ports.log.append(job_id, END)
    assert numbers(await told(ports.log, other)) == [2]
    assert numbers(await told(ports.log, job_id)) == [2, 3]
