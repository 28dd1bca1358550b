"""Errors as HTTP answers: one table of statuses, one format.

The format has the members of RFC 9457 under `application/json`, as the contract says.
"""

import re
from collections.abc import Callable, Coroutine, Iterable, Mapping
from http import HTTPStatus
from typing import Any

from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Match

from zyra.access.refusals import (
    MissingScope,
    NotAuthenticated,
    TokenRefused,
    TooManyRequests,
)
from zyra.api.json_answer import json_answer
from zyra.api.models.problem import ProblemAnswer, ProblemItem
from zyra.core.closest import closest
from zyra.core.errors import (
    DataError,
    DependencyMissing,
    LimitExceeded,
    OutputError,
    TransferError,
    UnknownName,
    UsageError,
    ZyraError,
)
from zyra.jobs.requests import (
    Conflict,
    Gone,
    NoSuchFile,
    NoSuchJob,
    Problem,
    QuotaReached,
    RequestRefused,
    ServiceUnavailable,
    StorageFull,
    StoredQuotaReached,
)
from zyra.jobs.resolving import NameRefused

RUN_PATH = "/cli/run"
RUN_EXAMPLE = '{"stage": "process", "command": "inspect", "args": {"input": "file_id:ID"}}'
CLIENT_LEFT = 499  # nobody reads it; the usual number in access logs


class NotJson(ZyraError):
    """The body is not one JSON text."""


class MalformedForm(ZyraError):
    """The body is not the multipart form that its type announces."""


class KeyInUrl(ZyraError):
    """A key stands in the URL, where logs and histories keep it."""


class WrongHost(ZyraError):
    """The request is for a host that is not this service."""


class BodyStalled(ZyraError):
    """The body stopped arriving, or comes too slowly."""


class BodyTooLarge(ZyraError):
    """The body is larger than the service accepts."""


class WrongMediaType(ZyraError):
    """The body is of a kind that this path does not take."""


class RangeNotSatisfiable(ZyraError):
    """The asked range lies outside the file, or is several ranges."""

    def __init__(self, message: str, size: int) -> None:
        super().__init__(message)
        self.size = size


STATUSES: Mapping[type[ZyraError], HTTPStatus] = {
    NotJson: HTTPStatus.BAD_REQUEST,
    MalformedForm: HTTPStatus.BAD_REQUEST,
    KeyInUrl: HTTPStatus.BAD_REQUEST,
    NotAuthenticated: HTTPStatus.UNAUTHORIZED,
    TokenRefused: HTTPStatus.UNAUTHORIZED,
    MissingScope: HTTPStatus.FORBIDDEN,
    WrongHost: HTTPStatus.MISDIRECTED_REQUEST,
    UnknownName: HTTPStatus.NOT_FOUND,
    NoSuchJob: HTTPStatus.NOT_FOUND,
    NoSuchFile: HTTPStatus.NOT_FOUND,
    Conflict: HTTPStatus.CONFLICT,
    Gone: HTTPStatus.GONE,
    BodyStalled: HTTPStatus.REQUEST_TIMEOUT,
    BodyTooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    WrongMediaType: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    RangeNotSatisfiable: HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
    UsageError: HTTPStatus.UNPROCESSABLE_ENTITY,
    DataError: HTTPStatus.UNPROCESSABLE_ENTITY,
    TransferError: HTTPStatus.UNPROCESSABLE_ENTITY,
    NameRefused: HTTPStatus.UNPROCESSABLE_ENTITY,
    LimitExceeded: HTTPStatus.UNPROCESSABLE_ENTITY,
    DependencyMissing: HTTPStatus.NOT_IMPLEMENTED,
    TooManyRequests: HTTPStatus.TOO_MANY_REQUESTS,
    ServiceUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    QuotaReached: HTTPStatus.TOO_MANY_REQUESTS,
    StorageFull: HTTPStatus.INSUFFICIENT_STORAGE,
    StoredQuotaReached: HTTPStatus.INSUFFICIENT_STORAGE,
    OutputError: HTTPStatus.INSUFFICIENT_STORAGE,
}


def status_of(error: type[ZyraError]) -> HTTPStatus:
    """Status of the nearest class in the table that `error` belongs to."""
    return next(
        (STATUSES[kind] for kind in error.__mro__ if kind in STATUSES),
        HTTPStatus.INTERNAL_SERVER_ERROR,
    )


def refusal(error: ZyraError) -> Response:
    """Answer for an error of ours."""
    problems = error.problems if isinstance(error, RequestRefused) else ()
    detail = f"{error.message}; {error.hint}" if error.hint else error.message
    return problem_answer(
        status_of(type(error)), _kebab(type(error)), detail, problems, _headers_for(error)
    )


def problem_answer(
    status: HTTPStatus,
    kind: str,
    detail: str,
    problems: Iterable[Problem] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Answer in the one format of errors."""
    body: ProblemAnswer = {
        "type": f"zyra:{kind}",
        "title": status.phrase,
        "status": status,
        "detail": detail,
    }
    if items := [_item(problem) for problem in problems]:
        body["errors"] = items
    return json_answer(body, status, headers)


def _item(problem: Problem) -> ProblemItem:
    item: ProblemItem = {"loc": list(problem.loc), "msg": problem.msg, "type": problem.type}
    if problem.hint:
        item["hint"] = problem.hint
    return item


def _kebab(error: type[ZyraError]) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "-", error.__name__).lower()


def _headers_for(error: ZyraError) -> dict[str, str]:
    match error:
        case ServiceUnavailable():
            return {"Retry-After": str(max(1, round(error.retry_after_s)))}
        case RangeNotSatisfiable():
            return {"Content-Range": f"bytes */{error.size}"}
        case TooManyRequests():
            return {"Retry-After": str(error.standing.reset_s), **error.standing.headers}
        case NotAuthenticated() | TokenRefused():
            return {"WWW-Authenticate": 'Bearer realm="zyra"'}
        case _:
            return {}


async def _on_zyra_error(_: Request, error: ZyraError) -> Response:
    return refusal(error)


async def _on_routing_error(request: Request, error: HTTPException) -> Response:
    """No such path, or not with this method."""
    status = HTTPStatus(error.status_code)
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        allowed = ", ".join(_methods_of(request))
        detail = f"{request.method} is not possible here; use {allowed}"
        if request.url.path.endswith(RUN_PATH):
            detail += (
                f"; try POST {request.url.path} {RUN_EXAMPLE} with Content-Type: application/json"
            )
        return problem_answer(status, "method-not-allowed", detail, (), {"Allow": allowed})
    if status is HTTPStatus.NOT_FOUND:
        close = _closest_page(request)
        meant = f"did you mean {close}? " if close else ""
        detail = f"no page {request.url.path}; {meant}/docs lists every path"
        return problem_answer(status, "no-such-page", detail)
    return problem_answer(status, "refused", str(error.detail), (), error.headers)


def _methods_of(request: Request) -> list[str]:
    """Every method that some route takes at the request's path."""
    found: set[str] = set()
    for route in iter_route_contexts(request.app.routes):
        if route.original_route.matches(request.scope)[0] is not Match.NONE:
            found |= route.methods or set()
    return sorted(found)


def _closest_page(request: Request) -> str | None:
    """The path without parameters that looks most like the request's, if one does."""
    pages = [str(getattr(route, "path", "")) for route in iter_route_contexts(request.app.routes)]
    plain = request.url.path.rstrip("/")
    static = [page for page in pages if "{" not in page]
    return next(iter(closest(plain.lower(), static)), None)


async def _on_wrong_parameters(_: Request, error: RequestValidationError) -> Response:
    """Query parameters and headers that the routes declare."""
    problems = [Problem(tuple(e["loc"]), e["msg"], e["type"]) for e in error.errors()]
    return refusal(RequestRefused(problems))


async def _on_client_left(_: Request, __: ClientDisconnect) -> Response:
    return Response(status_code=CLIENT_LEFT)


async def _on_fault(_: Request, __: Exception) -> Response:
    """Last handler; the server logs the exception, the client learns nothing of it."""
    detail = "a fault in the service; its log has the details"
    return problem_answer(HTTPStatus.INTERNAL_SERVER_ERROR, "fault", detail)


HANDLERS: dict[int | type[Exception], Callable[[Request, Any], Coroutine[Any, Any, Response]]] = {
    ZyraError: _on_zyra_error,
    HTTPException: _on_routing_error,
    RequestValidationError: _on_wrong_parameters,
    ClientDisconnect: _on_client_left,
    Exception: _on_fault,
}
