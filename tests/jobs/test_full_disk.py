"""A full disk fails what needs space, cleanly, and nothing else or later.

The limit on file sizes stands for it: to SQLite and to files it is the same, an OSError.
"""

import asyncio
import errno
import resource
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import misbehaving
import pytest

from zyra.core.settings import Settings
from zyra.jobs.embedded.event_files import EventFiles
from zyra.jobs.embedded.sqlite_store import SqliteJobStore
from zyra.jobs.embedded.upload_files import UploadFiles
from zyra.jobs.events import Frame
from zyra.jobs.records import Status
from zyra.jobs.repeated import Repeated
from zyra.jobs.requests import Caller, RunRequest, StorageFull
from zyra.jobs.service import JobService
from zyra.wiring import build_service

pytestmark = pytest.mark.anyio

ME = Caller("me")
ECHO = RunRequest("process", "echo", {"text": "hi"})


@contextmanager
def full_disk(free_bytes: int = 0) -> Iterator[None]:
    """No file grows beyond `free_bytes`."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (free_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.fixture
async def own_service(tmp_path: Path, anyio_backend: str) -> AsyncIterator[JobService]:
    """A service for one test, not started yet."""
    folders = {name: tmp_path / name for name in ("upload_dir", "results_dir", "state_dir")}
    service = build_service(
        Settings(**folders, concurrency=1), misbehaving.REGISTRY, "misbehaving:REGISTRY"
    )
    yield service
    await service.close()


async def test_a_job_that_cannot_be_kept_is_refused(own_service: JobService) -> None:
    with full_disk(), pytest.raises(StorageFull, match="job store"):
        await own_service.submit(ME, ECHO)
    record = await own_service.submit(ME, ECHO)
    assert (await own_service.job(ME, record.job_id)).status is Status.QUEUED


@pytest.mark.parametrize("step", ["claim", "expire"])
async def test_jobs_run_again_after_the_store_was_full(
    own_service: JobService, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = getattr(SqliteJobStore, step)
    full = iter([True])
    tried_again = asyncio.Event()

    async def fail_once(*given: Any) -> Any:
        if next(full, False):
            raise StorageFull("full")
        tried_again.set()
        return await done(*given)

    monkeypatch.setattr(SqliteJobStore, step, fail_once)
    await own_service.start()
    async with asyncio.timeout(20):
        await tried_again.wait()
        assert (await own_service.run(ME, ECHO)).ok


async def test_a_job_without_a_last_frame_wakes_who_waits(
    own_service: JobService, monkeypatch: pytest.MonkeyPatch
) -> None:
    append = EventFiles.append

    async def refuse_the_last(log: EventFiles, job_id: str, frame: Frame) -> None:
        if frame.is_final:
            raise OSError(errno.ENOSPC, "full")
        await append(log, job_id, frame)

    monkeypatch.setattr(EventFiles, "append", refuse_the_last)
    await own_service.start()
    async with asyncio.timeout(20):
        assert (await own_service.run(ME, ECHO)).ok


async def test_repeated_work_goes_on_after_it_found_no_space() -> None:
    succeeded = asyncio.Event()
    full = iter([True])

    async def work() -> None:
        if next(full, False):
            raise OSError(errno.ENOSPC, "full")
        succeeded.set()

    part = Repeated(work, 0)
    await part.start()
    async with asyncio.timeout(5):
        await succeeded.wait()
    await part.close()


async def test_an_upload_is_never_cut_short_in_silence(tmp_path: Path) -> None:
    writer = UploadFiles(tmp_path).start(ME, "a.bin")
    with full_disk(10), pytest.raises(OSError, match="File too large"):
        await writer.write(b"x" * 20)
    await writer.abandon()
    assert not list(tmp_path.iterdir())


async def test_an_upload_that_cannot_be_described_leaves_nothing(tmp_path: Path) -> None:
    writer = UploadFiles(tmp_path).start(ME, "a.bin")
    with full_disk(), pytest.raises(OSError, match="File too large"):
        await writer.finish()
    await writer.abandon()
    assert not list(tmp_path.iterdir())


async def test_an_old_upload_gives_its_space_back_on_a_full_disk(tmp_path: Path) -> None:
    uploads = UploadFiles(tmp_path)
    writer = uploads.start(ME, "a.bin")
    await writer.write(b"x" * 1000)
    info = await writer.finish()
    with full_disk(), pytest.raises(OSError, match="File too large"):
        await uploads.expire(info)
    assert [path.name for path in tmp_path.iterdir()] == [f"{info.file_id}.upload-facts.json"]
