"""A server and workers as real processes, with a Redis that is hurt."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from uuid import uuid4

import misbehaving
import pytest
from redis_server import RedisServer, free_port

from contents import whole
from zyra.core.settings import Settings
from zyra.jobs.records import JobRecord, Mode, Reason, Status
from zyra.jobs.requests import Caller, RunRequest, ServiceUnavailable
from zyra.jobs.service import JobService
from zyra.wiring import build_service

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(120)]

AWAY_S = 30  # six leases
ME = Caller("me")
TESTS = Path(misbehaving.__file__).parent
StartWorker = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[RedisServer]:
    """A Redis that a test may hurt."""
    folder = tmp_path / "redis"
    folder.mkdir()
    with RedisServer(folder) as server:
        yield server


@pytest.fixture
def settings(own_redis: RedisServer, tmp_path: Path) -> Settings:
    return Settings(
        redis_url=own_redis.url,
        queue=f"test-{uuid4().hex[:8]}",
        upload_dir=tmp_path / "uploads",
        results_dir=tmp_path / "results",
        state_dir=tmp_path / "state",
        concurrency=2,
    )


@pytest.fixture
async def service(settings: Settings, anyio_backend: str) -> AsyncIterator[JobService]:
    """What a server process has; it runs no command itself."""
    service = build_service(settings, misbehaving.REGISTRY, "misbehaving:REGISTRY")
    await service.start()
    yield service
    await service.close()


@pytest.fixture
def start_worker(settings: Settings) -> Iterator[StartWorker]:
    """Starts `zyra worker` with the misbehaving commands; ends it after the test."""
    started: list[subprocess.Popen[str]] = []

    def start(*flags: str) -> "subprocess.Popen[str]":
        given = {"redis_url", "queue", "upload_dir", "results_dir", "state_dir", "concurrency"}
        environment = {f"ZYRA_{name.upper()}": str(getattr(settings, name)) for name in given}
        command = [sys.executable, "-m", "zyra.cli.main", "worker", *flags]
        process = subprocess.Popen(
            [*command, "--registry", "misbehaving:REGISTRY"],
            env={**os.environ, **environment, "PYTHONPATH": str(TESTS)},
            text=True,
            stderr=subprocess.PIPE,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        assert process.stderr is not None
        process.stderr.close()


async def submit(service: JobService, name: str, retries: int = 0, **args: object) -> str:
    request = RunRequest("process", name, args, Mode.ASYNC, retries=retries)
    return (await service.submit(ME, request)).job_id


async def until_it_says(service: JobService, job_id: str, text: str) -> None:
    """Follow a job until its output has `text`."""
    told = ""
    async for frame in service.follow(ME, job_id):
        told += frame.stdout
        if text in told:
            return


async def finals(service: JobService, job_ids: list[str]) -> list[JobRecord]:
    return [await service.wait(ME, job_id, 90) for job_id in job_ids]


async def test_two_workers_run_what_a_server_accepts(
    service: JobService, start_worker: StartWorker
) -> None:
    for _ in range(2):
        start_worker()
    texts = [f"line {n}\nü" for n in range(12)]
    job_ids = [await submit(service, "echo", text=text) for text in texts]
    done = await finals(service, job_ids)
    assert [(r.status, r.stdout.text, r.attempts) for r in done] == [
        (Status.SUCCEEDED, text, 1) for text in texts
    ]


async def test_binary_output_is_whole(service: JobService, start_worker: StartWorker) -> None:
    start_worker()
    job_id = await submit(service, "write-binary", code=3)
    (record,) = await finals(service, [job_id])
    assert record.status is Status.SUCCEEDED
    stdout = await service.stream(ME, job_id, "stdout")
    assert await whole(stdout) == misbehaving.BINARY_BLOCK * 3


async def test_a_burst_worker_ends_when_nothing_is_queued(
    service: JobService, start_worker: StartWorker
) -> None:
    job_ids = [await submit(service, "echo", text=str(n)) for n in range(5)]
    worker = start_worker("--burst")
    assert await asyncio.to_thread(worker.wait) == 0
    assert [(await service.job(ME, j)).stdout.text for j in job_ids] == list("01234")


async def test_a_canceled_job_of_another_process_ends_with_its_tree(
    service: JobService, start_worker: StartWorker, settings: Settings
) -> None:
    start_worker()
    job_id = await submit(service, "ignore-term")
    await until_it_says(service, job_id, "started")
    helper = int((settings.results_dir / job_id / "outputs" / "marker").read_text())
    record = await service.cancel(ME, job_id)
    assert (record.status, record.reason) == (Status.CANCELED, Reason.CANCELED)
    with pytest.raises(ProcessLookupError):
        os.kill(helper, 0)


async def test_a_job_canceled_in_the_queue_never_starts(
    service: JobService, start_worker: StartWorker, settings: Settings
) -> None:
    canceled = await submit(service, "echo", text="no")
    await service.cancel(ME, canceled)
    other = await submit(service, "echo", text="yes")
    start_worker()
    (record,) = await finals(service, [other])
    assert record.ok
    assert (await service.job(ME, canceled)).status is Status.CANCELED
    assert not (settings.results_dir / canceled / "stdout").exists()


async def test_a_killed_workers_job_is_lost_and_its_retry_runs_elsewhere(
    service: JobService, start_worker: StartWorker
) -> None:
    worker = start_worker()
    lost = await submit(service, "ignore-term")
    again = await submit(service, "ignore-term", retries=1, seconds=60.0)
    for job_id in (lost, again):
        await until_it_says(service, job_id, "started")
    worker.kill()
    record = await service.wait(ME, lost, 8)
    assert (record.status, record.reason) == (Status.FAILED, Reason.LOST)
    start_worker()
    seen = await service.job(ME, again)
    while seen.status is not Status.RUNNING:
        await asyncio.sleep(0.05)
        seen = await service.job(ME, again)
    assert seen.attempts == 2
    assert (await service.cancel(ME, again)).status is Status.CANCELED


async def test_a_worker_that_is_asked_to_end_finishes_its_commands(
    service: JobService, start_worker: StartWorker
) -> None:
    worker = start_worker()
    running = await submit(service, "ignore-term", seconds=1.0)
    await until_it_says(service, running, "started")
    worker.send_signal(signal.SIGTERM)
    others = [await submit(service, "echo", text="for another worker") for _ in range(5)]
    assert await asyncio.to_thread(worker.wait) == 0
    assert (await service.job(ME, running)).status is Status.SUCCEEDED
    start_worker()
    assert [(r.ok, r.attempts) for r in await finals(service, others)] == [(True, 1)] * 5


async def test_ids_that_rq_lost_are_queued_again(
    service: JobService, start_worker: StartWorker, settings: Settings
) -> None:
    job_ids = [await submit(service, "echo", text=str(n)) for n in range(3)]
    store = service.store
    await store._link.client.delete(store._queue.rq.key)  # type: ignore[attr-defined]
    start_worker()
    assert all(record.ok for record in await finals(service, job_ids))


async def test_a_killed_redis_keeps_what_was_accepted(
    service: JobService, start_worker: StartWorker, own_redis: RedisServer
) -> None:
    job_ids = [await submit(service, "echo", text=str(n)) for n in range(5)]
    await asyncio.to_thread(own_redis.kill)
    await asyncio.to_thread(own_redis.start)
    start_worker()
    assert [record.stdout.text for record in await finals(service, job_ids)] == list("01234")


async def test_a_paused_redis_refuses_soon_and_hurts_no_running_command(
    service: JobService, start_worker: StartWorker, own_redis: RedisServer
) -> None:
    start_worker()
    running = await submit(service, "ignore-term", seconds=7.0)
    await until_it_says(service, running, "started")
    own_redis.pause()
    for attempt in (submit(service, "echo", text="no"), service.job(ME, running)):
        began = time.monotonic()
        with pytest.raises(ServiceUnavailable):
            await attempt
        assert time.monotonic() - began < 2
    await asyncio.sleep(AWAY_S)
    own_redis.resume()
    (record,) = await finals(service, [running])
    assert (record.status, record.stdout.text) == (Status.SUCCEEDED, "started")
    after = await submit(service, "echo", text="again")
    assert (await finals(service, [after]))[0].stdout.text == "again"


async def test_a_restarted_redis_is_found_again_by_workers_and_followers(
    service: JobService, start_worker: StartWorker, own_redis: RedisServer
) -> None:
    start_worker()
    running = await submit(service, "ignore-term", seconds=3.0)
    await until_it_says(service, running, "started")
    await asyncio.to_thread(own_redis.kill)
    following = asyncio.ensure_future(_follow(service, running))
    await asyncio.sleep(1)
    await asyncio.to_thread(own_redis.start)
    assert (await following)[-1] == Status.SUCCEEDED
    after = await submit(service, "echo", text="again")
    assert (await finals(service, [after]))[0].ok


async def _follow(service: JobService, job_id: str) -> list[Status]:
    while True:
        try:
            return [frame.status async for frame in service.follow(ME, job_id)]
        except ServiceUnavailable:
            await asyncio.sleep(0.1)


async def test_a_worker_refuses_to_start_without_its_redis(
    start_worker: StartWorker, own_redis: RedisServer
) -> None:
    own_redis.kill()
    worker = start_worker()
    _, told = await asyncio.to_thread(worker.communicate)
    assert worker.returncode == 1
    assert "ZYRA_REDIS_URL cannot be used" in told
    assert "Traceback" not in told


async def test_a_server_refuses_to_start_without_its_redis(
    settings: Settings, own_redis: RedisServer
) -> None:
    own_redis.kill()
    service = build_service(settings)
    with pytest.raises(ServiceUnavailable, match="ZYRA_REDIS_URL"):
        await service.start()


async def test_a_redis_that_forgets_is_warned_of(
    settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "forgetful").mkdir()
    with RedisServer(tmp_path / "forgetful", append_only=False) as server:
        service = build_service(settings.model_copy(update={"redis_url": server.url}))
        await service.start()
        await service.close()
    assert "appendonly yes" in caplog.text


def test_zyra_serve_ends_with_one_line_when_its_redis_is_away(tmp_path: Path) -> None:
    environment = {**os.environ, "ZYRA_REDIS_URL": f"redis://127.0.0.1:{free_port()}/0"}
    ended = subprocess.run(
        [sys.executable, "-m", "zyra.cli.main", "serve", "--port", str(free_port())],
        env=environment | {"ZYRA_RESULTS_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert "ZYRA_REDIS_URL cannot be used" in ended.stderr
    assert "start it, or correct ZYRA_REDIS_URL" in ended.stderr
    assert "Traceback" not in ended.stderr
