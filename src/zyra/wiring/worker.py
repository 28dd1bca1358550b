"""Build what `zyra worker` runs."""

from typing import TYPE_CHECKING

from zyra.core.errors import UsageError
from zyra.core.loading import load
from zyra.core.settings import Settings
from zyra.jobs.isolation.neighbours import Neighbours
from zyra.wiring.execution import brokered, build_executor
from zyra.wiring.parts import build_telemetry
from zyra.wiring.redis import redis_parts
from zyra.wiring.secrets import build_vault
from zyra.wiring.service import REGISTRY_NAME
from zyra.wiring.storage import build_storage

if TYPE_CHECKING:
    from zyra.jobs.redis.worker import RedisWorker


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
    parts = redis_parts(settings, settings.redis_url)
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
