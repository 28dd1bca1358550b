"""Job records and leases in Redis, shared by any number of servers and workers.

A change reads the record, makes the new one in Python, and puts it in place of the old one
if that has not changed meanwhile; else it reads again.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from zyra.jobs.leases import LEASE_S, lost
from zyra.jobs.ports import Backlog, Claimed, Page, Query, Renewal, Submission
from zyra.jobs.quotas import too_many_jobs
from zyra.jobs.record_json import from_json, to_json
from zyra.jobs.records import JobRecord, Status
from zyra.jobs.redis import scripts
from zyra.jobs.redis.connection import Link
from zyra.jobs.redis.keys import Keys
from zyra.jobs.redis.pages import read_page, seconds
from zyra.jobs.redis.rq_queue import RqQueue
from zyra.jobs.requests import Conflict, ServiceUnavailable

UNWATCHED_S = 3.0  # without a look for expired leases; looks come every second


@dataclass(frozen=True)
class _Stored:
    """A record as it lies in Redis, and who holds it."""

    text: str
    runner: str
    plan: str | None

    @property
    def record(self) -> JobRecord:
        return from_json(self.text)


class RedisJobStore:
    """Fulfils `jobs.ports.JobStore` and `jobs.ports.Leases` on Redis."""

    def __init__(self, link: Link, keys: Keys, queue: RqQueue) -> None:
        self._link = link
        self._keys = keys
        self._queue = queue
        self._add = link.client.register_script(scripts.ADD)
        self._replace = link.client.register_script(scripts.REPLACE)
        self._renew = link.client.register_script(scripts.RENEW)
        self._take_callbacks = link.client.register_script(scripts.TAKE_CALLBACKS)
        self._overdue = link.client.register_script(scripts.OVERDUE)
        # Jobs of which a claim or an end was sent and the answer was lost: it may have happened.
        self._unsure: set[str] = set()

    async def add(self, submission: Submission) -> JobRecord:
        """Keep a new job and queue its id, or return the one that its key already names."""
        record, key = submission.record, submission.idempotency_key
        keys = self._keys
        names = [
            keys.job(record.job_id),
            keys.idempotency(record.owner, key) if key is not None else "",
            keys.numbers,
            keys.owner(record.owner),
            keys.queued,
            keys.uses,
            keys.unfinished(record.owner),
        ]
        most = submission.most_unfinished
        values = [
            record.job_id,
            to_json(record),
            submission.plan,
            record.stage,
            record.command,
            seconds(record.created_at),
            json.dumps(record.uses),
            submission.fingerprint if key is not None else "",
            keys.jobs,
            "" if most is None else most,
        ]
        async with self._link.use() as client, client.pipeline() as pipe:
            await self._add(names, values, client=pipe)
            # An id that is not needed, because no job was added, cannot be claimed.
            self._queue.put(pipe, record.job_id)
            outcome, job_id = (await pipe.execute())[0]
        if outcome == "full" and most is not None:
            raise too_many_jobs(most)
        if outcome == "conflict":
            raise Conflict(
                f"idempotency key {key!r} belongs to another request, job {job_id}",
                hint="use a new key for a new request",
            )
        return (await self.get(job_id) or record) if outcome == "known" else record

    async def get(self, job_id: str) -> JobRecord | None:
        """The record of that id, with its place in the queue, or None."""
        async with self._link.use() as client, client.pipeline() as pipe:
            pipe.hget(self._keys.job(job_id), "record")
            pipe.zrank(self._keys.queued, job_id)
            text, rank = await pipe.execute()
        if text is None:
            return None
        return from_json(text).changed(queue_position=None if rank is None else rank + 1)

    async def finished_among(self, job_ids: Sequence[str]) -> set[str]:
        """Those of the jobs that are done."""
        async with self._link.use() as client, client.pipeline(transaction=False) as pipe:
            for job_id in job_ids:
                pipe.hget(self._keys.job(job_id), "status")
            found = await pipe.execute()
        pairs = zip(job_ids, found, strict=True)
        return {job_id for job_id, status in pairs if status and Status(status).is_final}

    async def change(
        self, job_id: str, expected: tuple[Status, ...], **changes: Any
    ) -> JobRecord | None:
        """Replace fields if the status is one of `expected`; None otherwise."""
        while True:
            stored = await self._stored(job_id)
            if stored is None or (record := stored.record).status not in expected:
                return None
            changed = record.changed(**changes)
            if await self._put(stored, changed, stored.runner):
                return changed

    async def page(self, query: Query) -> Page:
        """List jobs, newest first."""
        return await read_page(self._link, self._keys, query)

    async def backlog(self) -> Backlog:
        """How much there is to do."""
        keys = self._keys
        async with self._link.use() as client, client.pipeline() as pipe:
            pipe.zcard(keys.queued)
            pipe.zcard(keys.running)
            pipe.zrange(keys.queued, 0, 0)
            queued, running, first = await pipe.execute()
            text = await client.hget(keys.job(first[0]), "record") if first else None
        return Backlog(queued, running, from_json(text).created_at if text else None)

    async def remove(self, job_id: str) -> None:
        """Forget a job, its frames, and the key that names it."""
        keys = self._keys
        async with self._link.use() as client, client.pipeline() as pipe:
            names = ["owner", "idempotency", "unfinished"]
            owner, idempotency, unfinished = await client.hmget(keys.job(job_id), names)
            pipe.delete(keys.job(job_id), keys.frames(job_id), keys.frames_state(job_id))
            if idempotency:
                pipe.delete(idempotency)
            for name in (owner, keys.queued, keys.running, keys.finished, keys.callbacks):
                if name:
                    pipe.zrem(name, job_id)
            if unfinished:
                pipe.srem(unfinished, job_id)
            pipe.hdel(keys.uses, job_id)
            await pipe.execute()

    async def claim(self, runner: str, lease_s: float, job_id: str | None = None) -> Claimed | None:
        """Take that queued job, or the oldest one; None when there is none to take."""
        while True:
            wanted = job_id or await self._oldest()
            stored = await self._stored(wanted) if wanted else None
            if wanted is None or stored is None:
                return None
            record = stored.record
            if wanted in self._unsure and stored.runner == runner and stored.plan is not None:
                self._unsure.discard(wanted)
                return Claimed(record, stored.plan)
            if record.status is Status.QUEUED and stored.plan is not None:
                claimed = record.changed(
                    status=Status.RUNNING,
                    started_at=datetime.now(UTC),
                    attempts=record.attempts + 1,
                )
                if await self._put(stored, claimed, runner, lease_s):
                    return Claimed(claimed, stored.plan)
            elif job_id is not None:
                return None

    async def renew(
        self, runner: str, lease_s: float, progress: Mapping[str, tuple[float, str]]
    ) -> Renewal:
        """Keep the jobs of `progress`, and store how far they are."""
        values = [runner, lease_s, self._keys.jobs, *progress]
        async with self._link.use():
            texts = await self._renew([self._keys.running], values)
        held = {job_id: text for job_id, text in zip(progress, texts, strict=True) if text}
        canceled: set[str] = set()
        for job_id, text in held.items():
            record = from_json(text)
            if record.cancel_requested:
                canceled.add(job_id)
            fraction, message = progress[job_id]
            if (fraction, message) != (record.progress, record.message):
                changed = record.changed(progress=fraction, message=message)
                # Where somebody changed the record meanwhile, the next renewal tells it.
                await self._put(_Stored(text, runner, None), changed, runner)
        return Renewal(frozenset(progress) - held.keys(), frozenset(canceled))

    async def finish(self, runner: str, job_id: str, **changes: Any) -> JobRecord | None:
        """Move a job to its final state if `runner` still holds it; None otherwise."""
        while True:
            stored = await self._stored(job_id)
            if stored is None or stored.runner != runner:
                return None
            record = stored.record
            if record.status is not Status.RUNNING:
                is_ours = job_id in self._unsure
                self._unsure.discard(job_id)
                return record if is_ours else None
            final = record.changed(**changes)
            if await self._put(stored, final, runner):
                return final

    async def expire(self) -> list[JobRecord]:
        """Take the jobs whose lease ran out from their runners."""
        keys = self._keys
        async with self._link.use():
            overdue = await self._overdue([keys.running, keys.swept], [UNWATCHED_S, LEASE_S])
        taken = []
        for job_id in overdue:
            stored = await self._stored(job_id)
            if stored is None or stored.record.status is not Status.RUNNING:
                continue
            record = lost(stored.record)
            if await self._put(stored, record, ""):
                taken.append(record)
        again = [record.job_id for record in taken if record.status is Status.QUEUED]
        await self._queue.put_first(again)
        return taken

    async def finished_before(self, moment: datetime, limit: int) -> list[JobRecord]:
        """Finished jobs whose results are still there though they ended before `moment`."""
        before = f"({seconds(moment)}"
        async with self._link.use() as client, client.pipeline() as pipe:
            ids = await client.zrangebyscore(
                self._keys.finished, "-inf", before, start=0, num=limit
            )
            for job_id in ids:
                pipe.hget(self._keys.job(job_id), "record")
            texts = await pipe.execute()
        return [from_json(text) for text in texts if text]

    async def take_callbacks(
        self, moment: datetime, until: datetime, limit: int
    ) -> list[JobRecord]:
        """Finished jobs whose callback is due at `moment`; taken until `until`."""
        values = [seconds(moment), seconds(until), limit, self._keys.jobs]
        async with self._link.use():
            texts = await self._take_callbacks([self._keys.callbacks], values)
        return [from_json(text) for text in texts]

    async def used(self) -> set[str]:
        """What queued and running jobs read: `file:ID` and `job:ID`."""
        async with self._link.use() as client:
            found = await client.hvals(self._keys.uses)
        return {use for uses in found for use in json.loads(uses)}

    async def _oldest(self) -> str | None:
        async with self._link.use() as client:
            ids = await client.zrange(self._keys.queued, 0, 0)
        return str(ids[0]) if ids else None

    async def _stored(self, job_id: str) -> _Stored | None:
        async with self._link.use() as client:
            text, runner, plan = await client.hmget(
                self._keys.job(job_id), ["record", "runner", "plan"]
            )
        return None if text is None else _Stored(text, runner or "", plan)

    async def _put(
        self, stored: _Stored, record: JobRecord, runner: str, lease_s: float | None = None
    ) -> bool:
        """Put `record` in place of `stored`; False if that is not there any more."""
        keys, job_id = self._keys, record.job_id
        names = [keys.job(job_id), keys.queued, keys.running, keys.finished]
        names += [keys.uses, keys.callbacks]
        ended = None if record.expired else record.finished_at
        due = record.callback.due if record.callback else None
        values = [
            job_id,
            stored.text,
            stored.runner,
            to_json(record),
            record.status,
            runner,
            "" if lease_s is None else lease_s,
            seconds(ended),
            seconds(due),
        ]
        try:
            async with self._link.use():
                done = await self._replace(names, values)
        except ServiceUnavailable:
            self._unsure.add(job_id)
            raise
        return bool(done)
