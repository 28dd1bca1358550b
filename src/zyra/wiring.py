"""Choose the parts of a service, once, from the settings."""

import sys

from zyra.core.settings import Settings
from zyra.jobs.embedded.sqlite_store import SqliteJobStore
from zyra.jobs.isolation.executor import Executor
from zyra.jobs.isolation.forking import ForkingExecutor
from zyra.jobs.isolation.spawning import SpawningExecutor
from zyra.jobs.service import JobService
from zyra.jobs.uploads import Uploads
from zyra.registry import CLI_REGISTRY, Registry

REGISTRY_NAME = "zyra.registry:CLI_REGISTRY"


def build_service(
    settings: Settings,
    registry: Registry = CLI_REGISTRY,
    registry_name: str = REGISTRY_NAME,
) -> JobService:
    """A service of this machine: SQLite, local folders, processes of its own."""
    return JobService(
        registry=registry,
        settings=settings,
        store=SqliteJobStore(settings.state_dir / "jobs.sqlite3"),
        executor=build_executor(registry_name, settings.concurrency),
        uploads=Uploads(settings.upload_dir),
    )


def build_executor(registry_name: str, concurrency: int) -> Executor:
    """Fork from a warm parent where that is safe, else start fresh interpreters."""
    if sys.platform == "linux":
        return ForkingExecutor(registry_name, spares=concurrency)
    return SpawningExecutor(registry_name)
