"""Around every answer: a request id, headers that keep browsers safe, limits, the audit log."""

import re
import uuid
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, nullcontext
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from zyra.access.front_desk import FrontDesk
from zyra.access.limit_kinds import READS, RUNS, STREAMS, UPLOADS
from zyra.access.refusals import Standing
from zyra.api.callers import OPEN_PATHS, caller_of, identity_of, refuse
from zyra.api.context import service_of
from zyra.core.errors import ZyraError

# What a browser must not do with our answers; a page of ours may set its own policy.
SAFE = {
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
    b"referrer-policy": b"no-referrer",
    b"cross-origin-resource-policy": b"same-origin",
    b"content-security-policy": b"default-src 'none'; frame-ancestors 'none'",
}
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_ID, _NOTES = "zyra.request-id", "zyra.notes"
_UPLOAD_STEP = 1 << 20
_REFUSED = (401, 403, 429)
_READING = ("GET", "HEAD", "OPTIONS")
# Reading these hands data out, so it is logged like a change.
_DATA = re.compile(r"/(download|content|stdout|stderr|events)$")


def note(request: HTTPConnection, **facts: str) -> None:
    """Add what is only known now, such as the job's id, to the audit log's entry."""
    request.scope.setdefault(_NOTES, {}).update(facts)


def notes_of(scope: Scope) -> Mapping[str, str]:
    """What `note` has added."""
    found: Mapping[str, str] = scope[_NOTES]
    return found


def request_id_of(request: HTTPConnection) -> str:
    """The id of the request: the client's own, or one made here."""
    found: str = request.scope[_ID]
    return found


class Guard:
    """The outermost part of the application: ids, safe headers and the audit log."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        scope[_ID] = given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
        scope[_NOTES] = {}
        answer: dict[str, int] = {}

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer["status"] = message["status"]
                _add_headers(scope, message)
            elif message["type"] == "websocket.close":
                answer["status"] = message.get("code", 1000)
            await send(message)

        try:
            await self._app(scope, receive, sending)
        finally:
            _log(scope, answer.get("status", 0))


class Limits:
    """Count what each caller does; behind the check of callers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] not in ("http", "websocket") or _is_unlimited(scope):
            await self._app(scope, receive, send)
            return
        async with AsyncExitStack() as held:
            try:
                receive = await _counted(scope, receive)
                await held.enter_async_context(_place(scope))
            except ZyraError as error:
                await refuse(error, scope, receive, send)
                return
            await self._app(scope, receive, send)


def kind_of(scope: Scope) -> str:
    """Which limit a request counts to."""
    path: str = scope["path"]
    if scope["type"] == "websocket" or path.endswith("/events"):
        return STREAMS
    if "/upload" in path and scope["method"] in ("POST", "PUT"):
        return UPLOADS
    is_run = scope["method"] == "POST" and ("/cli/" in path or path.endswith("/pipelines/run"))
    return RUNS if is_run else READS


def _is_unlimited(scope: Scope) -> bool:
    """This machine's own user, who needs no key, could do as much without the service."""
    return identity_of(HTTPConnection(scope)).is_local


def _place(scope: Scope) -> AbstractAsyncContextManager[None]:
    """A place among the caller's open streams, if that is what is asked for."""
    if kind_of(scope) != STREAMS:
        return nullcontext()
    request = HTTPConnection(scope)
    return service_of(request).streams.place(caller_of(request))


async def _counted(scope: Scope, receive: Receive) -> Receive:
    """Count the request; what it uploads is counted as it arrives."""
    desk: FrontDesk = scope["app"].state.desk
    name = identity_of(HTTPConnection(scope)).caller.name
    kind = kind_of(scope)
    if kind != UPLOADS:
        scope["zyra.standing"] = await desk.rates.count(kind, name)
        return receive
    await desk.rates.check(kind, name)
    pending = 0

    async def counting() -> Message:
        nonlocal pending
        message = await receive()
        pending += len(message.get("body", b""))
        if pending >= _UPLOAD_STEP or (pending and not message.get("more_body", False)):
            await desk.rates.count(kind, name, -(-pending // 1024))
            pending = 0
        return message

    return counting


def _add_headers(scope: Scope, message: Message) -> None:
    headers = MutableHeaders(scope=message)
    headers["X-Request-Id"] = scope[_ID]
    given = {name for name, _ in headers.raw}
    headers.raw.extend(item for item in SAFE.items() if item[0] not in given)
    standing: Standing | None = scope.get("zyra.standing")
    for name, value in (standing.headers if standing else {}).items():
        headers.setdefault(name, value)


def _log(scope: Scope, status: int) -> None:
    method = scope.get("method", "WEBSOCKET")
    path: str = scope["path"]
    is_reading = method in _READING and not _DATA.search(path)
    if path in OPEN_PATHS or (is_reading and status not in _REFUSED):
        return
    desk: FrontDesk = scope["app"].state.desk
    desk.audit.write(_entry(scope, method, path, status))


def _entry(scope: Scope, method: str, path: str, status: int) -> Mapping[str, Any]:
    identity = scope.get("zyra.identity")
    peer = scope.get("client")
    return {
        "request": scope[_ID],
        "caller": identity.caller.name if identity else None,
        "address": peer[0] if peer else None,
        "action": method,
        "object": path,
        **scope[_NOTES],
        "decision": "refused" if status in (*_REFUSED, 4401, 1013) else "allowed",
        "status": status,
    }
