"""Who is served: callers with the key, or, when there is none, this machine's own user.

Without a key only a direct connection from a loopback address counts: the Host must be
loopback too (a foreign page may have rebound its name to 127.0.0.1), no proxy may have
forwarded it, and a browser may send it only from our own pages.
"""

import hmac
import ipaddress
from urllib.parse import parse_qsl, urlsplit

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from zyra.access.refusals import NotAuthenticated
from zyra.api.errors import KeyInUrl, refusal
from zyra.core.errors import ZyraError
from zyra.core.settings import Settings
from zyra.jobs.requests import Caller

OPEN_PATHS = frozenset({"/health", "/v1/health"})
FORWARDING = ("forwarded", "via", "x-real-ip", "x-forwarded-")
KEY_NAMES = frozenset({"api_key", "apikey", "api-key", "x-api-key", "key", "token", "access_token"})
LOCAL = Caller("local")
KEY_HOLDER = Caller("key:static")
NOT_ALLOWED = 4401  # WebSocket close code of the contract
_CALLER = "zyra.caller"


def caller_of(request: HTTPConnection) -> Caller:
    """Who sent the request; the middleware below has let it pass."""
    caller: Caller = request.scope[_CALLER]
    return caller


class CallerCheck:
    """Let only known callers through, and note who they are."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] in ("http", "websocket"):
            try:
                scope[_CALLER] = identify(scope, self._settings)
            except (NotAuthenticated, KeyInUrl) as error:
                await _refuse(error, scope, receive, send)
                return
        await self._app(scope, receive, send)


def identify(scope: Scope, settings: Settings) -> Caller:
    """Name the caller of a connection.

    Raises:
        NotAuthenticated: The caller is not served; the message says why.
        KeyInUrl: The URL has a parameter for keys.
    """
    _refuse_key_in_url(scope)
    if scope["type"] == "http" and _inner_path(scope) in OPEN_PATHS:
        return LOCAL
    headers = Headers(scope=scope)
    if settings.api_key is not None:
        _check_key(headers, settings.api_key)
        return KEY_HOLDER
    _check_local(scope, headers, settings.cors_origins)
    return LOCAL


async def _refuse(error: ZyraError, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "http":
        await refusal(error)(scope, receive, send)
        return
    # Browsers tell a script the close code only of a connection that was accepted.
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close", "code": NOT_ALLOWED, "reason": error.message[:120]})


def _inner_path(scope: Scope) -> str:
    root = scope.get("root_path", "").rstrip("/")
    path: str = scope["path"]
    return path[len(root) :] if path.startswith(f"{root}/") else path


def _refuse_key_in_url(scope: Scope) -> None:
    query = scope["query_string"].decode("latin-1")
    if any(name.lower() in KEY_NAMES for name, _ in parse_qsl(query, keep_blank_values=True)):
        raise KeyInUrl(
            "a key never stands in a URL, where logs and histories keep it",
            hint="send it in the header X-API-Key, and replace it: it may have been seen",
        )


def _check_key(headers: Headers, key: str) -> None:
    given = headers.get("x-api-key")
    if given is None:
        scheme, _, token = headers.get("authorization", "").partition(" ")
        given = token.strip() if scheme.lower() == "bearer" else None
    if given is None:
        raise NotAuthenticated(
            "this service wants a key", hint="send X-API-Key: KEY or Authorization: Bearer KEY"
        )
    # Header bytes arrive as latin-1, a key from the environment is text.
    if not hmac.compare_digest(given.encode("latin-1"), key.encode("utf-8")):
        raise NotAuthenticated("the key is not valid")


def _check_local(scope: Scope, headers: Headers, origins: tuple[str, ...]) -> None:
    hint = "set ZYRA_API_KEY on the server to serve other callers, with that key"
    peer = scope.get("client")
    if peer is None or not _is_loopback(peer[0]):
        raise NotAuthenticated("without a key only this machine itself is served", hint=hint)
    forwarded = next((name for name in headers if name.startswith(FORWARDING)), None)
    if forwarded is not None:
        raise NotAuthenticated(
            f"without a key only direct callers are served; a proxy sent {forwarded}", hint=hint
        )
    host = headers.get("host", "")
    if not _is_loopback(_hostname(f"//{host}")):
        raise NotAuthenticated(f"without a key Host must be loopback, not {host!r}", hint=hint)
    origin = headers.get("origin")
    if origin not in (None, f"http://{host}", f"https://{host}", *origins):
        raise NotAuthenticated(f"pages of {origin!r} may not call without a key", hint=hint)


def _hostname(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:  # such as a bracket without its partner
        return ""


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback
