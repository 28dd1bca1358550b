"""A service whose registry misbehaves, in folders of its own."""

import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from zyra.core.settings import Settings
from zyra.jobs.isolation.forking import ForkingExecutor
from zyra.jobs.records import JobRecord
from zyra.jobs.requests import Caller, RunRequest
from zyra.jobs.service import JobService
from zyra.wiring import build_service

# The warm parent is another process: it finds the misbehaving commands on the same path.
sys.path.insert(0, str(Path(__file__).parent))

import misbehaving

ME = Caller("me")
RunCommand = Callable[..., Awaitable[JobRecord]]


@pytest.fixture(scope="module")
def executor() -> ForkingExecutor:
    """The executor of `service`, for looking at its processes."""
    return ForkingExecutor("misbehaving:REGISTRY", spares=2)


@pytest.fixture(scope="module")
async def service(
    anyio_backend: str, tmp_path_factory: pytest.TempPathFactory, executor: ForkingExecutor
) -> AsyncIterator[JobService]:
    """A started service, shared by the tests of a module."""
    folder = tmp_path_factory.mktemp("service")
    settings = Settings(
        upload_dir=folder / "uploads",
        results_dir=folder / "results",
        state_dir=folder / "state",
        run_memory_bytes=400 << 20,
        concurrency=2,
        callback_allow_hosts=("127.0.0.1",),
        data_roots=(folder / "shared",),
    )
    service = build_service(settings, misbehaving.REGISTRY, executor=executor)
    # Callbacks are delivered by the tests themselves, at their own moments.
    retention, *_, worker = service.parts
    service = replace(service, parts=(retention, worker))
    await service.start()
    yield service
    await service.close()


@pytest.fixture
def run(service: JobService) -> RunCommand:
    """Run a command of stage process: `await run("echo", text="hi")`."""

    async def run_command(
        name: str, request: dict[str, Any] | None = None, **args: Any
    ) -> JobRecord:
        return await service.run(ME, RunRequest("process", name, args, **(request or {})))

    return run_command
