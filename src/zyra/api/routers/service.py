"""The service itself: liveness, readiness, metrics, where to begin."""

from http import HTTPStatus

from fastapi import Request
from starlette.responses import HTMLResponse, Response

from zyra import __version__
from zyra.access.scopes import METRICS_READ
from zyra.api.callers import require
from zyra.api.context import root_of, service_of
from zyra.api.json_answer import JsonAnswer, json_answer
from zyra.api.models.service import HealthAnswer, ReadyAnswer, SandboxAnswer, StartAnswer
from zyra.api.openapi import Responses, answers, described, errors
from zyra.api.routing import router_of
from zyra.api.start_page import PAGE_POLICY, start_links, start_page
from zyra.core.loading import load
from zyra.jobs.isolation.level import Level, level_here

router = router_of("service")

# Loaded by name: only those who are asked for metrics need Prometheus' library.
RENDER = "zyra.telemetry.exposition:render"
METRICS_RESPONSES: Responses = {
    200: {"description": "The metrics as text", "content": {"text/plain": {}}},
    **errors(),
}


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


@router.get("/metrics", response_class=Response, responses=METRICS_RESPONSES)
async def metrics(request: Request) -> Response:
    """What Prometheus reads: the counts of all processes of the service.

    It needs the scope `metrics:read`; without any key, direct callers on this machine may ask.
    """
    require(request, METRICS_READ)
    service = service_of(request)
    settings = service.settings
    folders = {
        "uploads": settings.upload_dir,
        "results": settings.results_dir,
        "state": settings.state_dir,
    }
    values = await service.telemetry.total(service.store, folders)
    body, media_type = load(RENDER)(values, request.headers.get("accept", ""))
    return Response(body, headers={"Content-Type": media_type, "Cache-Control": "no-store"})


def _sandbox(level: Level) -> SandboxAnswer:
    return {
        "level": level.name,
        "landlock": level.landlock,
        "seccomp": level.seccomp,
        "files": level.files,
        "network": level.network,
        "signals": level.signals,
    }
