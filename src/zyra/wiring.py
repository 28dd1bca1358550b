"""Choose the parts of a service, once, from the settings."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from zyra.access.audit import AuditLog
from zyra.access.front_desk import CallerStore, FrontDesk
from zyra.access.gate import Gate
from zyra.access.limit_kinds import LOGINS, READS, RUNS, STREAMS, UPLOADS
from zyra.access.sqlite_keys import SqliteKeys
from zyra.core.environment import cloud_variables
from zyra.core.errors import UsageError
from zyra.core.loading import load
from zyra.core.settings import Settings
from zyra.jobs.callbacks import Callbacks, Sender
from zyra.jobs.embedded.event_files import EventFiles
from zyra.jobs.embedded.local_signals import LocalSignals
from zyra.jobs.embedded.result_files import ResultFiles
from zyra.jobs.embedded.sqlite_ledger import SqliteLedger
from zyra.jobs.embedded.sqlite_listeners import SqliteListeners
from zyra.jobs.embedded.sqlite_store import SqliteJobStore
from zyra.jobs.embedded.sqlite_streams import SqliteStreams
from zyra.jobs.embedded.upload_files import UploadFiles
from zyra.jobs.embedded.worker import EmbeddedWorker
from zyra.jobs.engine import Engine
from zyra.jobs.isolation.brokered import BrokeredExecutor
from zyra.jobs.isolation.egress import EgressBroker
from zyra.jobs.isolation.executor import Executor
from zyra.jobs.isolation.forking import ForkingExecutor
from zyra.jobs.isolation.neighbours import Neighbours
from zyra.jobs.isolation.spawning import SpawningExecutor
from zyra.jobs.open_streams import OpenStreams
from zyra.jobs.plan_vault import PlanVault, Seal
from zyra.jobs.ports import JobStore, StorageLedger
from zyra.jobs.repeated import Repeated
from zyra.jobs.retention import Retention
from zyra.jobs.service import JobService, Part
from zyra.jobs.space import Space
from zyra.jobs.storage import Results, Storage, Uploads
from zyra.jobs.telemetry_part import Telemetry, children_of, sharing
from zyra.jobs.waiting import FinishLine
from zyra.jobs.watched import Watched
from zyra.jobs.watching import Watch
from zyra.registry import CLI_REGISTRY, Registry
from zyra.telemetry.board_files import BoardFiles
from zyra.telemetry.sharing import Board
from zyra.telemetry.traces import build_tracer

if TYPE_CHECKING:
    from zyra.access.rates import Rates
    from zyra.jobs.redis.assembly import RedisParts
    from zyra.jobs.redis.worker import RedisWorker

REGISTRY_NAME = "zyra.registry:CLI_REGISTRY"
REDIS_PORT = 6379


REDIS_PARTS = "zyra.jobs.redis.assembly:redis_parts"
RATES = "zyra.access.rates:Rates"
REDIS_RATES = "zyra.access.redis_rates:redis_rates"
SEAL = "zyra.jobs.sealing:Seal"
SEAL_OF_FILE = "zyra.jobs.sealing:seal_of_file"
OBJECT_STORAGE = "zyra.jobs.objects.assembly:object_storage"
REDIS_KEYS = "zyra.access.redis_keys:redis_keys"


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


async def check_redis(settings: Settings) -> None:
    """Find out before a service starts whether its Redis is there, if it has one.

    Raises:
        UsageError: The address of Redis is none.
        ServiceUnavailable: Redis cannot be reached.
    """
    if settings.redis_url is not None:
        link = _redis_parts(settings, settings.redis_url).link
        try:
            await link.check()
        finally:
            await link.close()


async def check_storage(settings: Settings) -> None:
    """Find out before anything starts whether the bucket can be used, if there is one.

    Raises:
        ServiceUnavailable: It cannot.
    """
    check = build_storage(settings).check
    if check is not None:
        await check()


def build_front_desk(settings: Settings) -> FrontDesk:
    """What a server asks before it serves a caller.

    Raises:
        UsageError: The address of Redis, or a limit, is none.
    """
    store = build_key_store(settings)
    written = {
        RUNS: settings.rate_limit,
        READS: settings.read_rate_limit,
        UPLOADS: settings.upload_rate_limit,
        STREAMS: settings.stream_rate_limit,
        LOGINS: settings.login_rate_limit,
    }
    return FrontDesk(
        gate=Gate(settings, store),
        store=store,
        audit=AuditLog(audit_path(settings)),
        make_rates=lambda: _rates(written, settings),
    )


def _rates(written: Mapping[str, str], settings: Settings) -> "Rates":
    if settings.redis_url is None:
        rates: Rates = load(RATES)(written)
    else:
        rates = load(REDIS_RATES)(written, settings.redis_url, settings.queue)
    return rates


def build_key_store(settings: Settings) -> CallerStore:
    """Where the keys of callers are kept: Redis where that is set, else the state folder.

    Raises:
        UsageError: The address of Redis is none.
    """
    if settings.redis_url is None:
        return SqliteKeys(settings.state_dir / "keys.sqlite3")
    store: CallerStore = load(REDIS_KEYS)(settings.redis_url, settings.queue)
    return store


def build_telemetry(
    settings: Settings,
    registry: Registry,
    role: str,
    executor: Executor | None,
    board: Board | None = None,
) -> tuple[Telemetry, Watch]:
    """What a process tells of itself, and what it does with the ends of jobs.

    Args:
        settings: Those of the service.
        registry: Its commands.
        role: `server` or `worker`.
        executor: Runs the commands in this process, or None where it runs none.
        board: Shared by processes on several machines; None where there is one machine.

    Raises:
        DependencyMissing: A setting needs an extra that is not installed.
    """
    gauges = [] if executor is None else [children_of(executor)]
    own = BoardFiles(settings.state_dir / "metrics")
    here = sharing(own, role, gauges if board is None else [])
    everywhere = here if board is None else sharing(board, role, gauges)
    tracer = build_tracer(settings, role)
    return Telemetry(here, everywhere, tracer), Watch(registry, everywhere.tally, tracer)


def audit_path(settings: Settings) -> Path:
    """The file of the audit log."""
    return settings.state_dir / "audit.jsonl"


def build_worker(settings: Settings, registry_name: str = REGISTRY_NAME) -> "RedisWorker":
    """What `zyra worker` runs.

    Raises:
        UsageError: No Redis is set, or its address is none.
    """
    if settings.redis_url is None:
        raise UsageError(
            "a worker needs a Redis, and ZYRA_REDIS_URL is not set",
            hint="without Redis `zyra serve` runs the jobs itself",
        )
    settings.results_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    parts = _redis_parts(settings, settings.redis_url)
    executor = build_executor(registry_name, settings.concurrency)
    neighbours = Neighbours(parts.listeners)
    registry = load(registry_name)
    executor = brokered(executor, settings, registry, neighbours)
    telemetry, watch = build_telemetry(settings, registry, "worker", executor, parts.board)
    return parts.worker(
        build_storage(settings).results,
        executor,
        build_vault(settings),
        watch.ended,
        telemetry,
        slots=settings.concurrency,
        grace_s=settings.stop_grace_s,
    )


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
            worker,
            *build_presence(streams, neighbours),
            build_callbacks(settings, store, results, vault),
            telemetry,
        ),
        begin=worker.begin,
        telemetry=telemetry,
        ended=watch.ended,
        stop_claiming=worker.wind_down,
        end_grace=worker.hurry,
    )


def _on_redis(settings: Settings, url: str, registry: Registry, executor: Executor) -> JobService:
    """Redis, shared folders, and workers that are processes elsewhere."""
    parts = _redis_parts(settings, url)
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
            telemetry,  # the first to close, since what comes next closes the connection
            parts.server_part(storage.results, executor, vault, watch.ended),
            *build_presence(streams, Neighbours(parts.listeners)),
            *watch_storage(storage),
            build_retention(settings, parts.store, storage.results, space),
            build_callbacks(settings, parts.store, storage.results, vault),
        ),
    )


def _redis_parts(settings: Settings, url: str) -> "RedisParts":
    # Loaded by name: a service without Redis starts 0.4 s sooner.
    parts: RedisParts = load(REDIS_PARTS)(url, settings.queue, settings.results_ttl_s)
    return parts


def build_callbacks(
    settings: Settings, store: JobStore, results: Results, vault: PlanVault
) -> Part:
    """What tells callers that their jobs are done."""
    sender = Sender(settings.callback_network, vault, settings.webhook_secret)
    callbacks = Callbacks(store, sender, results.with_text)
    return Repeated(callbacks.deliver_due, Callbacks.EVERY_S)


def build_presence(streams: OpenStreams, neighbours: Neighbours) -> tuple[Part, ...]:
    """What tells the other processes of the service what this server has open."""
    return (
        Repeated(streams.renew, OpenStreams.RENEW_EVERY_S),
        Repeated(neighbours.announce, Neighbours.LOOK_EVERY_S),
    )


def build_storage(settings: Settings) -> Storage:
    """Where uploads and results lie: in a bucket where one is set, else in local folders."""
    if settings.storage_url is None:
        return Storage(UploadFiles(settings.upload_dir), ResultFiles(settings.results_dir))
    storage: Storage = load(OBJECT_STORAGE)(
        settings.storage_url,
        cloud_variables(),
        settings.results_dir,
        most_upload_bytes=settings.max_upload_bytes,
        floor_bytes=settings.disk_floor_bytes,
    )
    return storage


def watch_storage(storage: Storage) -> tuple[Part, ...]:
    """What refuses to start without the bucket, and tells whether it is there."""
    return () if storage.check is None else (Watched("storage", storage.check),)


def build_space(settings: Settings, ledger: StorageLedger, uploads: Uploads) -> Space:
    """What says how much more may be kept."""
    return Space(ledger, uploads, settings.disk_floor_bytes, settings.max_stored_bytes)


def build_vault(settings: Settings) -> PlanVault:
    """What keeps the secrets of plans.

    On one machine the key lies in the state folder. Processes that share a Redis need one
    that the operator gives to all of them.
    """

    def from_setting() -> Seal:
        seal: Seal = load(SEAL)(settings.plan_key)
        return seal

    def from_file() -> Seal:
        seal: Seal = load(SEAL_OF_FILE)(settings.state_dir / "plan.key")
        return seal

    if settings.plan_key is None and settings.redis_url is not None:
        return PlanVault(settings.secrets_dir, None)
    make_seal = from_file if settings.plan_key is None else from_setting
    return PlanVault(settings.secrets_dir, make_seal)


def build_retention(settings: Settings, store: JobStore, results: Results, space: Space) -> Part:
    """What removes results and uploads after their time."""
    retention = Retention(store, space.uploads, space.ledger, results, settings.results_ttl_s)
    return Repeated(retention.remove_old, Retention.EVERY_S)


def brokered(
    executor: Executor, settings: Settings, registry: Registry, neighbours: Neighbours
) -> Executor:
    """The executor with an egress broker for the commands that need the network."""
    redis = urlsplit(settings.redis_url or "")
    own = [(redis.hostname, redis.port or REDIS_PORT)] if redis.hostname else []
    broker = EgressBroker(own, neighbours.ports)
    return BrokeredExecutor(executor, broker, registry, settings.cloud_variables)


def build_executor(registry_name: str, concurrency: int) -> Executor:
    """Fork from a warm parent where that is safe, else start fresh interpreters."""
    if sys.platform == "linux":
        return ForkingExecutor(registry_name, spares=concurrency)
    return SpawningExecutor(registry_name)
