"""Who a credential belongs to: the static key, a key of the store, a token of the issuer."""

import hmac
from dataclasses import dataclass

from zyra.access.keys import KeyStore, now_utc, split_key
from zyra.access.refusals import NotAuthenticated
from zyra.access.scopes import EVERYTHING, allows, secrets_of
from zyra.core.errors import TransferError
from zyra.core.loading import load
from zyra.core.settings import Settings
from zyra.jobs.requests import Caller, ServiceUnavailable

TOKEN_CHECK = "zyra.access.tokens:TokenCheck"  # noqa: S105 - a place in the code


@dataclass(frozen=True)
class Identity:
    """A caller that is known, and what it may do.

    Attributes:
        caller: Owns what it makes.
        scopes: See `access.scopes`.
        is_local: Came without a credential, from this machine; its user may do all anyway.
    """

    caller: Caller
    scopes: frozenset[str]
    is_local: bool = False

    def may(self, scope: str) -> bool:
        """Whether it may do what needs `scope`."""
        return allows(self.scopes, scope)


LOCAL = Identity(Caller("local", secrets=secrets_of(EVERYTHING)), EVERYTHING, is_local=True)


class Gate:
    """Knows the credentials of one service."""

    def __init__(self, settings: Settings, keys: KeyStore) -> None:
        self._static_key = settings.api_key
        self._keys = keys
        self._tokens = None
        if settings.oidc_issuer is not None:
            self._tokens = load(TOKEN_CHECK)(settings.oidc_issuer, settings.oidc_audience)

    async def is_open(self) -> bool:
        """Whether no credential exists at all, so that this machine's own user is served."""
        return self._static_key is None and self._tokens is None and await self._keys.is_empty()

    async def identify(self, credential: str) -> Identity:
        """Whose the credential is.

        Raises:
            NotAuthenticated: It is nobody's, or is not accepted any more.
            TokenRefused: It is a token that is not accepted.
            ServiceUnavailable: The store or the issuer that has to be asked is away.
        """
        if self._static_key is not None and _equal(credential, self._static_key):
            return _identity("key:static", EVERYTHING)
        if (parts := split_key(credential)) is not None:
            return await self._by_key(*parts)
        if self._tokens is not None and credential.count(".") == 2:
            return await self._by_token(credential)
        raise NotAuthenticated("the key is not valid")

    async def _by_key(self, key_id: str, secret: str) -> Identity:
        record = await self._keys.get(key_id)
        if record is None or not record.accepts(secret, now_utc()):
            raise NotAuthenticated("the key is not valid, or not any more")
        return _identity(f"key:{key_id}", record.scopes)

    async def _by_token(self, token: str) -> Identity:
        assert self._tokens is not None
        try:
            holder = await self._tokens.holder(token)
        except TransferError as error:
            raise ServiceUnavailable(f"tokens cannot be checked now: {error.message}") from error
        return _identity(f"oidc:{holder.subject}", holder.scopes)


def _identity(name: str, scopes: frozenset[str]) -> Identity:
    return Identity(Caller(name, is_limited=True, secrets=secrets_of(scopes)), scopes)


def _equal(given: str, key: str) -> bool:
    """Compare in constant time; header bytes arrive as latin-1, a key of the settings is text."""
    return hmac.compare_digest(given.encode("latin-1", "backslashreplace"), key.encode("utf-8"))
