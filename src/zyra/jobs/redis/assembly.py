"""The parts on Redis, made to fit each other; loaded only where Redis is configured."""

from dataclasses import dataclass
from functools import partial

from zyra.jobs.engine import Engine
from zyra.jobs.isolation.executor import Executor
from zyra.jobs.plan_vault import PlanVault
from zyra.jobs.redis.connection import Link
from zyra.jobs.redis.event_streams import RedisEventLog
from zyra.jobs.redis.hub import Hub
from zyra.jobs.redis.keys import Keys
from zyra.jobs.redis.redis_board import RedisBoard
from zyra.jobs.redis.redis_ledger import RedisLedger
from zyra.jobs.redis.redis_listeners import RedisListeners
from zyra.jobs.redis.redis_store import RedisJobStore
from zyra.jobs.redis.redis_streams import RedisStreams
from zyra.jobs.redis.rq_queue import RqQueue
from zyra.jobs.redis.server_part import ServerPart
from zyra.jobs.redis.signals import RedisSignals
from zyra.jobs.redis.sweeper import Sweeper
from zyra.jobs.redis.worker import RedisWorker
from zyra.jobs.storage import Results
from zyra.jobs.telemetry_part import Telemetry
from zyra.jobs.watching import JobEnded


@dataclass(frozen=True)
class RedisParts:
    """What one process, server or worker, has of Redis."""

    link: Link
    hub: Hub
    queue: RqQueue
    store: RedisJobStore
    log: RedisEventLog
    signals: RedisSignals
    ledger: RedisLedger
    streams: RedisStreams
    listeners: RedisListeners
    board: RedisBoard

    def server_part(
        self, results: Results, executor: Executor, vault: PlanVault, ended: JobEnded
    ) -> ServerPart:
        """What a server runs; its executor only ends orphans and is never started."""
        engine = self._engine(results, executor, vault, ended)
        return ServerPart(self.link, self.hub, self._sweeper(engine))

    def worker(
        self,
        results: Results,
        executor: Executor,
        vault: PlanVault,
        ended: JobEnded,
        telemetry: Telemetry,
        *,
        slots: int,
        grace_s: float,
    ) -> RedisWorker:
        """What `zyra worker` runs."""
        engine = self._engine(results, executor, vault, ended)
        return RedisWorker(
            link=self.link,
            hub=self.hub,
            leases=self.store,
            signals=self.signals,
            engine=engine,
            executor=executor,
            sweeper=self._sweeper(engine),
            queue=self.queue.rq.name,
            slots=slots,
            tidy=partial(results.tidy, self.store),
            grace_s=grace_s,
            telemetry=telemetry,
        )

    def _engine(
        self, results: Results, executor: Executor, vault: PlanVault, ended: JobEnded
    ) -> Engine:
        return Engine(self.store, self.log, self.signals, executor, results, vault, ended=ended)

    def _sweeper(self, engine: Engine) -> Sweeper:
        return Sweeper(engine, self.queue)


def redis_parts(url: str, queue_name: str, kept_s: float) -> RedisParts:
    """The parts of this process; nothing connects before it is used.

    Args:
        url: Address of the Redis.
        queue_name: Name of the queue; everything in Redis is named below it.
        kept_s: How long the frames of a finished job are kept.

    Raises:
        UsageError: `url` is no address of a Redis.
    """
    link = Link(url)
    keys = Keys(queue_name)
    hub = Hub(link, keys.signals)
    queue = RqQueue(link, keys, queue_name)
    return RedisParts(
        link=link,
        hub=hub,
        queue=queue,
        store=RedisJobStore(link, keys, queue),
        log=RedisEventLog(link, keys, hub, kept_s),
        signals=RedisSignals(link, keys, hub),
        ledger=RedisLedger(link, keys),
        streams=RedisStreams(link, keys),
        listeners=RedisListeners(link, keys),
        board=RedisBoard(link, keys),
    )
