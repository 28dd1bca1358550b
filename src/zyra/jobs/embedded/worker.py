"""The embedded queue worker: claims jobs for the engine of this server process."""

import asyncio
import logging
from contextlib import suppress

from zyra.jobs.embedded.local_signals import LocalSignals
from zyra.jobs.embedded.sqlite_store import SqliteJobStore
from zyra.jobs.engine import Engine, Topic
from zyra.jobs.isolation.executor import Executor
from zyra.jobs.leases import LEASE_S, RENEW_EVERY_S
from zyra.jobs.ports import ANYTHING, Claimed, Submission
from zyra.jobs.records import JobRecord
from zyra.jobs.requests import ServiceUnavailable
from zyra.jobs.runner import TERM_GRACE_S
from zyra.jobs.winding_down import wait_for_ends

logger = logging.getLogger(__name__)


class EmbeddedWorker:
    """Runs queued jobs while the server runs; fulfils `jobs.part.Part`.

    Args:
        grace_s: Time that running commands get when the server is to end.
    """

    def __init__(
        self,
        engine: Engine,
        store: SqliteJobStore,
        signals: LocalSignals,
        executor: Executor,
        grace_s: float = 0.0,
    ) -> None:
        self._engine = engine
        self._store = store
        self._signals = signals
        self._executor = executor
        self._grace_s = grace_s
        self._ends_at: float | None = None
        self._hurry = asyncio.Event()
        self._news = asyncio.Event()
        self._loops: list[asyncio.Task[None]] = []
        self._jobs: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Begin to claim jobs; the executor loads meanwhile."""
        await self._executor.start()
        loops = (self._claim_for_ever, self._listen, self._sweep_for_ever, self._engine.keep_leases)
        self._loops = [asyncio.ensure_future(loop()) for loop in loops]

    async def close(self) -> None:
        """Claim nothing more, end what runs, and wait until its records are final.

        After `wind_down` commands have the rest of their time first.
        """
        if self._ends_at is not None:
            left_s = self._ends_at - asyncio.get_running_loop().time()
            await wait_for_ends(self._jobs, max(0.0, left_s), self._hurry)
        for loop in self._loops:
            loop.cancel()
        await asyncio.gather(*self._loops, return_exceptions=True)
        self._engine.abandon()
        if self._jobs:
            await asyncio.wait(self._jobs, timeout=TERM_GRACE_S)
        await self._executor.close()
        await asyncio.gather(*self._jobs, return_exceptions=True)
        await self._signals.close()

    def wind_down(self) -> None:
        """Leave queued jobs to others or to the next start; what runs has the grace from now on."""
        if self._ends_at is None:
            self._ends_at = asyncio.get_running_loop().time() + self._grace_s
            self._news.set()

    def hurry(self) -> None:
        """Let what runs have no more time."""
        self._hurry.set()

    async def begin(self, submission: Submission) -> JobRecord:
        """Keep a job that somebody waits for, and start it in the same step if it may start.

        Raises:
            Conflict: The idempotency key belongs to another request.
            ServiceUnavailable: It cannot be kept now.
        """
        record, claimed = await self._store.add_and_claim(submission, self._engine.name, LEASE_S)
        if claimed is None:
            self._news.set()
        else:
            self._start(claimed)
        return record

    def checks(self) -> dict[str, bool]:
        """Whether the executor is ready."""
        return {"executor": self._executor.is_ready}

    async def _claim_for_ever(self) -> None:
        while self._ends_at is None:
            claimed = await self._claim()
            if claimed is None:
                await self._news.wait()
                self._news.clear()
                continue
            self._start(claimed)

    def _start(self, claimed: Claimed) -> None:
        task = asyncio.ensure_future(self._run(claimed))
        self._jobs.add(task)
        task.add_done_callback(self._jobs.discard)

    async def _claim(self) -> Claimed | None:
        try:
            return await self._store.claim(self._engine.name, LEASE_S)
        except ServiceUnavailable:
            return None  # the sweep wakes the loop again

    async def _run(self, claimed: Claimed) -> None:
        try:
            await self._engine.run(claimed)
        except Exception:  # the worker's loop: one job's fault must not end the others
            logger.exception("job %s failed in the runner", claimed.record.job_id)
        self._news.set()

    async def _listen(self) -> None:
        async for topic, job_id in self._signals.listen():
            if topic == Topic.CANCEL:
                self._engine.cancel(job_id)
            elif topic == ANYTHING[0]:
                await self._end_canceled()
            self._news.set()

    async def _end_canceled(self) -> None:
        """Another process changed something: perhaps it asks to end a job of ours.

        Only reads: to write here would be news for that process, and so on for ever.
        """
        for job_id in await self._store.cancel_requested(self._engine.name):
            self._engine.cancel(job_id)

    async def _sweep_for_ever(self) -> None:
        while True:
            with suppress(ServiceUnavailable):  # who lost a lease is found the next time
                await self._engine.sweep()
            self._news.set()
            await asyncio.sleep(RENEW_EVERY_S)
