"""What a caller may have at most, counted exactly when several processes count at once."""

import asyncio
from datetime import timedelta

import pytest
from jobs_for_tests import canceled, submission, succeeded
from ports_for_tests import Connect, Ports, Store

from zyra.jobs.ports import Query, StorageLedger, StreamLedger
from zyra.jobs.records import Status
from zyra.jobs.requests import QuotaReached, StoredQuotaReached

pytestmark = pytest.mark.anyio


@pytest.fixture
def ledger(ports: Ports) -> StorageLedger:
    return ports.ledger


@pytest.fixture
def streams(ports: Ports) -> StreamLedger:
    return ports.streams


async def test_of_many_jobs_at_once_exactly_as_many_are_kept_as_may_be(connect: Connect) -> None:
    stores = [connect().store for _ in range(3)]
    attempts = [store.add(submission(most=7)) for store in stores for _ in range(10)]
    outcomes = await asyncio.gather(*attempts, return_exceptions=True)
    refused = [outcome for outcome in outcomes if isinstance(outcome, QuotaReached)]
    assert len(refused) == 23
    assert len((await stores[0].page(Query("me"))).jobs) == 7


async def test_queued_and_running_jobs_count_and_finished_ones_do_not(store: Store) -> None:
    first, second = [await store.add(submission(most=2)) for _ in range(2)]
    await store.claim("r", 5, first.job_id)
    with pytest.raises(QuotaReached):
        await store.add(submission(most=2))
    await store.finish("r", first.job_id, **succeeded())
    await store.add(submission(most=2))
    await store.change(second.job_id, (Status.QUEUED,), **canceled())
    await store.add(submission(most=2))
    with pytest.raises(QuotaReached):
        await store.add(submission(most=2))


async def test_jobs_of_others_do_not_count(store: Store) -> None:
    await store.add(submission(most=1, owner="you"))
    await store.add(submission(most=1))


async def test_a_job_whose_runner_was_lost_counts_until_it_is_done(store: Store) -> None:
    record = await store.add(submission(most=1, retries=1))
    await store.claim("r", timedelta(0).total_seconds(), record.job_id)
    await store.expire()
    with pytest.raises(QuotaReached):
        await store.add(submission(most=1))


async def test_a_known_key_names_its_job_also_when_no_more_may_be_kept(store: Store) -> None:
    record = await store.add(submission("key", most=1))
    assert (await store.add(submission("key", most=1))).job_id == record.job_id


async def test_a_key_whose_job_was_refused_is_free(store: Store) -> None:
    record = await store.add(submission(most=1))
    with pytest.raises(QuotaReached):
        await store.add(submission("key", "a", most=1))
    await store.change(record.job_id, (Status.QUEUED,), **canceled())
    await store.add(submission("key", "b", most=1))


async def test_of_many_uploads_at_once_exactly_as_many_bytes_are_kept(connect: Connect) -> None:
    ledgers = [connect().ledger for _ in range(3)]
    attempts = [
        ledger.reserve("me", f"{number}-{place}", 10, 75)
        for place, ledger in enumerate(ledgers)
        for number in range(10)
    ]
    outcomes = await asyncio.gather(*attempts, return_exceptions=True)
    refused = [outcome for outcome in outcomes if isinstance(outcome, StoredQuotaReached)]
    assert len(refused) == 23
    assert len(await ledgers[0].reserved()) == 7


async def test_an_upload_that_grows_counts_once(ledger: StorageLedger) -> None:
    for size in (10, 20, 30):
        await ledger.reserve("me", "a", size, 30)
    with pytest.raises(StoredQuotaReached):
        await ledger.reserve("me", "a", 31, 30)


async def test_bytes_of_removed_uploads_are_free_again(ledger: StorageLedger) -> None:
    await ledger.reserve("me", "a", 30, 30)
    await ledger.reserve("you", "b", 30, 30)
    await ledger.release("a", "unknown")
    await ledger.reserve("me", "c", 30, 30)
    assert await ledger.reserved() == {"b", "c"}


async def test_of_many_streams_at_once_exactly_as_many_are_open_as_may_be(
    connect: Connect,
) -> None:
    ledgers = [connect().streams for _ in range(3)]
    attempts = [
        ledger.open("me", f"{number}-{place}", 30, 7)
        for place, ledger in enumerate(ledgers)
        for number in range(10)
    ]
    outcomes = await asyncio.gather(*attempts, return_exceptions=True)
    assert sum(isinstance(outcome, QuotaReached) for outcome in outcomes) == 23


async def test_a_closed_stream_makes_room_with_every_server(connect: Connect) -> None:
    here, there = connect().streams, connect().streams
    await here.open("me", "a", 30, 1)
    await there.open("you", "b", 30, 1)
    with pytest.raises(QuotaReached):
        await there.open("me", "c", 30, 1)
    await here.close("me", "a")
    await there.open("me", "c", 30, 1)


async def test_streams_of_a_server_that_died_count_until_their_time_is_over(
    streams: StreamLedger,
) -> None:
    await streams.open("me", "a", -2, 1)
    await streams.open("me", "b", 30, 1)
    await streams.renew({"b": "me"}, -2)
    await streams.open("me", "c", 30, 1)
    await streams.renew({"d": "me"}, 30)  # one that was forgotten while Redis was away
    with pytest.raises(QuotaReached):
        await streams.open("me", "e", 30, 2)


async def test_ports_of_servers_are_known_on_their_network_for_their_time(
    connect: Connect,
) -> None:
    here, there = connect().listeners, connect().listeners
    await here.announce("a", "first", [7999], 30)
    await here.announce("a", "first", [8000, 8001], 30)
    await here.announce("a", "second", [8001, 8002], 30)
    await here.announce("b", "third", [9000], 30)
    await here.announce("a", "dead", [8003], -2)
    await here.announce("a", "idle", [], 30)
    assert await there.others("a", "fourth") == {8000, 8001, 8002}
    assert await there.others("a", "first") == {8001, 8002}
    assert await there.others("nobody's", "first") == set()
