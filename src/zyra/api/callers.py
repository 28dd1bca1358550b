"""Who is served: callers with a credential, or, while none exists, this machine's own user."""

import re
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from zyra.access.front_desk import FrontDesk
from zyra.access.gate import LOCAL, Identity
from zyra.access.limit_kinds import LOGINS
from zyra.access.refusals import MissingScope, NotAuthenticated, TokenRefused
from zyra.access.scopes import JOBS_READ
from zyra.access.tickets import redeem
from zyra.api.credentials import (
    credential_of,
    refuse_foreign_pages,
    refuse_key_in_url,
    refuse_other_hosts,
    refuse_unless_local,
    ticket_of,
)
from zyra.api.errors import refusal
from zyra.core.errors import ZyraError
from zyra.jobs.requests import Caller

OPEN_PATHS = frozenset({"/health", "/v1/health"})
NOT_ALLOWED = 4401  # WebSocket close code of the contract
TRY_LATER = 1013  # of the registry of close codes
_IDENTITY = "zyra.identity"
_FOLLOWED = re.compile(r"(?:/v1)?/ws/jobs/([^/]+)")


def identity_of(request: HTTPConnection) -> Identity:
    """Who sent the request, and what it may do; the middleware below has let it pass."""
    identity: Identity = request.scope[_IDENTITY]
    return identity


def caller_of(request: HTTPConnection) -> Caller:
    """Who sent the request."""
    return identity_of(request).caller


def require(request: HTTPConnection, scope: str) -> Caller:
    """The caller, who may do what needs `scope`.

    Raises:
        MissingScope: It may not.
    """
    identity = identity_of(request)
    if not identity.may(scope):
        raise MissingScope(
            f"this needs the scope {scope}, which your key does not have",
            hint="`zyra keys create --scopes ...` makes a key that has it",
        )
    return identity.caller


class CallerCheck:
    """Let only known callers through, and note who they are."""

    def __init__(self, app: ASGIApp, origins: tuple[str, ...], hosts: tuple[str, ...]) -> None:
        self._app = app
        self._origins = origins
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] in ("http", "websocket"):
            try:
                desk: FrontDesk = scope["app"].state.desk
                asking = Asking(scope, desk, self._origins, self._hosts)
                scope[_IDENTITY] = await asking.identity()
            except ZyraError as error:
                await refuse(error, scope, receive, send)
                return
        await self._app(scope, receive, send)


@dataclass(frozen=True)
class Asking:
    """One connection whose caller is to be known."""

    scope: Scope
    desk: FrontDesk
    origins: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()

    async def identity(self) -> Identity:
        """Who it is.

        Raises:
            NotAuthenticated, TokenRefused: The caller is not served; the message says why.
            TooManyRequests: Too many wrong credentials came from that address.
            KeyInUrl: The URL has a parameter for keys.
            WrongHost: The request is meant for another host.
            ServiceUnavailable: The store of keys is away.
        """
        refuse_key_in_url(self.scope)
        if self.scope["type"] == "http" and _inner_path(self.scope) in OPEN_PATHS:
            return LOCAL
        headers = Headers(scope=self.scope)
        refuse_other_hosts(headers, self.hosts)
        if self.scope["type"] == "websocket":
            refuse_foreign_pages(headers, self.origins)
            if (ticket := ticket_of(self.scope)) is not None:
                return await self._by_ticket(ticket)
        credential = credential_of(headers)
        is_open = await self.desk.gate.is_open()
        if credential is not None and not is_open:
            return await self._by_credential(credential)
        if not is_open:
            raise NotAuthenticated(
                "this service wants a key", hint="send X-API-Key: KEY or Authorization: Bearer KEY"
            )
        refuse_unless_local(self.scope, headers, self.origins)
        return LOCAL

    async def _by_credential(self, credential: str) -> Identity:
        try:
            return await self.desk.gate.identify(credential)
        except (NotAuthenticated, TokenRefused):
            await self._count_failure()
            raise

    async def _by_ticket(self, text: str) -> Identity:
        path = _FOLLOWED.fullmatch(_inner_path(self.scope))
        ticket = await redeem(self.desk.store, text, path[1]) if path else None
        if ticket is None:
            await self._count_failure()
            raise NotAuthenticated("the ticket is used, too old, or for another job")
        caller = Caller(ticket.caller, is_limited=ticket.caller != LOCAL.caller.name)
        return Identity(caller, frozenset({JOBS_READ}))

    async def _count_failure(self) -> None:
        peer = self.scope.get("client")
        await self.desk.rates.count(LOGINS, peer[0] if peer else "unknown")


async def refuse(error: ZyraError, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a connection that is not served."""
    if scope["type"] == "http":
        await refusal(error)(scope, receive, send)
        return
    # Browsers tell a script the close code only of a connection that was accepted.
    await receive()
    await send({"type": "websocket.accept"})
    is_unknown = isinstance(error, (NotAuthenticated, TokenRefused, MissingScope))
    code = NOT_ALLOWED if is_unknown else TRY_LATER
    await send({"type": "websocket.close", "code": code, "reason": error.message[:120]})


def _inner_path(scope: Scope) -> str:
    root = scope.get("root_path", "").rstrip("/")
    path: str = scope["path"]
    return path[len(root) :] if path.startswith(f"{root}/") else path
