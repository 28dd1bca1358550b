"""What a library opened before a fork never takes the place of a file of the run."""

import projecting
import pytest

from zyra.core.settings import Settings
from zyra.jobs.isolation.forking import ForkingExecutor
from zyra.jobs.requests import Caller, RunRequest
from zyra.wiring import build_service

pytestmark = pytest.mark.anyio


async def test_proj_closes_no_file_of_a_run_when_it_finds_that_it_was_forked(tmp_path):
    names = ("upload_dir", "results_dir", "state_dir")
    settings = Settings(**{name: tmp_path / name for name in names})
    executor = ForkingExecutor("projecting:REGISTRY", spares=1)
    service = build_service(settings, projecting.REGISTRY, executor=executor)
    await service.start()
    record = await service.run(Caller("me"), RunRequest("process", "project", {"count": 8}))
    await service.close()
    assert (record.stdout.text, record.stderr.text) == ("8", "")
