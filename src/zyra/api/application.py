"""The application of the web service: routes, what stands before them, its beginning and end."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import Depends, FastAPI, Request
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response

from zyra.api import docs_pages
from zyra.api.callers import CallerCheck
from zyra.api.context import root_of, service_of
from zyra.api.errors import HANDLERS
from zyra.api.guard import Guard, Limits
from zyra.api.json_answer import json_answer
from zyra.api.observing import Observed
from zyra.api.openapi import describe
from zyra.api.query import refuse_unknown_query
from zyra.api.routers import cli, files, jobs, pipelines, service, streams
from zyra.api.routing import serve
from zyra.api.versioning import VersionPrefix
from zyra.api.workers.executor import Executor
from zyra.core.settings import Settings, load_settings
from zyra.jobs.service import JobService
from zyra.telemetry.logs import logging_as
from zyra.wiring import build_front_desk, build_service

BuildService = Callable[[Settings], JobService]


def create_app(settings: Settings | None = None, build: BuildService = build_service) -> FastAPI:
    """Make the application; its job service is built when it starts.

    Args:
        settings: Those of the environment when not given.
        build: Makes the job service; tests give one with commands of their own.
    """
    chosen = settings or load_settings()
    app = FastAPI(
        title="Zyra",
        root_path=chosen.root_path,
        lifespan=_lifespan(chosen, build),
        middleware=_middleware(chosen),
        exception_handlers=HANDLERS,
        dependencies=[Depends(refuse_unknown_query)],
        redirect_slashes=False,
        openapi_url=None,
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    # In the order in which a request's route is looked for, so what is asked for most comes first.
    parts = (cli, service, pipelines, jobs, streams, files, docs_pages)
    serve(app, *(part.router for part in parts))
    app.add_api_route("/openapi.json", _openapi, include_in_schema=False)
    return app


def _lifespan(
    settings: Settings, build: BuildService
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with logging_as(settings):
            app.state.desk = build_front_desk(settings)
            app.state.executor = Executor(build(settings))
            try:
                async with app.state.executor.running():
                    yield
            finally:
                await app.state.desk.close()

    return lifespan


def _middleware(settings: Settings) -> list[Middleware]:
    """From the outside in; a browser's preflight carries no key, so CORS comes first."""
    cors = Middleware(
        CORSMiddleware,
        allow_origins=settings.cors_origins,
        allow_methods=["*"],
        allow_headers=["*"],
        expose_headers=[
            "Content-Disposition",
            "Content-Range",
            "ETag",
            "Location",
            "RateLimit",
            "RateLimit-Policy",
            "Retry-After",
            "X-Request-Id",
        ],
    )
    own = [
        Middleware(VersionPrefix),
        Middleware(Guard),
        Middleware(Observed),
        Middleware(CallerCheck, origins=settings.cors_origins, hosts=settings.hosts),
        Middleware(Limits),
    ]
    return [cors, *own] if settings.cors_origins else own


async def _openapi(request: Request) -> Response:
    """The OpenAPI description, with the root path as its server."""
    document = describe(request.app, service_of(request).registry)
    return json_answer({**document, "servers": [{"url": root_of(request) or "/"}]})
