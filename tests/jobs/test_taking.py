"""Whether a run has begun shows when its child is gone: only one that has not may begin anew."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest

from launching import executor_with, nowhere, streams_with, waiting_in
from zyra.jobs.isolation.executor import LOST, RunningCommand
from zyra.jobs.isolation.forking import ForkingExecutor

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(60)]


@pytest.fixture
async def executor(anyio_backend: str) -> AsyncIterator[ForkingExecutor]:
    async with executor_with(spares=1) as own:
        yield own


async def test_a_child_that_took_its_streams_has_begun(
    executor: ForkingExecutor, tmp_path: Path
) -> None:
    said, stdout = os.pipe()
    command = await executor.launch(waiting_in(tmp_path), lambda: streams_with(stdout))
    assert await asyncio.to_thread(os.read, said, 100) == b"begun\n"
    os.close(said)
    assert await lost_with_its_parent(executor, command) is LOST
    assert command.has_begun


async def test_a_child_that_was_gone_before_has_not(
    executor: ForkingExecutor, tmp_path: Path
) -> None:
    (spare,) = psutil.Process(executor.parent_pid).children()
    spare.suspend()
    command = await executor.launch(waiting_in(tmp_path), lambda: streams_with(nowhere()))
    assert await lost_with_its_parent(executor, command) is LOST
    assert not command.has_begun


async def lost_with_its_parent(executor: ForkingExecutor, command: RunningCommand) -> object:
    """How a run ends whose warm parent is killed."""
    psutil.Process(executor.parent_pid).kill()
    return await command.ended
