"""Keys of callers: made here, shown once, kept as digests.

A key is `zyra_ID_SECRET`. The id finds its record; the secret has 256 random bits, so its
plain SHA-256 cannot be searched for (passwords would need a slow hash, these do not).
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol, Self

from zyra.core.errors import UsageError

SECRET_BYTES = 32
_ID_BYTES = 8
_SHAPE = re.compile(r"zyra_([0-9a-f]{16})_([A-Za-z0-9_-]{43})")


@dataclass(frozen=True, kw_only=True)
class KeyRecord:
    """What is kept of a key.

    Attributes:
        key_id: Public part, also the caller's stable identity.
        name: What people call it.
        digest: SHA-256 of the secret, hexadecimal.
        scopes: What it allows.
        created_at, expires_at, revoked_at: UTC, aware; None where that does not apply.
        old_digest: Of the secret before the last rotation, while that is still accepted.
        old_until: Until when it is.
    """

    key_id: str
    name: str
    digest: str
    scopes: frozenset[str]
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    old_digest: str | None = None
    old_until: datetime | None = None

    def state_at(self, now: datetime) -> str:
        """`active`, `expired` or `revoked`."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at is not None and now >= self.expires_at else "active"

    def accepts(self, secret: str, now: datetime) -> bool:
        """Whether `secret` is the key's, compared in constant time, and the key is active."""
        given = digest_of(secret)
        is_current = hmac.compare_digest(given, self.digest)
        is_old = hmac.compare_digest(given, self.old_digest or self.digest[::-1])
        is_old = is_old and self.old_until is not None and now < self.old_until
        return (is_current or is_old) and self.state_at(now) == "active"

    def to_json(self) -> dict[str, Any]:
        """The record as plain JSON values."""
        kept = {name: _plain(value) for name, value in asdict(self).items()}
        return {name: value for name, value in kept.items() if value is not None}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """The record that `to_json` wrote."""
        times = {name: datetime.fromisoformat(kept[name]) for name in _TIMES if name in kept}
        return cls(**{**kept, **times, "scopes": frozenset(kept["scopes"])})


_TIMES = ("created_at", "expires_at", "revoked_at", "old_until")


class KeyStore(Protocol):
    """Where keys are kept."""

    async def put(self, record: KeyRecord) -> None:
        """Keep a record, in place of an older one of that id."""

    async def get(self, key_id: str) -> KeyRecord | None:
        """The record of that id."""

    async def all(self) -> list[KeyRecord]:
        """Every record, oldest first."""

    async def is_empty(self) -> bool:
        """Whether there is no record at all, not even of a revoked key."""

    async def close(self) -> None:
        """Let go of the connection."""


def new_key(
    name: str, scopes: frozenset[str], lifetime: timedelta | None, now: datetime
) -> tuple[KeyRecord, str]:
    """A new key: its record, and its text, which is shown once.

    Raises:
        UsageError: It would have no name, or have expired already.
    """
    if not name.strip():
        raise UsageError("a key needs a name", hint="say what it is for: --name n8n")
    if lifetime is not None and lifetime <= timedelta(0):
        raise UsageError("the key would have expired already", hint="give --expires 90d")
    key_id, secret = secrets.token_hex(_ID_BYTES), secrets.token_urlsafe(SECRET_BYTES)
    record = KeyRecord(
        key_id=key_id,
        name=name.strip(),
        digest=digest_of(secret),
        scopes=scopes,
        created_at=now,
        expires_at=None if lifetime is None else now + lifetime,
    )
    return record, text_of(key_id, secret)


def rotated(record: KeyRecord, grace: timedelta, now: datetime) -> tuple[KeyRecord, str]:
    """The key with a new secret; the old one is accepted for the time of `grace`.

    Raises:
        UsageError: The key is revoked or has expired.
    """
    if (state := record.state_at(now)) != "active":
        raise UsageError(f"key {record.key_id} is {state}", hint="create another one")
    secret = secrets.token_urlsafe(SECRET_BYTES)
    changed = replace(
        record, digest=digest_of(secret), old_digest=record.digest, old_until=now + grace
    )
    return changed, text_of(record.key_id, secret)


def split_key(text: str) -> tuple[str, str] | None:
    """Id and secret of a key's text; None when it is none."""
    found = _SHAPE.fullmatch(text)
    return None if found is None else (found[1], found[2])


def text_of(key_id: str, secret: str) -> str:
    """The key as its owner writes it."""
    return f"zyra_{key_id}_{secret}"


def digest_of(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def now_utc() -> datetime:
    """This moment, aware, in whole seconds."""
    return datetime.now(UTC).replace(microsecond=0)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return sorted(value) if isinstance(value, frozenset) else value
