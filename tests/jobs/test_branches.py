"""Commands that carry bytes are not forked from a process full of science."""

import os
import sys

import branching
import psutil
import pytest

from zyra.core.settings import Settings
from zyra.jobs.requests import Caller, RunRequest
from zyra.wiring import build_service

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(sys.platform != "linux", reason="elsewhere each run is a fresh interpreter"),
]


@pytest.fixture
async def service(tmp_path, anyio_backend):
    names = ("upload_dir", "results_dir", "state_dir")
    settings = Settings(**{name: tmp_path / name for name in names}, concurrency=1)
    service = build_service(settings, branching.REGISTRY, "branching:REGISTRY")
    await service.start()
    yield service
    await service.close()


@pytest.fixture
def loaded(service):
    """What is loaded in a run of a stage."""

    async def look(stage: str) -> set[str]:
        record = await service.run(Caller("me"), RunRequest(stage, "look", {}))
        assert record.exit_code == 0
        return set(record.stdout.text.split())

    return look


async def test_the_stack_waits_for_those_who_compute_and_for_no_others(loaded):
    for stage in ("process", "visualize"):
        assert await loaded(stage) == branching.STACK
    for stage in ("acquire", "disseminate"):
        assert await loaded(stage) == set()


async def test_one_warm_parent_that_dies_takes_nobody_of_the_other_along(loaded):
    await loaded("process")
    await loaded("acquire")
    other, killed = _parent("zyra.registry:SCIENTIFIC"), _parent("zyra.registry:CARRYING")
    killed.kill()
    os.waitid(os.P_PID, killed.pid, os.WEXITED | os.WNOWAIT)  # its children are dying with it
    assert await loaded("acquire") == set()
    assert _parent("zyra.registry:SCIENTIFIC") == other
    assert await loaded("process") == branching.STACK


async def test_what_a_terminal_sends_to_the_service_does_not_end_the_runs(loaded):
    await loaded("process")
    for stock in ("SCIENTIFIC", "CARRYING"):
        assert os.getpgid(_parent(f"zyra.registry:{stock}").pid) != os.getpgid(0)


def _parent(stock: str) -> psutil.Process:
    (found,) = [child for child in psutil.Process().children() if stock in _words(child)]
    return found


def _words(process: psutil.Process) -> list[str]:
    return [] if process.status() == psutil.STATUS_ZOMBIE else process.cmdline()
