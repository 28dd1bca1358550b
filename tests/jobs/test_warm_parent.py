"""A warm parent that cannot start says why, to its log and to every run."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from zyra.core.settings import Settings
from zyra.jobs.isolation.forking import ForkingExecutor
from zyra.jobs.records import Reason, Status
from zyra.jobs.requests import Caller, RunRequest
from zyra.jobs.service import JobService
from zyra.wiring import build_service

pytestmark = pytest.mark.anyio

REQUEST = RunRequest("disseminate", "local", {"input": "-", "path": "copy"}, stdin="text")
WHY = "the process that runs commands cannot start: ModuleNotFoundError: No module named 'missing'"


@pytest.fixture
async def broken(tmp_path: Path) -> AsyncIterator[JobService]:
    """A service whose warm parent ends with a traceback while it loads."""
    names = ("upload_dir", "results_dir", "state_dir")
    settings = Settings(**{name: tmp_path / name for name in names})
    executor = ForkingExecutor("missing:REGISTRY", spares=1)
    service = build_service(settings, executor=executor)
    await service.start()
    yield service
    await service.close()


async def test_runs_are_lost_with_the_last_words_of_the_process(broken: JobService) -> None:
    record = await broken.run(Caller("me"), REQUEST)
    assert (record.status, record.reason, record.message) == (Status.FAILED, Reason.LOST, WHY)


async def test_the_log_has_the_traceback_once(
    broken: JobService, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    for _ in range(3):
        await broken.run(Caller("me"), REQUEST)
    assert caplog.text.count("Traceback (most recent call last)") == 1
    assert "Traceback" not in capfd.readouterr().err
