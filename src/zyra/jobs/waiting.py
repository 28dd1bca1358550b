"""Wait for jobs to be done, whichever process runs them."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from zyra.jobs.engine import Topic
from zyra.jobs.ports import JobStore, Signals
from zyra.jobs.records import JobRecord
from zyra.jobs.requests import ServiceUnavailable

# Has the record where the job ran in this process, and None where somebody else told.
Done = asyncio.Future[JobRecord | None]


class FinishLine:
    """Lets any number of callers wait for jobs; one listener serves them all."""

    def __init__(self, store: JobStore, signals: Signals) -> None:
        self._store = store
        self._signals = signals
        self._waiting: dict[str, set[Done]] = defaultdict(set)
        self._listener: asyncio.Task[None] | None = None

    @contextmanager
    def expecting(self, job_id: str) -> Iterator[Done]:
        """Give what is done when the job is; before it is submitted nothing can be missed."""
        if self._listener is None:
            self._listener = asyncio.ensure_future(self._listen())
        done: Done = asyncio.get_running_loop().create_future()
        self._waiting[job_id].add(done)
        try:
            yield done
        finally:
            self._waiting[job_id].discard(done)
            if not self._waiting[job_id]:
                del self._waiting[job_id]

    async def wait(self, job_id: str, timeout_s: float | None) -> None:
        """Return when the job is done, or when the time is over."""
        with self.expecting(job_id) as done:
            await self._look(job_id)  # it may have been done before we listened
            await asyncio.wait([done], timeout=timeout_s)

    def cross(self, record: JobRecord) -> None:
        """Give the final record to who waits for it."""
        self._release(record.job_id, record)

    def let_go(self) -> None:
        """Give everybody who waits the job as it is now."""
        for job_id in list(self._waiting):
            self._release(job_id)

    async def close(self) -> None:
        """Stop listening; who still waits, waits for its time to be over."""
        if self._listener is not None:
            self._listener.cancel()
            await asyncio.gather(self._listener, return_exceptions=True)

    async def _listen(self) -> None:
        async for topic, job_id in self._signals.listen():
            if topic == Topic.FINISHED:
                self._release(job_id)
            elif not job_id:
                await self._look_at_all()

    async def _look_at_all(self) -> None:
        try:
            finished = await self._store.finished_among(list(self._waiting))
        except ServiceUnavailable:
            return  # when the store comes back everybody is told to look again
        for job_id in finished:
            self._release(job_id)

    async def _look(self, job_id: str) -> None:
        record = await self._store.get(job_id)
        # What is expected may not be kept yet.
        if record is not None and record.status.is_final:
            self._release(job_id)

    def _release(self, job_id: str, record: JobRecord | None = None) -> None:
        for done in self._waiting.get(job_id, ()):
            if not done.done():
                done.set_result(record)
