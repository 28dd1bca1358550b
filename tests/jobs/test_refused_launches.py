"""What a run needs is opened for it when its process is there, once, and closed by its executor."""

import errno
import os
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from launching import PLENTY, executor_with, nowhere, streams_with, waiting_in
from zyra.core.errors import UnknownName
from zyra.jobs.isolation.assignment import Assignment
from zyra.jobs.isolation.brokered import BrokeredExecutor
from zyra.jobs.isolation.egress import EgressBroker
from zyra.jobs.isolation.executor import Executor
from zyra.jobs.isolation.forking import ForkingExecutor
from zyra.jobs.isolation.spawning import SpawningExecutor

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(60)]

UNKNOWN = Assignment("process", "unknown", {}, folder="/", scratch="/", limits=PLENTY)
UNWRITABLE = replace(UNKNOWN, args={"text": object()})


@pytest.fixture
async def executor(anyio_backend: str) -> AsyncIterator[ForkingExecutor]:
    async with executor_with(spares=2) as own:
        yield own


async def no_ports() -> Sequence[int]:
    return ()


def brokered() -> Executor:
    return BrokeredExecutor(SpawningExecutor("none:NONE"), EgressBroker([], no_ports), {})


def never() -> list[int]:
    raise AssertionError("streams were opened")


def on_a_full_disk() -> list[int]:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize(
    ("executor", "assignment", "error"),
    [
        (ForkingExecutor("none:NONE", spares=1), UNWRITABLE, TypeError),
        (SpawningExecutor("none:NONE"), UNWRITABLE, TypeError),
        (brokered(), UNKNOWN, UnknownName),
    ],
    ids=["forking", "spawning", "brokered"],
)
async def test_nothing_is_opened_for_a_run_that_cannot_be_launched(
    executor: Executor, assignment: Assignment, error: type[Exception]
) -> None:
    with pytest.raises(error):
        await executor.launch(assignment, never)


async def test_a_process_whose_streams_cannot_be_opened_leaves_and_runs_nothing(
    executor: ForkingExecutor, tmp_path: Path
) -> None:
    spares = psutil.Process(executor.parent_pid).children()
    with pytest.raises(OSError, match="No space"):
        await executor.launch(waiting_in(tmp_path), on_a_full_disk)
    gone, _ = psutil.wait_procs(spares, timeout=5)
    assert len(gone) == 1
    assert executor.children["busy"] == 0


async def test_a_limit_that_the_system_cannot_keep_is_told_on_stderr_of_the_run(
    executor: ForkingExecutor, tmp_path: Path
) -> None:
    said, stderr = os.pipe()
    beyond = replace(waiting_in(tmp_path), limits=replace(PLENTY, file_bytes=1 << 65))
    streams = [nowhere(), nowhere(), stderr, nowhere()]
    command = await executor.launch(beyond, lambda: streams)
    assert (await command.ended).exit_code == 1
    assert b"OverflowError" in os.read(said, 1 << 16)
    os.close(said)


async def test_a_spare_that_was_killed_is_passed_over_and_streams_are_opened_once(
    executor: ForkingExecutor, tmp_path: Path
) -> None:
    first = min(psutil.Process(executor.parent_pid).children(), key=lambda child: child.pid)
    first.kill()
    psutil.wait_procs([first], timeout=5)
    said, stdout = os.pipe()
    opened: list[int] = []

    def open_streams() -> list[int]:
        opened.extend(streams_with(stdout))
        return opened

    command = await executor.launch(waiting_in(tmp_path), open_streams)
    assert os.read(said, 100) == b"begun\n"
    assert len(opened) == 4
    for stream in opened:
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.fstat(stream)
    command.stop(0)
    await command.ended
    os.close(said)
