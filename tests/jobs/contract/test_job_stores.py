"""What every `JobStore` promises."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import uuid4

import pytest
from jobs_for_tests import canceled, job, submission, succeeded
from ports_for_tests import Connect, Store

from zyra.jobs.ports import Query
from zyra.jobs.records import Callback, JobRecord, Status
from zyra.jobs.requests import Conflict, RequestRefused

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


async def test_what_was_added_is_there_for_another_process(connect: Connect) -> None:
    record = await connect().store.add(submission(metadata={"a": [1, "ü"]}, uses=("file:x",)))
    assert await connect().store.get(record.job_id) == replace(record, queue_position=1)


async def test_a_job_that_nobody_added_is_none(store: Store) -> None:
    assert await store.get(str(uuid4())) is None


async def test_the_place_in_the_queue_counts_the_jobs_ahead(store: Store) -> None:
    first, second, third = [await store.add(submission()) for _ in range(3)]
    await store.claim("r", 5, first.job_id)
    assert (await store.get(first.job_id)).queue_position is None
    assert (await store.get(second.job_id)).queue_position == 1
    assert (await store.get(third.job_id)).queue_position == 2


async def test_one_key_and_request_name_one_job(store: Store) -> None:
    first = await store.add(submission("key"))
    again = await store.add(submission("key"))
    assert again.job_id == first.job_id
    assert len((await store.page(Query("me"))).jobs) == 1


async def test_a_key_returns_the_job_as_it_is_now(store: Store) -> None:
    first = await store.add(submission("key"))
    await store.change(first.job_id, (Status.QUEUED,), **canceled())
    assert (await store.add(submission("key"))).status is Status.CANCELED


async def test_a_key_with_another_request_is_a_conflict(store: Store) -> None:
    first = await store.add(submission("key", "a"))
    with pytest.raises(Conflict, match=first.job_id):
        await store.add(submission("key", "b"))


async def test_a_key_belongs_to_its_owner(store: Store) -> None:
    mine = await store.add(submission("key", "a"))
    theirs = await store.add(submission("key", "b", owner="you"))
    assert mine.job_id != theirs.job_id


async def test_a_key_is_free_when_its_job_is_forgotten(store: Store) -> None:
    first = await store.add(submission("key", "a"))
    await store.remove(first.job_id)
    second = await store.add(submission("key", "b"))
    assert (await store.get(second.job_id)).job_id == second.job_id


async def test_twenty_at_once_with_one_key_make_one_job(connect: Connect) -> None:
    stores = [connect().store for _ in range(4)]
    added = await asyncio.gather(*(stores[i % 4].add(submission("key")) for i in range(20)))
    assert len({record.job_id for record in added}) == 1


async def test_a_change_from_an_expected_state_is_made(store: Store) -> None:
    record = await store.add(submission())
    changed = await store.change(record.job_id, (Status.QUEUED,), **canceled())
    assert changed.status is Status.CANCELED
    assert await store.get(record.job_id) == changed


async def test_a_change_from_another_state_is_not_made(store: Store) -> None:
    record = await store.add(submission())
    assert await store.change(record.job_id, (Status.RUNNING,), message="no") is None
    assert (await store.get(record.job_id)).message == ""


async def test_a_job_that_is_not_there_is_not_changed(store: Store) -> None:
    assert await store.change(str(uuid4()), (Status.QUEUED,), message="no") is None


async def test_of_many_changes_to_a_final_state_one_is_made(connect: Connect) -> None:
    stores = [connect().store for _ in range(4)]
    record = await stores[0].add(submission())
    changes = [
        stores[i % 4].change(record.job_id, (Status.QUEUED,), **canceled()) for i in range(20)
    ]
    assert sum(found is not None for found in await asyncio.gather(*changes)) == 1


async def test_concurrent_changes_of_different_fields_are_all_kept(connect: Connect) -> None:
    stores = [connect().store for _ in range(2)]
    record = await stores[0].add(submission())
    await asyncio.gather(
        stores[0].change(record.job_id, (Status.QUEUED,), message="kept"),
        stores[1].change(record.job_id, (Status.QUEUED,), cancel_requested=True),
    )
    found = await stores[0].get(record.job_id)
    assert (found.message, found.cancel_requested) == ("kept", True)


async def test_a_forgotten_job_is_nowhere(store: Store) -> None:
    record = await store.add(submission(uses=("job:x",)))
    await store.remove(record.job_id)
    assert await store.get(record.job_id) is None
    assert (await store.page(Query("me"))).jobs == ()
    assert await store.used() == set()
    assert await store.claim("r", 5) is None


async def test_pages_are_newest_first_and_follow_each_other(store: Store) -> None:
    added = [await store.add(submission()) for _ in range(7)]
    found: list[JobRecord] = []
    cursor = None
    for size in (3, 3, 1):
        page = await store.page(Query("me", limit=3, cursor=cursor))
        assert len(page.jobs) == size
        found += page.jobs
        cursor = page.next
    assert cursor is None
    assert [r.job_id for r in found] == [r.job_id for r in reversed(added)]


async def test_a_page_that_holds_exactly_all_is_the_last(store: Store) -> None:
    for _ in range(3):
        await store.add(submission())
    assert (await store.page(Query("me", limit=3))).next is None


async def test_new_jobs_do_not_shift_the_next_page(store: Store) -> None:
    added = [await store.add(submission()) for _ in range(4)]
    first = await store.page(Query("me", limit=2))
    await store.add(submission())
    second = await store.page(Query("me", limit=2, cursor=first.next))
    assert [r.job_id for r in second.jobs] == [added[1].job_id, added[0].job_id]


@pytest.mark.parametrize("cursor", ["x", "-1", "1.5", "", "٣", "9" * 30])
async def test_a_cursor_that_is_not_ours_is_refused(store: Store, cursor: str) -> None:
    with pytest.raises(RequestRefused, match="cursor"):
        await store.page(Query("me", cursor=cursor))


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"status": Status.CANCELED}, ["b"]),
        ({"stage": "visualize"}, ["c"]),
        ({"command": "copy"}, ["b"]),
        ({"since": NOON}, ["d", "c", "b"]),
        ({"until": NOON}, ["a"]),
        ({"since": NOON, "until": NOON + timedelta(minutes=2)}, ["c", "b"]),
        ({"since": NOON.astimezone(timezone(timedelta(hours=9)))}, ["d", "c", "b"]),
        ({"status": Status.QUEUED, "stage": "process"}, ["d", "a"]),
        ({"command": "none"}, []),
    ],
)
async def test_filters_choose_jobs(
    store: Store, filters: dict[str, Any], expected: list[str]
) -> None:
    await store.add(submission(message="a", created_at=NOON - timedelta(microseconds=1)))
    second = await store.add(submission(message="b", created_at=NOON, command="copy"))
    later = NOON + timedelta(minutes=1)
    await store.add(submission(message="c", created_at=later, stage="visualize"))
    await store.add(submission(message="d", created_at=NOON + timedelta(minutes=2)))
    await store.add(submission(message="theirs", owner="you"))
    await store.change(second.job_id, (Status.QUEUED,), **canceled())
    page = await store.page(Query("me", **filters))
    assert [record.message for record in page.jobs] == expected


async def test_a_filtered_page_is_filled_from_further_back(store: Store) -> None:
    for number in range(12):
        await store.add(submission(stage="visualize" if number % 4 == 0 else "process"))
    first = await store.page(Query("me", stage="visualize", limit=2))
    second = await store.page(Query("me", stage="visualize", limit=2, cursor=first.next))
    assert (len(first.jobs), len(second.jobs), second.next) == (2, 1, None)


async def test_what_unfinished_jobs_read_is_used(store: Store) -> None:
    running = await store.add(submission(uses=("file:a", "job:b")))
    queued = await store.add(submission(uses=("file:c",)))
    done = await store.add(submission(uses=("file:d",)))
    await store.claim("r", 5, running.job_id)
    await store.change(done.job_id, (Status.QUEUED,), **canceled())
    assert await store.used() == {"file:a", "job:b", "file:c"}
    await store.finish("r", running.job_id, **succeeded())
    await store.change(queued.job_id, (Status.QUEUED,), **canceled())
    assert await store.used() == set()


async def test_jobs_that_ended_before_a_moment_are_found_oldest_first(store: Store) -> None:
    ends = [NOON + timedelta(seconds=s) for s in (2, 0, 1, 3)]
    added = [await store.add(submission()) for _ in ends]
    for record, end in zip(added, ends, strict=True):
        await store.change(record.job_id, (Status.QUEUED,), **canceled(end))
    await store.add(submission())
    found = await store.finished_before(NOON + timedelta(seconds=3), 10)
    assert [r.finished_at for r in found] == [NOON + timedelta(seconds=s) for s in (0, 1, 2)]


async def test_expired_jobs_do_not_hide_those_that_are_to_expire(store: Store) -> None:
    added = [await store.add(submission()) for _ in range(3)]
    for number, record in enumerate(added):
        end = canceled(NOON + timedelta(seconds=number))
        await store.change(record.job_id, (Status.QUEUED,), **end)
    for record in added[:2]:
        await store.change(record.job_id, (Status.CANCELED,), expired=True)
    found = await store.finished_before(NOON + timedelta(days=1), 2)
    assert [record.job_id for record in found] == [added[2].job_id]


async def called(store: Store) -> JobRecord:
    """A finished job with a callback that was due at noon."""
    callback = Callback("https://example.org/", "POST", "kept", due=NOON)
    record = await store.add(submission(callback=callback))
    return await store.change(record.job_id, (Status.QUEUED,), **canceled())


async def test_a_callback_is_due_when_its_job_is_done(store: Store) -> None:
    await store.add(submission(callback=Callback("https://example.org/", "POST", "kept", due=NOON)))
    done = await called(store)
    assert await store.take_callbacks(NOON - timedelta(seconds=1), NOON, 10) == []
    assert await store.take_callbacks(NOON, NOON + timedelta(seconds=30), 10) == [done]


async def test_a_callback_is_taken_by_one_and_due_again_later(connect: Connect) -> None:
    stores = [connect().store for _ in range(4)]
    await called(stores[0])
    until = NOON + timedelta(seconds=30)
    taken = await asyncio.gather(*(s.take_callbacks(NOON, until, 10) for s in stores))
    assert sorted(map(len, taken)) == [0, 0, 0, 1]
    assert len(await stores[0].take_callbacks(until, until + timedelta(seconds=30), 10)) == 1


async def test_a_delivered_callback_is_not_due(store: Store) -> None:
    done = await called(store)
    delivered = replace(done.callback, due=None)
    await store.change(done.job_id, (Status.CANCELED,), callback=delivered)
    assert await store.take_callbacks(NOON, NOON, 10) == []


async def test_a_record_comes_back_as_it_was(store: Store) -> None:
    record = job(retries=2, metadata={"n": 1.5}, started_at=NOON, args={"a": [None, True, "€"]})
    added = await store.add(replace(submission(), record=record))
    assert added == record
    assert await store.get(record.job_id) == replace(record, queue_position=1)


async def test_those_that_are_done_are_found_at_once(store: Store) -> None:
    waiting, running, first, second = [await store.add(submission()) for _ in range(4)]
    for record in (running, first):
        await store.claim("r", 30, record.job_id)
    await store.finish("r", first.job_id, **succeeded())
    await store.change(second.job_id, (Status.QUEUED,), **canceled())
    asked = [record.job_id for record in (waiting, running, first, second)]
    assert await store.finished_among([*asked, "unknown"]) == {first.job_id, second.job_id}
    assert await store.finished_among(asked[:2]) == set()
    assert await store.finished_among([]) == set()
