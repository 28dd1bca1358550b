"""Choose the parts of a service, once, from the settings."""

import sys

from zyra.core.settings import Settings
from zyra.jobs.callbacks import Callbacks, Sender
from zyra.jobs.embedded.event_files import EventFiles
from zyra.jobs.embedded.local_signals import LocalSignals
from zyra.jobs.embedded.sqlite_store import SqliteJobStore
from zyra.jobs.embedded.worker import EmbeddedWorker
from zyra.jobs.engine import Engine
from zyra.jobs.isolation.executor import Executor
from zyra.jobs.isolation.forking import ForkingExecutor
from zyra.jobs.isolation.spawning import SpawningExecutor
from zyra.jobs.ports import JobStore
from zyra.jobs.results import with_text
from zyra.jobs.retention import Retention
from zyra.jobs.service import JobService
from zyra.jobs.uploads import Uploads
from zyra.jobs.waiting import FinishLine
from zyra.registry import CLI_REGISTRY, Registry

REGISTRY_NAME = "zyra.registry:CLI_REGISTRY"


def build_service(
    settings: Settings,
    registry: Registry = CLI_REGISTRY,
    registry_name: str = REGISTRY_NAME,
    executor: Executor | None = None,
) -> JobService:
    """A service of this machine: SQLite, local folders, processes of its own."""
    settings.results_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    store = SqliteJobStore(settings.state_dir / "jobs.sqlite3", settings.concurrency)
    log = EventFiles(settings.results_dir)
    signals = LocalSignals(store)
    executor = executor or build_executor(registry_name, settings.concurrency)
    engine = Engine(store, log, signals, executor, settings.results_dir)
    uploads = Uploads(settings.upload_dir)
    return JobService(
        registry=registry,
        settings=settings,
        store=store,
        log=log,
        signals=signals,
        finish_line=FinishLine(store, signals),
        uploads=uploads,
        parts=(
            Retention(store, uploads, settings.results_dir, settings.results_ttl_s),
            EmbeddedWorker(engine, store, signals, executor),
            build_callbacks(settings, store),
        ),
    )


def build_callbacks(settings: Settings, store: JobStore) -> Callbacks:
    """What tells callers that their jobs are done."""
    sender = Sender(settings.callback_network, settings.webhook_secret)
    return Callbacks(store, sender, lambda record: with_text(record, settings.results_dir))


def build_executor(registry_name: str, concurrency: int) -> Executor:
    """Fork from a warm parent where that is safe, else start fresh interpreters."""
    if sys.platform == "linux":
        return ForkingExecutor(registry_name, spares=concurrency)
    return SpawningExecutor(registry_name)
