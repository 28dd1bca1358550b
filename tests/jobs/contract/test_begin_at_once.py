"""A job that somebody waits for is kept and claimed in one step, if it may start."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from jobs_for_tests import submission

from zyra.jobs.embedded.sqlite_store import SqliteJobStore
from zyra.jobs.records import Status

pytestmark = pytest.mark.anyio
RUNNER, LEASE_S = "this one", 5.0


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteJobStore]:
    store = SqliteJobStore(tmp_path / "jobs.sqlite3", capacity=2)
    yield store
    await store.close()


async def test_a_job_with_nothing_in_its_way_is_claimed_as_it_is_kept(store):
    wanted = submission()
    record, claimed = await store.add_and_claim(wanted, RUNNER, LEASE_S)
    assert (record.status, record.attempts) == (Status.RUNNING, 1)
    assert (claimed.record, claimed.plan) == (record, wanted.plan)
    assert await store.get(record.job_id) == record


async def test_what_was_claimed_so_is_held_by_its_lease(store):
    record, _ = await store.add_and_claim(submission(), RUNNER, LEASE_S)
    assert await store.claim("another", LEASE_S) is None
    renewal = await store.renew(RUNNER, LEASE_S, {record.job_id: (0.5, "half")})
    assert not renewal.lost
    assert (await store.get(record.job_id)).progress == 0.5


async def test_its_lease_runs_out_like_any_other(store):
    record, _ = await store.add_and_claim(submission(), RUNNER, -1.0)
    assert [job.job_id for job in await store.expire()] == [record.job_id]


async def test_no_job_passes_one_that_waits(store):
    first = await store.add(submission())
    record, claimed = await store.add_and_claim(submission(), RUNNER, LEASE_S)
    assert (record.status, claimed) == (Status.QUEUED, None)
    assert (await store.claim(RUNNER, LEASE_S)).record.job_id == first.job_id


async def test_no_more_jobs_begin_than_may_run(store):
    begun = [(await store.add_and_claim(submission(), RUNNER, LEASE_S))[1] for _ in range(3)]
    assert [claimed is not None for claimed in begun] == [True, True, False]


async def test_an_earlier_job_of_the_same_key_is_returned_and_not_begun_again(store):
    first, _ = await store.add_and_claim(submission("key"), RUNNER, LEASE_S)
    again, claimed = await store.add_and_claim(submission("key"), RUNNER, LEASE_S)
    assert (again.job_id, claimed) == (first.job_id, None)
