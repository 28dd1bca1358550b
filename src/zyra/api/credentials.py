"""Where a credential stands in a request, and where it must not."""

import ipaddress
from collections.abc import Sequence
from urllib.parse import parse_qsl, urlsplit

from starlette.datastructures import Headers
from starlette.types import Scope

from zyra.access.refusals import NotAuthenticated
from zyra.access.tickets import PREFIX
from zyra.api.errors import KeyInUrl, WrongHost

LOOPBACK = ("localhost", "127.0.0.1", "::1")
FORWARDING = ("forwarded", "via", "x-real-ip", "x-forwarded-")
KEY_NAMES = frozenset({"api_key", "apikey", "api-key", "x-api-key", "key", "token", "access_token"})
HINT = "make a key with `zyra keys create` on the server to serve other callers, with that key"


def refuse_key_in_url(scope: Scope) -> None:
    """Refuse a URL that has a parameter for keys.

    Raises:
        KeyInUrl: It has one.
    """
    query = scope["query_string"].decode("latin-1")
    given = parse_qsl(query, keep_blank_values=True) if query else ()
    if any(name.lower() in KEY_NAMES for name, _ in given):
        raise KeyInUrl(
            "a key never stands in a URL, where logs and histories keep it",
            hint="send it in the header X-API-Key, and replace it: it may have been seen",
        )


def credential_of(headers: Headers) -> str | None:
    """The key or token of a request, or None."""
    given = headers.get("x-api-key")
    if given is not None:
        return given
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def ticket_of(scope: Scope) -> str | None:
    """The ticket that a WebSocket brings as subprotocol, or None."""
    offered: Sequence[str] = scope.get("subprotocols", ())
    found = (name.removeprefix(PREFIX) for name in offered if name.startswith(PREFIX))
    return next(found, None)


def refuse_other_hosts(headers: Headers, hosts: Sequence[str]) -> None:
    """Refuse a request whose Host is not among the names of the service, if it has some.

    Raises:
        WrongHost: It is none of them.
    """
    if not hosts:
        return
    name = _hostname(f"//{headers.get('host', '')}").rstrip(".")
    if not any(_is_named(name, host.lower()) for host in hosts):
        raise WrongHost(
            f"this service is not {headers.get('host', '')[:80]!r}",
            hint="the operator names its hosts in ZYRA_HOSTS",
        )


def _is_named(name: str, host: str) -> bool:
    return name == host or (host.startswith("*.") and name.endswith(host[1:]))


def refuse_foreign_pages(headers: Headers, origins: tuple[str, ...]) -> None:
    """Refuse what a browser sends from a page that is not ours and not among `origins`.

    Raises:
        NotAuthenticated: It is such a page.
    """
    host, origin = headers.get("host", ""), headers.get("origin")
    if origin not in (None, f"http://{host}", f"https://{host}", *origins):
        raise NotAuthenticated(
            f"pages of {origin!r} may not call", hint="name their origin in ZYRA_CORS_ORIGINS"
        )


def refuse_unless_local(scope: Scope, headers: Headers, origins: tuple[str, ...]) -> None:
    """Refuse all but direct connections from this machine, asked for by a loopback name.

    The Host is looked at since a foreign page may have rebound its name to 127.0.0.1.

    Raises:
        NotAuthenticated: It is another one; the message says why.
    """
    peer = scope.get("client")
    if peer is None or not _is_loopback(peer[0]):
        raise NotAuthenticated("without a key only this machine itself is served", hint=HINT)
    forwarded = next((name for name in headers if name.startswith(FORWARDING)), None)
    if forwarded is not None:
        raise NotAuthenticated(
            f"without a key only direct callers are served; a proxy sent {forwarded}", hint=HINT
        )
    host = headers.get("host", "")
    if not _is_loopback(_hostname(f"//{host}")):
        raise NotAuthenticated(f"without a key Host must be loopback, not {host!r}", hint=HINT)
    refuse_foreign_pages(headers, origins)


def _hostname(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:  # such as a bracket without its partner
        return ""


def _is_loopback(host: str) -> bool:
    if host in LOOPBACK:  # the usual ones need no reading
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback
