"""The event log of one machine: far behind, long ended, or ahead, a follower comes to the end."""

import pytest

from zyra.jobs.embedded.event_files import KEPT_CHARACTERS, EventFiles
from zyra.jobs.events import Frame
from zyra.jobs.records import Status

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(20)]

END = Frame(exit_code=0, status=Status.SUCCEEDED)
LARGE = Frame(stdout="x" * (KEPT_CHARACTERS // 8))


async def numbers(log, after=0):
    return [frame.seq async for frame in log.follow("job", after)]


async def test_who_fell_behind_what_memory_keeps_gets_the_rest(tmp_path):
    log = EventFiles(tmp_path)
    await log.append("job", Frame(stdout="first"))
    slow = log.follow("job", 0)
    assert (await anext(slow)).seq == 2
    for _ in range(40):
        await log.append("job", LARGE)
    await log.append("job", END)
    assert [frame.seq async for frame in slow] == list(range(3, 44))


async def test_memory_keeps_only_the_last_frames(tmp_path):
    log = EventFiles(tmp_path)
    for _ in range(40):
        await log.append("job", LARGE)
    kept = log._live["job"].recent
    assert sum(len(frame.json) for frame in kept) <= KEPT_CHARACTERS


@pytest.mark.parametrize("is_elsewhere", [False, True])
@pytest.mark.parametrize("after", [3, 4, 99])
async def test_who_has_the_final_frame_is_not_kept_waiting(tmp_path, is_elsewhere, after):
    log = EventFiles(tmp_path)
    await log.append("job", Frame(stdout="a"))
    await log.append("job", END)
    follower = EventFiles(tmp_path) if is_elsewhere else log
    assert await numbers(follower, after) == []


async def test_a_torn_line_of_a_dead_process_is_written_over(tmp_path):
    await EventFiles(tmp_path).append("job", Frame(stdout="a"))
    with (tmp_path / "job" / "events").open("ab") as stream:
        stream.write(b'{"seq": 3, "std')
    log = EventFiles(tmp_path)
    await log.append("job", END)
    assert await numbers(log) == await numbers(EventFiles(tmp_path)) == [2, 3]


async def test_a_frame_longer_than_one_read_arrives_whole(tmp_path):
    log = EventFiles(tmp_path)
    await log.append("job", Frame(stdout="\1" * 65536))
    await log.append("job", END)
    frames = [frame async for frame in EventFiles(tmp_path).follow("job", 0)]
    assert (frames[0].stdout, len(frames)) == ("\1" * 65536, 2)
