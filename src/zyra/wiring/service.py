"""Build a service: its parts, joined on this machine alone or on Redis."""

from zyra.core.settings import Settings
from zyra.jobs.embedded.event_files import EventFiles
from zyra.jobs.embedded.local_signals import LocalSignals
from zyra.jobs.embedded.sqlite_ledger import SqliteLedger
from zyra.jobs.embedded.sqlite_listeners import SqliteListeners
from zyra.jobs.embedded.sqlite_store import SqliteJobStore
from zyra.jobs.embedded.sqlite_streams import SqliteStreams
from zyra.jobs.embedded.worker import EmbeddedWorker
from zyra.jobs.engine import Engine
from zyra.jobs.isolation.executor import Executor
from zyra.jobs.isolation.neighbours import Neighbours
from zyra.jobs.large_pages import LargePages
from zyra.jobs.open_streams import OpenStreams
from zyra.jobs.service import JobService
from zyra.jobs.waiting import FinishLine
from zyra.registry import CLI_REGISTRY, Registry
from zyra.wiring.execution import brokered, build_executor
from zyra.wiring.parts import build_callbacks, build_presence, build_telemetry
from zyra.wiring.redis import redis_parts
from zyra.wiring.secrets import build_vault
from zyra.wiring.storage import build_retention, build_space, build_storage, watch_storage

REGISTRY_NAME = "zyra.registry:CLI_REGISTRY"


def build_service(
    settings: Settings,
    registry: Registry = CLI_REGISTRY,
    registry_name: str = REGISTRY_NAME,
    executor: Executor | None = None,
) -> JobService:
    """A service: on Redis where that is set, else of this machine alone.

    Raises:
        UsageError: The address of Redis is none.
    """
    settings.results_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    executor = executor or build_executor(registry_name, settings.concurrency)
    if settings.redis_url is not None:
        return _on_redis(settings, settings.redis_url, registry, executor)
    return _embedded(settings, registry, executor)


def _embedded(settings: Settings, registry: Registry, executor: Executor) -> JobService:
    """SQLite, local folders, processes of its own."""
    store = SqliteJobStore(settings.state_dir / "jobs.sqlite3", settings.concurrency)
    log = EventFiles(settings.results_dir)
    signals = LocalSignals(store)
    finish_line = FinishLine(store, signals)
    vault = build_vault(settings)
    streams = OpenStreams(SqliteStreams(store), settings.max_streams)
    neighbours = Neighbours(SqliteListeners(store))
    executor = brokered(executor, settings, registry, neighbours)
    storage = build_storage(settings)
    results = storage.results
    telemetry, watch = build_telemetry(settings, registry, "server", executor)
    engine = Engine(
        store, log, signals, executor, results, vault, finished=finish_line.cross, ended=watch.ended
    )
    worker = EmbeddedWorker(engine, store, signals, executor, settings.stop_grace_s)
    space = build_space(settings, SqliteLedger(store), storage.uploads)
    return JobService(
        registry=registry,
        settings=settings,
        store=store,
        log=log,
        signals=signals,
        finish_line=finish_line,
        uploads=storage.uploads,
        results=results,
        space=space,
        streams=streams,
        vault=vault,
        parts=(
            *watch_storage(storage),
            build_retention(settings, store, results, space),
            telemetry,
            build_callbacks(settings, store, results, vault),
            *build_presence(streams, neighbours),
            LargePages(executor),
            worker,  # the first to close: of its last runs the others tell
        ),
        begin=worker.begin,
        telemetry=telemetry,
        ended=watch.ended,
        stop_claiming=worker.wind_down,
        end_grace=worker.hurry,
    )


def _on_redis(settings: Settings, url: str, registry: Registry, executor: Executor) -> JobService:
    """Redis, shared folders, and workers that are processes elsewhere."""
    parts = redis_parts(settings, url)
    storage = build_storage(settings)
    space = build_space(settings, parts.ledger, storage.uploads)
    vault = build_vault(settings)
    streams = OpenStreams(parts.streams, settings.max_streams)
    telemetry, watch = build_telemetry(settings, registry, "server", None, parts.board)
    return JobService(
        registry=registry,
        settings=settings,
        store=parts.store,
        log=parts.log,
        signals=parts.signals,
        finish_line=FinishLine(parts.store, parts.signals),
        uploads=storage.uploads,
        results=storage.results,
        space=space,
        streams=streams,
        vault=vault,
        telemetry=telemetry,
        ended=watch.ended,
        parts=(
            # The last to close: who asked Redis after it would open a connection for good.
            parts.server_part(storage.results, executor, vault, watch.ended),
            telemetry,
            *build_presence(streams, Neighbours(parts.listeners)),
            *watch_storage(storage),
            build_retention(settings, parts.store, storage.results, space),
            build_callbacks(settings, parts.store, storage.results, vault),
        ),
    )
