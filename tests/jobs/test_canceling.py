"""A canceled command may leave in order, but not for long."""

import pytest

from zyra.jobs.records import Status
from zyra.jobs.requests import Caller, RunRequest

pytestmark = pytest.mark.anyio

ME = Caller("me")


@pytest.fixture
def begun(service):
    """Submit a command and give its job's id when it has written something."""

    async def submit(command: str) -> str:
        job = await service.submit(ME, RunRequest("process", command, {"seconds": 300}))
        async for frame in service.follow(ME, job.job_id):
            if frame.stdout:
                break
        return job.job_id

    return submit


async def test_a_canceled_command_can_say_its_last_words(service, begun):
    record = await service.cancel(ME, await begun("leave-in-order"))
    assert (record.status, record.stdout.text) == (Status.CANCELED, "begun, goodbye")


async def test_to_ask_again_does_not_put_off_the_end(service, begun):
    # The service itself asks again, each time it renews its lease.
    record = await service.cancel(ME, await begun("ignore-term"))
    assert (record.status, record.exit_code) == (Status.CANCELED, 137)
