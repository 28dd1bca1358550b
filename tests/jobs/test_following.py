"""A follower comes to an end, also when the log tells none."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from zyra.jobs.embedded.event_files import EventFiles
from zyra.jobs.events import Frame
from zyra.jobs.following import Following
from zyra.jobs.records import JobRecord, Mode, Status

pytestmark = pytest.mark.anyio
JOB = "a-job"


@dataclass
class OneRecord:
    """A store in which the job is as the test says."""

    record: JobRecord | None

    async def get(self, job_id: str) -> JobRecord | None:
        return self.record


def record(status: Status) -> JobRecord:
    return JobRecord(JOB, "me", "process", "echo", {}, Mode.ASYNC, datetime.now(UTC), status)


async def frames_of(store: OneRecord, log: EventFiles) -> list[Frame]:
    following = Following(store, log, JOB, look_again_s=0.001)
    return [frame async for frame in following.frames(1)]


async def test_a_follower_of_a_removed_job_does_not_wait_for_ever(tmp_path):
    log = EventFiles(tmp_path)
    async with asyncio.timeout(10):
        assert await frames_of(OneRecord(None), log) == []


async def test_it_has_what_came_before_the_job_was_removed(tmp_path):
    log = EventFiles(tmp_path)
    await log.append(JOB, Frame(stdout="begun"))
    async with asyncio.timeout(10):
        assert [frame.stdout for frame in await frames_of(OneRecord(None), log)] == ["begun"]


async def test_the_last_frame_that_a_runner_failed_to_add_is_added(tmp_path):
    log = EventFiles(tmp_path)
    async with asyncio.timeout(10):
        frames = await frames_of(OneRecord(record(Status.SUCCEEDED)), log)
    assert [frame.status for frame in frames] == [Status.SUCCEEDED]
