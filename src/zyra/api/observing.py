"""Around every answer: count it, log it, trace it."""

import logging
import time
from types import TracebackType
from typing import Self

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from zyra.access.limit_kinds import LOGINS, STREAMS
from zyra.api.callers import OPEN_PATHS
from zyra.api.context import executor_of
from zyra.api.guard import kind_of, notes_of, request_id_of
from zyra.jobs.requests import Origin
from zyra.telemetry.log_lines import about
from zyra.telemetry.metric import (
    BYTES_IN,
    BYTES_OUT,
    OPEN_REQUESTS,
    REFUSALS,
    REQUEST_S,
    REQUESTS,
    STREAM_CLIENTS,
)
from zyra.telemetry.tally import Tally
from zyra.telemetry.traces import Tracer, trace_id_of, valid_traceparent

logger = logging.getLogger("zyra.access")

WEBSOCKET = "WEBSOCKET"
UNKNOWN = "unknown"  # a path that is none of ours, a method that no path has
FAULT, LEFT = 500, 499  # the last handler's answer; its client went before there was one
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", WEBSOCKET})
_TOO_MANY = (429, 1013)  # of HTTP, and of WebSocket
_PARENT = "zyra.traceparent"


def origin_of(request: HTTPConnection) -> Origin:
    """What a job keeps of the request that it came from."""
    return Origin(request_id_of(request), request.scope.get(_PARENT))


class Observed:
    """Watches each connection; inside of it is everything that may refuse one."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        request = HTTPConnection(scope)
        telemetry = executor_of(request).service.telemetry
        with (
            about(request_id=request_id_of(request)),
            Exchange(scope, telemetry.requests, telemetry.tracer) as exchange,
        ):
            await self._app(scope, exchange.receiving(receive), exchange.sending(send))


class Exchange:
    """One request and its answer, from beginning to end."""

    def __init__(self, scope: Scope, tally: Tally, tracer: Tracer) -> None:
        self._scope = scope
        self._tally = tally
        method: str = scope.get("method", WEBSOCKET)
        self._method = method if method in _METHODS else UNKNOWN
        self._transport = self._transport_of_stream()
        self._status = self._received = self._sent = 0
        self._began = time.perf_counter()
        given = next((value for name, value in scope["headers"] if name == b"traceparent"), b"")
        parent = valid_traceparent(given.decode("latin-1"))
        self._span = tracer.begin(self._method, parent, time.time_ns(), is_server=True)
        scope[_PARENT] = self._span.traceparent

    def __enter__(self) -> Self:
        self._move(1)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._move(-1)
        self._status = FAULT if isinstance(error, Exception) else (self._status or LEFT)
        duration_s = time.perf_counter() - self._began
        route = self._route()
        self._count(route, duration_s)
        self._log(route, duration_s, error if isinstance(error, Exception) else None)
        self._span.end(
            time.time_ns(),
            {
                "http.request.method": self._method,
                "http.route": route,
                "http.response.status_code": self._status,
                "zyra.request_id": request_id_of(HTTPConnection(self._scope)),
            },
            name=f"{self._method} {route}",
            failed=self._status == FAULT,
        )

    def receiving(self, receive: Receive) -> Receive:
        """The same, counting bytes."""

        async def counting() -> Message:
            message = await receive()
            self._received += len(message.get("body", b""))
            return message

        return counting

    def sending(self, send: Send) -> Send:
        """The same, counting bytes and noting the status."""

        async def noting(message: Message) -> None:
            kind = message["type"]
            if kind == "http.response.start":
                self._status = message["status"]
            elif kind == "websocket.close":
                self._status = message.get("code", 1000)
            elif kind == "websocket.send":
                self._sent += len(message.get("text") or message.get("bytes") or "")
            else:
                self._sent += len(message.get("body", b""))
            await send(message)

        return noting

    def _transport_of_stream(self) -> str | None:
        if kind_of(self._scope) != STREAMS:
            return None
        return "websocket" if self._method == WEBSOCKET else "sse"

    def _move(self, change: int) -> None:
        if self._transport is None:
            self._tally.move(OPEN_REQUESTS, change)
        else:
            self._tally.move(STREAM_CLIENTS, change, self._transport)

    def _route(self) -> str:
        """The template of the path that was found; only those become values of labels."""
        route = self._scope.get("route")
        return UNKNOWN if route is None else str(route.path)

    def _count(self, route: str, duration_s: float) -> None:
        tally, method = self._tally, self._method
        tally.add(REQUESTS, route, method, str(self._status))
        if self._transport is None:
            tally.observe(REQUEST_S, duration_s, route, method)
        if self._received:
            tally.add(BYTES_IN, route, amount=self._received)
        if self._sent:
            tally.add(BYTES_OUT, route, amount=self._sent)
        if self._status in _TOO_MANY:
            is_known = "zyra.identity" in self._scope
            tally.add(REFUSALS, kind_of(self._scope) if is_known else LOGINS)

    def _log(self, route: str, duration_s: float, error: Exception | None) -> None:
        level = logging.DEBUG if self._scope["path"] in OPEN_PATHS else logging.INFO
        level = level if error is None else logging.ERROR
        if not logger.isEnabledFor(level):
            return
        identity, peer = self._scope.get("zyra.identity"), self._scope.get("client")
        notes, named = notes_of(self._scope), self._scope.get("path_params", {})
        facts = {
            "caller": identity.caller.name if identity else None,
            "address": peer[0] if peer else None,
            "method": self._method,
            "path": self._scope["path"],
            "route": route,
            "status": self._status,
            "duration_ms": round(duration_s * 1000, 3),
            "received_bytes": self._received,
            "sent_bytes": self._sent,
            "trace_id": trace_id_of(self._span.traceparent),
            "job_id": notes.get("job") or named.get("job_id"),
            "command": notes.get("command"),
        }
        logger.log(
            level,
            "%s %s %d",
            self._method,
            route,
            self._status,
            exc_info=error,
            extra={"facts": facts},
        )
