"""OAuth2 bearer tokens of one OpenID Connect issuer.

Signed tokens (JWT, RFC 7519) as RFC 9068 profiles them for access: the issuer's published keys
(RFC 7517) check the signature; issuer, audience and times have to fit; scopes come from the
claims `scope` or `scp`.
"""

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import jwt
import urllib3

from zyra.access.refusals import TokenRefused
from zyra.core.errors import TransferError

# Asymmetric ones only: with HS256 a public key could be taken for a shared secret.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA")
LEEWAY_S = 30
FRESH_S = 600.0  # how long fetched keys are used without looking again
SOONEST_S = 30.0  # unknown key ids, which anybody can invent, ask the issuer not oftener
LARGEST_BYTES = 1 << 20
TIMEOUT_S = 5.0
LONGEST_TOKEN = 16 * 1024

Fetch = Callable[[str], Mapping[str, Any]]


@dataclass(frozen=True)
class TokenHolder:
    """Who a token speaks for.

    Attributes:
        subject: Stable identity at the issuer.
        scopes: What the token allows, in our words; others are left out.
    """

    subject: str
    scopes: frozenset[str]


class IssuerKeys:
    """The issuer's public keys, fetched when needed and not oftener than every 30 s."""

    def __init__(self, issuer: str, fetch: Fetch, clock: Callable[[], float]) -> None:
        self._issuer = issuer.rstrip("/")
        self._fetch = fetch
        self._clock = clock
        self._keys: dict[str, jwt.PyJWK] = {}
        self._fetched_at = -float("inf")
        self._one_at_a_time = asyncio.Lock()

    async def key(self, key_id: str) -> jwt.PyJWK:
        """The key of that id.

        Raises:
            TokenRefused: The issuer has none of that id.
            TransferError: The issuer cannot be reached, and no key of that id is known.
        """
        async with self._one_at_a_time:
            age = self._clock() - self._fetched_at
            if age > FRESH_S or (key_id not in self._keys and age > SOONEST_S):
                await self._refresh_for(key_id)
        if key_id not in self._keys:
            raise TokenRefused("the token is signed by a key that its issuer does not publish")
        return self._keys[key_id]

    async def _refresh_for(self, key_id: str) -> None:
        try:
            await self._refresh()
        except TransferError:
            # A key that was good ten minutes ago serves while its issuer is away.
            if key_id not in self._keys:
                raise

    async def _refresh(self) -> None:
        self._fetched_at = self._clock()
        found = await asyncio.to_thread(self._fetch_keys)
        self._keys = {str(key.key_id): key for key in found.keys if key.public_key_use != "enc"}

    def _fetch_keys(self) -> jwt.PyJWKSet:
        about = self._fetch(f"{self._issuer}/.well-known/openid-configuration")
        if str(about.get("issuer", "")).rstrip("/") != self._issuer:
            raise TransferError(f"{self._issuer} says that its issuer is {about.get('issuer')!r}")
        try:
            return jwt.PyJWKSet.from_dict(dict(self._fetch(str(about["jwks_uri"]))))
        except (KeyError, jwt.PyJWTError) as error:
            raise TransferError(f"{self._issuer} publishes no usable keys: {error}") from error


class TokenCheck:
    """Checks bearer tokens of one issuer for one audience.

    Args:
        issuer: Its address, as the claim `iss` has it.
        audience: What the claim `aud` has to name.
        fetch: Gets a JSON document of the issuer.
        clock: Monotonic seconds.
    """

    def __init__(
        self,
        issuer: str,
        audience: str,
        fetch: Fetch | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._issuer = issuer
        self._audience = audience
        self._keys = IssuerKeys(issuer, fetch or fetch_json, clock)

    async def holder(self, token: str) -> TokenHolder:
        """Who the token speaks for.

        Raises:
            TokenRefused: It is malformed, forged, expired, or meant for somebody else.
            TransferError: The issuer's keys are needed and cannot be fetched.
        """
        key = await self._keys.key(_key_id(token))
        try:
            claims = jwt.decode(
                token,
                key=key,
                algorithms=list(ALGORITHMS),
                issuer=self._issuer,
                audience=self._audience,
                leeway=LEEWAY_S,
                options={"require": ["exp", "iat", "sub", "iss", "aud"]},
            )
        except jwt.PyJWTError as error:
            raise TokenRefused(f"the token is not accepted: {error}") from error
        return TokenHolder(str(claims["sub"]), _scopes(claims))


def fetch_json(url: str) -> Mapping[str, Any]:
    """Get a JSON object over HTTP(S).

    Raises:
        TransferError: It cannot be fetched, is too large or no JSON object.
    """
    try:
        with urllib3.PoolManager(timeout=TIMEOUT_S, retries=urllib3.Retry(1, redirect=0)) as pool:
            answer = pool.request("GET", url, preload_content=False)
            body = answer.read(LARGEST_BYTES + 1)
            status = answer.status
            answer.close()
        found = json.loads(body) if status == 200 and len(body) <= LARGEST_BYTES else None
    except (urllib3.exceptions.HTTPError, ValueError) as error:
        raise TransferError(f"{url} cannot be fetched: {error}") from error
    if not isinstance(found, dict):
        raise TransferError(f"{url} answers {status} instead of a JSON object")
    return found


def is_token(text: str) -> bool:
    """Whether a bearer's text has the shape of a signed token."""
    return text.count(".") == 2


def _key_id(token: str) -> str:
    if len(token) > LONGEST_TOKEN:
        raise TokenRefused(f"the token has {len(token)} characters, more than {LONGEST_TOKEN}")
    try:
        header = jwt.get_unverified_header(token)
    except jwt.PyJWTError as error:
        raise TokenRefused(f"the token is malformed: {error}") from error
    if header.get("alg") not in ALGORITHMS:
        raise TokenRefused(f"the token is signed with {header.get('alg')!r}, which is not accepted")
    if str(header.get("typ", "JWT")).lower() not in ("jwt", "at+jwt", "application/at+jwt"):
        raise TokenRefused(f"a token of type {header['typ']!r} is no access token")
    if not isinstance(header.get("kid"), str):
        raise TokenRefused("the token does not name the key that signed it")
    return str(header["kid"])


def _scopes(claims: Mapping[str, Any]) -> frozenset[str]:
    named = claims.get("scope", claims.get("scp", ""))
    words = named.split() if isinstance(named, str) else named
    return frozenset(word for word in words if isinstance(word, str))
