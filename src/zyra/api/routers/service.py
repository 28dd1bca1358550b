"""The service itself: liveness, readiness, where to begin."""

from http import HTTPStatus

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from zyra import __version__
from zyra.api.context import root_of, service_of
from zyra.api.json_answer import JsonAnswer, json_answer
from zyra.api.models.service import HealthAnswer, ReadyAnswer, SandboxAnswer, StartAnswer
from zyra.api.openapi import answers, described
from zyra.api.start_page import PAGE_POLICY, start_links, start_page
from zyra.jobs.isolation.level import Level, level_here

router = APIRouter(tags=["service"])


@router.get("/", responses=answers(StartAnswer))
async def start(request: Request) -> Response:
    """Where to begin: a page for people, JSON for programs."""
    root = root_of(request)
    headers = {"Vary": "Accept", "Content-Security-Policy": PAGE_POLICY}
    if "text/html" in request.headers.get("accept", ""):
        return HTMLResponse(start_page(root, __version__), headers=headers)
    body: StartAnswer = {"name": "zyra", "version": __version__, "links": start_links(root)}
    return json_answer(body, headers=headers)


@router.head("/health", response_class=JsonAnswer, openapi_extra={"security": []})
@router.get("/health", responses=answers(HealthAnswer), openapi_extra={"security": []})
async def health() -> Response:
    """The process answers; nothing else is looked at."""
    body: HealthAnswer = {"status": "ok", "version": __version__}
    return json_answer(body)


@router.get(
    "/ready",
    responses=answers(ReadyAnswer)
    | {503: described("Not ready; `checks` tells what lacks", ReadyAnswer)},
)
async def ready(request: Request) -> Response:
    """Whether commands can run now, with each thing that this needs."""
    checks = service_of(request).checks()
    body: ReadyAnswer = {
        "ready": all(checks.values()),
        "checks": checks,
        "sandbox": _sandbox(level_here()),
    }
    if body["ready"]:
        return json_answer(body)
    return json_answer(body, HTTPStatus.SERVICE_UNAVAILABLE, {"Retry-After": "1"})


def _sandbox(level: Level) -> SandboxAnswer:
    return {
        "level": level.name,
        "landlock": level.landlock,
        "seccomp": level.seccomp,
        "files": level.files,
        "network": level.network,
        "signals": level.signals,
    }
