"""Choose the parts of a service, once, from the settings."""

from zyra.wiring.access import audit_path, build_front_desk, build_key_store
from zyra.wiring.redis import check_redis
from zyra.wiring.service import REGISTRY_NAME, build_service
from zyra.wiring.storage import check_storage
from zyra.wiring.worker import build_worker

__all__ = [
    "REGISTRY_NAME",
    "audit_path",
    "build_front_desk",
    "build_key_store",
    "build_service",
    "build_worker",
    "check_redis",
    "check_storage",
]
