"""Choose how commands are run, and how they reach the network."""

import sys
from urllib.parse import urlsplit

from zyra.core.settings import Settings
from zyra.jobs.isolation.branches import Branches
from zyra.jobs.isolation.brokered import BrokeredExecutor
from zyra.jobs.isolation.egress import EgressBroker
from zyra.jobs.isolation.executor import Executor
from zyra.jobs.isolation.forking import ForkingExecutor
from zyra.jobs.isolation.neighbours import Neighbours
from zyra.jobs.isolation.spawning import SpawningExecutor
from zyra.registry import CARRYING, Registry

REDIS_PORT = 6379


def build_executor(registry_name: str, concurrency: int) -> Executor:
    """Fork from warm parents where that is safe, else start fresh interpreters."""
    if sys.platform != "linux":
        return SpawningExecutor(registry_name)
    carrying = ForkingExecutor(registry_name, concurrency, "zyra.registry:CARRYING")
    scientific = ForkingExecutor(registry_name, concurrency, "zyra.registry:SCIENTIFIC")
    return Branches(scientific, dict.fromkeys(CARRYING.stages, carrying))


def brokered(
    executor: Executor, settings: Settings, registry: Registry, neighbours: Neighbours
) -> Executor:
    """The executor with an egress broker for the commands that need the network."""
    redis = urlsplit(settings.redis_url or "")
    own = [(redis.hostname, redis.port or REDIS_PORT)] if redis.hostname else []
    broker = EgressBroker(own, neighbours.ports)
    return BrokeredExecutor(executor, broker, registry, settings.cloud_variables)
