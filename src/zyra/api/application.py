"""The application of the web service: routes, what stands before them, its beginning and end."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

from zyra.api import docs_pages
from zyra.api.callers import CallerCheck
from zyra.api.errors import HANDLERS
from zyra.api.guard import Guard, Limits
from zyra.api.observing import Observed
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
        redirect_slashes=False,
        openapi_url=None,
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    # In the order in which a request's route is looked for, so what is asked for most comes first.
    parts = (cli, service, pipelines, jobs, streams, files, docs_pages)
    serve(app, *(part.router for part in parts))
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
