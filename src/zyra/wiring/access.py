"""Choose what a server asks before it serves a caller."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from zyra.access.audit import AuditLog
from zyra.access.front_desk import CallerStore, FrontDesk
from zyra.access.gate import Gate
from zyra.access.limit_kinds import LOGINS, READS, RUNS, STREAMS, UPLOADS
from zyra.access.sqlite_keys import SqliteKeys
from zyra.core.loading import load
from zyra.core.settings import Settings

if TYPE_CHECKING:
    from zyra.access.rates import Rates

RATES = "zyra.access.rates:Rates"
REDIS_RATES = "zyra.access.redis_rates:redis_rates"
REDIS_KEYS = "zyra.access.redis_keys:redis_keys"


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


def audit_path(settings: Settings) -> Path:
    """The file of the audit log."""
    return settings.state_dir / "audit.jsonl"
