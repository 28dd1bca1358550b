"""What every `Leases` promises."""

import asyncio
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from jobs_for_tests import PLAN, canceled, submission, succeeded
from ports_for_tests import Connect, Store

from zyra.jobs.records import Reason, Status

pytestmark = pytest.mark.anyio

LONG_S = 60.0
OVER_S = -1.0  # a lease that ran out as soon as it was given


async def test_a_claimed_job_runs_and_comes_with_its_plan(store: Store) -> None:
    record = await store.add(submission())
    claimed = await store.claim("r", LONG_S)
    assert claimed.plan == PLAN
    assert claimed.record.job_id == record.job_id
    assert (claimed.record.status, claimed.record.attempts) == (Status.RUNNING, 1)
    assert claimed.record.started_at <= datetime.now(UTC)
    assert await store.get(record.job_id) == claimed.record


async def test_the_oldest_job_is_claimed_first(store: Store) -> None:
    added = [await store.add(submission()) for _ in range(5)]
    claimed = [await store.claim("r", LONG_S) for _ in range(5)]
    assert [c.record.job_id for c in claimed] == [record.job_id for record in added]


async def test_nothing_queued_is_nothing_to_claim(store: Store) -> None:
    assert await store.claim("r", LONG_S) is None


async def test_a_named_job_is_claimed_before_older_ones(store: Store) -> None:
    await store.add(submission())
    second = await store.add(submission())
    assert (await store.claim("r", LONG_S, second.job_id)).record.job_id == second.job_id


async def test_a_job_delivered_twice_is_claimed_once(store: Store) -> None:
    record = await store.add(submission())
    await store.claim("r", LONG_S, record.job_id)
    assert await store.claim("r", LONG_S, record.job_id) is None
    assert await store.claim("other", LONG_S, record.job_id) is None


async def test_a_canceled_or_unknown_job_is_not_claimed(store: Store) -> None:
    record = await store.add(submission())
    await store.change(record.job_id, (Status.QUEUED,), **canceled())
    assert await store.claim("r", LONG_S, record.job_id) is None
    assert await store.claim("r", LONG_S, str(uuid4())) is None
    assert await store.claim("r", LONG_S) is None


async def test_of_twenty_claimers_of_one_job_one_gets_it(connect: Connect) -> None:
    stores = [connect().store for _ in range(4)]
    record = await stores[0].add(submission())
    claims = [stores[i % 4].claim(f"r{i}", LONG_S, record.job_id) for i in range(20)]
    assert sum(claimed is not None for claimed in await asyncio.gather(*claims)) == 1


async def test_twenty_claimers_of_twenty_jobs_get_one_each(connect: Connect) -> None:
    stores = [connect().store for _ in range(4)]
    added = [await stores[0].add(submission()) for _ in range(20)]
    claimed = await asyncio.gather(*(stores[i % 4].claim(f"r{i}", LONG_S) for i in range(20)))
    assert sorted(c.record.job_id for c in claimed) == sorted(record.job_id for record in added)


async def test_a_renewed_job_keeps_its_lease_and_its_progress(store: Store) -> None:
    record = await store.add(submission())
    await store.claim("r", OVER_S)
    renewal = await store.renew("r", LONG_S, {record.job_id: (0.5, "half")})
    assert (renewal.lost, renewal.canceled) == (frozenset(), frozenset())
    assert await store.expire() == []
    found = await store.get(record.job_id)
    assert (found.progress, found.message, found.status) == (0.5, "half", Status.RUNNING)


async def test_a_job_that_is_not_named_is_not_renewed(store: Store) -> None:
    forgotten = await store.add(submission())
    named = await store.add(submission())
    for _ in range(2):
        await store.claim("r", OVER_S)
    await store.renew("r", LONG_S, {named.job_id: (0.0, "")})
    assert [record.job_id for record in await store.expire()] == [forgotten.job_id]


async def test_a_renewal_tells_what_is_lost(store: Store) -> None:
    theirs, done, forgotten = [await store.add(submission()) for _ in range(3)]
    await store.claim("other", LONG_S, theirs.job_id)
    await store.claim("r", LONG_S, done.job_id)
    await store.finish("r", done.job_id, **succeeded())
    await store.remove(forgotten.job_id)
    named = {r.job_id: (0.1, "") for r in (theirs, done, forgotten)}
    assert (await store.renew("r", LONG_S, named)).lost == frozenset(named)
    assert (await store.get(theirs.job_id)).progress == 0.0


async def test_a_renewal_tells_what_is_to_be_ended(store: Store) -> None:
    record = await store.add(submission())
    await store.claim("r", LONG_S)
    await store.change(record.job_id, (Status.RUNNING,), cancel_requested=True)
    renewal = await store.renew("r", LONG_S, {record.job_id: (0.1, "")})
    assert (renewal.lost, renewal.canceled) == (frozenset(), frozenset({record.job_id}))


async def test_asking_to_end_a_job_does_not_prolong_its_lease(store: Store) -> None:
    record = await store.add(submission())
    await store.claim("r", OVER_S)
    await store.change(record.job_id, (Status.RUNNING,), cancel_requested=True)
    (taken,) = await store.expire()
    assert (taken.status, taken.reason) == (Status.CANCELED, Reason.CANCELED)


async def test_the_holder_finishes_a_job(connect: Connect) -> None:
    store = connect().store
    record = await store.add(submission())
    await store.claim("r", LONG_S)
    final = await store.finish("r", record.job_id, **succeeded())
    assert (final.status, final.exit_code) == (Status.SUCCEEDED, 0)
    assert await connect().store.get(record.job_id) == final


async def test_nobody_else_finishes_a_job(store: Store) -> None:
    record = await store.add(submission())
    assert await store.finish("r", record.job_id, **succeeded()) is None
    await store.claim("r", LONG_S)
    assert await store.finish("other", record.job_id, **succeeded()) is None
    assert await store.finish("r", str(uuid4()), **succeeded()) is None
    assert (await store.get(record.job_id)).status is Status.RUNNING


async def test_a_finished_job_does_not_finish_again(store: Store) -> None:
    record = await store.add(submission())
    await store.claim("r", LONG_S)
    final = await store.finish("r", record.job_id, **succeeded())
    assert await store.finish("r", record.job_id, status=Status.FAILED) is None
    assert await store.get(record.job_id) == final


async def test_the_end_keeps_that_somebody_asked_for_it(connect: Connect) -> None:
    stores = [connect().store for _ in range(2)]
    record = await stores[0].add(submission())
    await stores[0].claim("r", LONG_S)
    await asyncio.gather(
        stores[0].finish("r", record.job_id, **succeeded()),
        *(
            stores[1].change(record.job_id, (Status.RUNNING,), cancel_requested=True)
            for _ in range(3)
        ),
    )
    assert (await stores[0].get(record.job_id)).status is Status.SUCCEEDED


async def test_a_job_whose_runner_is_gone_failed_as_lost(store: Store) -> None:
    record = await store.add(submission())
    await store.claim("r", OVER_S)
    (taken,) = await store.expire()
    assert (taken.job_id, taken.status) == (record.job_id, Status.FAILED)
    assert (taken.reason, taken.exit_code) == (Reason.LOST, None)
    assert await store.get(record.job_id) == taken
    assert await store.expire() == []


async def test_a_job_with_retries_is_queued_again_in_its_old_place(store: Store) -> None:
    first = await store.add(submission(retries=1))
    second = await store.add(submission())
    await store.claim("r", OVER_S)
    (taken,) = await store.expire()
    assert (taken.status, taken.started_at, taken.attempts) == (Status.QUEUED, None, 1)
    again = await store.claim("other", OVER_S)
    assert (again.record.job_id, again.record.attempts, again.plan) == (first.job_id, 2, PLAN)
    (taken,) = await store.expire()
    assert (taken.status, taken.reason) == (Status.FAILED, Reason.LOST)
    assert (await store.claim("other", LONG_S)).record.job_id == second.job_id


async def test_a_runner_that_lost_its_job_cannot_finish_it(store: Store) -> None:
    record = await store.add(submission(retries=1))
    await store.claim("r", OVER_S)
    await store.expire()
    assert await store.finish("r", record.job_id, **succeeded()) is None
    await store.claim("other", LONG_S)
    assert await store.finish("r", record.job_id, **succeeded()) is None
    assert (await store.finish("other", record.job_id, **succeeded())).ok


async def test_of_many_who_sweep_one_takes_a_job(connect: Connect) -> None:
    stores = [connect().store for _ in range(4)]
    await stores[0].add(submission())
    await stores[0].claim("r", OVER_S)
    taken = await asyncio.gather(*(stores[i % 4].expire() for i in range(20)))
    assert sum(map(len, taken)) == 1


async def test_a_lease_that_still_runs_is_left_alone(store: Store) -> None:
    await store.add(submission())
    await store.claim("r", LONG_S)
    assert await store.expire() == []
