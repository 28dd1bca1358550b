"""`zyra worker`: runs the jobs whose ids RQ delivers, through the same engine as a server.

An id is only a hint. A claim decides: what was delivered twice, canceled or forgotten
cannot be claimed, and nothing happens.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from zyra.jobs.engine import Engine, Topic
from zyra.jobs.isolation.executor import Executor
from zyra.jobs.leases import LEASE_S
from zyra.jobs.ports import ANYTHING, Claimed, Leases
from zyra.jobs.redis.connection import Link
from zyra.jobs.redis.hub import Hub
from zyra.jobs.redis.rq_worker import Feed
from zyra.jobs.redis.signals import RedisSignals
from zyra.jobs.redis.sweeper import Sweeper
from zyra.jobs.requests import ServiceUnavailable
from zyra.jobs.telemetry_part import Telemetry
from zyra.jobs.winding_down import wait_for_ends

GIVE_UP_S = 5.0
AGAIN_S = 0.5

logger = logging.getLogger(__name__)


@dataclass
class RedisWorker:
    """Runs jobs until it is stopped.

    Attributes:
        queue: Name of the RQ queue.
        slots: How many commands run at once.
        tidy: Removes what an earlier worker has left on this machine.
        grace_s: Time that running commands get when the worker is to end.
    """

    link: Link
    hub: Hub
    leases: Leases
    signals: RedisSignals
    engine: Engine
    executor: Executor
    sweeper: Sweeper
    queue: str
    slots: int
    tidy: Callable[[], Awaitable[None]]
    grace_s: float
    telemetry: Telemetry
    _jobs: "set[asyncio.Task[None]]" = field(default_factory=set)
    _feed: Feed | None = None
    _hurry: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self, *, burst: bool = False) -> None:
        """Run jobs until `stop`; with `burst` until the queue is empty.

        Raises:
            ServiceUnavailable: Redis cannot be reached at the start.
        """
        await self.link.check()
        await self.tidy()
        await self.executor.start()
        await self.telemetry.start()
        loop = asyncio.get_running_loop()

        def give_away(job_id: str) -> None:
            loop.call_soon_threadsafe(self._begin, job_id)

        feed = self._feed = Feed(self.link, self.queue, self.slots, give_away)
        works = (self._listen, self.sweeper.sweep_for_ever, self.engine.keep_leases)
        loops = [asyncio.ensure_future(work()) for work in works]
        try:
            await asyncio.to_thread(feed.run, burst=burst)
            await self._finish_what_runs(self.grace_s if feed.is_stopping else None)
        finally:
            feed.stop()
            for task in loops:
                task.cancel()
            await asyncio.gather(*loops, return_exceptions=True)
            await self.executor.close()
            await self.telemetry.close()
            await self.hub.close()
            await self.link.close()

    def stop(self) -> None:
        """Take no more jobs and finish those that run; asked again, end them at once."""
        if self._feed is not None and self._feed.is_stopping:
            self._hurry.set()
        if self._feed is not None:
            self._feed.stop()

    def _begin(self, job_id: str) -> None:
        task = asyncio.ensure_future(self._run(job_id))
        self._jobs.add(task)
        task.add_done_callback(self._jobs.discard)

    async def _run(self, job_id: str) -> None:
        assert self._feed is not None
        try:
            claimed = await self._claim(job_id)
            if claimed is not None:
                await self.engine.run(claimed)
        except Exception:  # the worker's loop: one job's fault must not end the others
            logger.exception("job %s failed in the runner", job_id)
        finally:
            self._feed.done_with_one()

    async def _claim(self, job_id: str) -> Claimed | None:
        """Claim the job, however long Redis is away; while stopping it is left to others."""
        assert self._feed is not None
        while not self._feed.is_stopping:
            try:
                return await self.leases.claim(self.engine.name, LEASE_S, job_id)
            except ServiceUnavailable:
                await asyncio.sleep(AGAIN_S)
        return None

    async def _listen(self) -> None:
        async for topic, job_id in self.signals.listen():
            if topic == Topic.CANCEL:
                self.engine.cancel(job_id)
            elif topic == ANYTHING[0]:
                await self.engine.renew()  # which ends what was canceled unheard

    async def _finish_what_runs(self, limit_s: float | None) -> None:
        """Wait for what runs; end it when that takes too long or somebody is in a hurry."""
        await wait_for_ends(self._jobs, limit_s, self._hurry)
        self.engine.abandon()
        # Without Redis their ends cannot be told; then their leases run out, which tells it.
        await wait_for_ends(self._jobs, GIVE_UP_S, asyncio.Event())
