"""The service gathers its memory when all is loaded, and does not wait for that when it ends."""

import asyncio
import mmap
from pathlib import Path
from types import SimpleNamespace

import pytest

from zyra.jobs.isolation.huge_pages import gather_memory
from zyra.jobs.large_pages import LargePages

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(60)]

BYTES = 16 << 20


def large_kib() -> int:
    """KiB of this process's memory that are in large pages (proc(5), smaps_rollup)."""
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("AnonHugePages"))


def in_small_pages() -> mmap.mmap:
    """Memory that is used, in pages as they come."""
    memory = mmap.mmap(-1, BYTES, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    memory.madvise(mmap.MADV_NOHUGEPAGE)
    memory[:] = bytes(BYTES)
    memory.madvise(mmap.MADV_HUGEPAGE)
    return memory


def can_gather() -> bool:
    with in_small_pages():
        return gather_memory() > 0


async def test_memory_is_gathered_when_the_executor_is_ready() -> None:
    able = can_gather()
    executor = SimpleNamespace(is_ready=False)
    part = LargePages(executor)  # type: ignore[arg-type]
    with in_small_pages():
        before = large_kib()
        await part.start()
        await asyncio.sleep(0.3)
        assert large_kib() < before + BYTES // 2048
        executor.is_ready = True
        for _ in range(100):
            if large_kib() >= before + BYTES // 2048 or not able:
                break
            await asyncio.sleep(0.1)
        assert not able or large_kib() >= before + BYTES // 2048
        await part.close()


async def test_a_service_that_ends_before_all_is_loaded_does_not_wait_for_it() -> None:
    part = LargePages(SimpleNamespace(is_ready=False))  # type: ignore[arg-type]
    await part.start()
    await asyncio.wait_for(part.close(), 5)
