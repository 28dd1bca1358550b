"""The ports of processes of one service, made as `zyra.wiring` makes them."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from zyra.jobs.embedded.event_files import EventFiles
from zyra.jobs.embedded.local_signals import LocalSignals
from zyra.jobs.embedded.sqlite_ledger import SqliteLedger
from zyra.jobs.embedded.sqlite_listeners import SqliteListeners
from zyra.jobs.embedded.sqlite_store import SqliteJobStore
from zyra.jobs.embedded.sqlite_streams import SqliteStreams
from zyra.jobs.ports import EventLog, Listeners, Signals, StorageLedger, StreamLedger
from zyra.jobs.redis.connection import Link
from zyra.jobs.redis.event_streams import RedisEventLog
from zyra.jobs.redis.hub import Hub
from zyra.jobs.redis.keys import Keys
from zyra.jobs.redis.redis_ledger import RedisLedger
from zyra.jobs.redis.redis_listeners import RedisListeners
from zyra.jobs.redis.redis_store import RedisJobStore
from zyra.jobs.redis.redis_streams import RedisStreams
from zyra.jobs.redis.rq_queue import RqQueue
from zyra.jobs.redis.signals import RedisSignals

CAPACITY = 1000
KEPT_S = 3600.0

Store = SqliteJobStore | RedisJobStore


@dataclass(frozen=True)
class Ports:
    """What one process of a service has."""

    store: Store
    log: EventLog
    signals: Signals
    ledger: StorageLedger
    streams: StreamLedger
    listeners: Listeners


Connect = Callable[[], Ports]


async def embedded(folder: Path) -> AsyncIterator[Connect]:
    """Ports of processes that share `folder`."""
    made: list[tuple[SqliteJobStore, LocalSignals]] = []
    (folder / "results").mkdir()

    def connect() -> Ports:
        store = SqliteJobStore(folder / "jobs.sqlite3", CAPACITY)
        signals = LocalSignals(store)
        made.append((store, signals))
        return Ports(
            store,
            EventFiles(folder / "results"),
            signals,
            SqliteLedger(store),
            SqliteStreams(store),
            SqliteListeners(store),
        )

    yield connect
    for store, signals in made:
        await signals.close()
        await store.close()


async def on_redis(url: str) -> AsyncIterator[Connect]:
    """Ports of processes that share a Redis, below a prefix that nobody else uses."""
    keys = Keys(f"test-{uuid4()}")
    made: list[tuple[Link, Hub]] = []

    def connect() -> Ports:
        link = Link(url)
        hub = Hub(link, keys.signals)
        made.append((link, hub))
        store = RedisJobStore(link, keys, RqQueue(link, keys, keys.prefix))
        log, signals = RedisEventLog(link, keys, hub, KEPT_S), RedisSignals(link, keys, hub)
        return Ports(
            store,
            log,
            signals,
            RedisLedger(link, keys),
            RedisStreams(link, keys),
            RedisListeners(link, keys),
        )

    yield connect
    for link, hub in made:
        await hub.close()
        await link.close()
