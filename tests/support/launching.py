"""Runs that a test launches itself, past the service."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from zyra.jobs.isolation.assignment import Assignment, Limits
from zyra.jobs.isolation.forking import ForkingExecutor

PLENTY = Limits(memory_bytes=1 << 30, file_bytes=1 << 20, cpu_s=60)


@asynccontextmanager
async def executor_with(spares: int) -> AsyncIterator[ForkingExecutor]:
    """An executor of the test's own, whose processes it may kill, with so many that wait."""
    own = ForkingExecutor("misbehaving:REGISTRY", spares)
    await own.start()
    while own.children["ready"] < spares:
        await asyncio.sleep(0.01)
    yield own
    await own.close()


def waiting_in(folder: Path) -> Assignment:
    """A run that says that it has begun and then waits for a file."""
    args = {"input": str(folder / "gate")}
    return Assignment("process", "wait-for-file", args, str(folder), str(folder), PLENTY)


def streams_with(stdout: int) -> list[int]:
    """Stdin, stdout, stderr and events of a run."""
    return [nowhere(), stdout, nowhere(), nowhere()]


def nowhere() -> int:
    return os.open(os.devnull, os.O_RDWR)
