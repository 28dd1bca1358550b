"""The executor of macOS fulfils the same promises, with a fresh interpreter for each run."""

import signal

import misbehaving
import pytest

from zyra.core.settings import Settings
from zyra.jobs.isolation.spawning import SpawningExecutor
from zyra.jobs.records import Reason
from zyra.jobs.requests import Caller, RunRequest
from zyra.wiring import build_service

pytestmark = pytest.mark.anyio
ME = Caller("me")


@pytest.fixture
async def run(tmp_path):
    settings = Settings(
        upload_dir=tmp_path / "u", results_dir=tmp_path / "r", state_dir=tmp_path / "s"
    )
    executor = SpawningExecutor("misbehaving:REGISTRY")
    service = build_service(settings, misbehaving.REGISTRY, executor=executor)
    await service.start()

    async def run_command(name, timeout_s=None, **args):
        return await service.run(ME, RunRequest("process", name, args, timeout_s=timeout_s))

    yield run_command
    await service.close()


async def test_a_spawned_command_is_captured_with_its_exit_code(run):
    record = await run("echo", text="out", error_text="err")
    assert (record.stdout.text, record.stderr.text, record.exit_code) == ("out", "err", 0)


async def test_a_spawned_command_that_crashes_gives_128_plus_its_signal(run):
    assert (await run("crash")).exit_code == 128 + signal.SIGSEGV


async def test_a_spawned_command_ends_at_its_time_limit(run):
    record = await run("work-hard", timeout_s=1.0)
    assert (record.reason, record.exit_code) == (Reason.TIMEOUT, 128 + signal.SIGTERM)
