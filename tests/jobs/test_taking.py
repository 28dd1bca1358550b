"""Whether a run has begun shows when its child is gone: only one that has not may begin anew."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest

from zyra.jobs.isolation.assignment import Assignment, Limits
from zyra.jobs.isolation.executor import LOST, RunningCommand
from zyra.jobs.isolation.forking import ForkingExecutor

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(60)]

PLENTY = Limits(memory_bytes=1 << 30, file_bytes=1 << 20, cpu_s=60)


@pytest.fixture
async def executor(anyio_backend: str) -> AsyncIterator[ForkingExecutor]:
    """An executor of the test's own, since its warm parent is killed, with one spare child."""
    own = ForkingExecutor("misbehaving:REGISTRY", spares=1)
    await own.start()
    while own.children["ready"] == 0:
        await asyncio.sleep(0.01)
    yield own
    await own.close()


async def test_a_child_that_took_its_assignment_has_begun(
    executor: ForkingExecutor, tmp_path: Path
) -> None:
    said, stdout = os.pipe()
    command = await executor.launch(waiting_in(tmp_path), streams_with(stdout))
    assert await asyncio.to_thread(os.read, said, 100) == b"begun\n"
    os.close(said)
    assert await lost_with_its_parent(executor, command) is LOST
    assert command.has_begun


async def test_a_child_that_was_gone_before_has_not(
    executor: ForkingExecutor, tmp_path: Path
) -> None:
    (spare,) = psutil.Process(executor.parent_pid).children()
    spare.suspend()
    command = await executor.launch(waiting_in(tmp_path), streams_with(nowhere()))
    assert await lost_with_its_parent(executor, command) is LOST
    assert not command.has_begun


def waiting_in(folder: Path) -> Assignment:
    """A run that says that it has begun and then waits for a file."""
    args = {"input": str(folder / "gate")}
    return Assignment("process", "wait-for-file", args, str(folder), str(folder), PLENTY)


def streams_with(stdout: int) -> list[int]:
    """Stdin, stdout, stderr and events of a run."""
    return [nowhere(), stdout, nowhere(), nowhere()]


def nowhere() -> int:
    return os.open(os.devnull, os.O_RDWR)


async def lost_with_its_parent(executor: ForkingExecutor, command: RunningCommand) -> object:
    """How a run ends whose warm parent is killed."""
    psutil.Process(executor.parent_pid).kill()
    return await command.ended
