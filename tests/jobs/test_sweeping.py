"""Whoever takes the job of a dead runner also clears away what it left on this machine."""

import asyncio
import errno
import os
import signal
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from zyra.jobs.embedded.event_files import EventFiles
from zyra.jobs.embedded.local_signals import LocalSignals
from zyra.jobs.embedded.result_files import ResultFiles
from zyra.jobs.embedded.sqlite_store import SqliteJobStore
from zyra.jobs.engine import Engine
from zyra.jobs.isolation.forking import ForkingExecutor
from zyra.jobs.isolation.leftovers import MARK
from zyra.jobs.job_run import Run
from zyra.jobs.plan_vault import PlanVault
from zyra.jobs.ports import Submission
from zyra.jobs.records import JobRecord, Mode, Reason, Status
from zyra.jobs.results import Workspace
from zyra.jobs.runner import Plan

pytestmark = pytest.mark.anyio

RUNNER = "this one"
PLAN = Plan(
    stage="process",
    command="echo",
    args={},
    links={},
    readable=(),
    output=None,
    stdin_text=None,
    stdin_path=None,
    timeout_s=60.0,
    memory_bytes=1 << 30,
    file_bytes=1 << 30,
)
OVER_S = -1.0  # a lease that ran out as soon as it was given


@pytest.fixture
async def store(tmp_path):
    store = SqliteJobStore(tmp_path / "jobs.sqlite3", capacity=9)
    yield store
    await store.close()


@pytest.fixture
def engine(store, tmp_path):
    executor = ForkingExecutor("misbehaving:REGISTRY", spares=0)
    results = ResultFiles(tmp_path)
    engine = Engine(
        store, EventFiles(tmp_path), LocalSignals(store), executor, results, PlanVault(None, None)
    )
    engine.name = RUNNER
    return engine


@pytest.fixture
async def workspace(store, tmp_path):
    """The folder of a job whose runner is gone."""
    claimed = await claim(store, runner="gone")
    workspace = Workspace(tmp_path / claimed.record.job_id)
    workspace.create({})
    return workspace


async def claim(store, runner=RUNNER, **fields):
    """A job that runs, with a lease that is over."""
    given = (str(uuid4()), "me", "process", "echo", {}, Mode.ASYNC, datetime.now(UTC))
    record = JobRecord(*given, **fields)
    await store.add(Submission(record, PLAN.to_json()))
    return await store.claim(runner, OVER_S)


async def fail(error):
    raise error


async def give(value):
    return value


async def test_a_lost_job_leaves_no_scratch_folder(engine, store, workspace):
    await engine.sweep()
    assert (await store.get(workspace.folder.name)).status is Status.FAILED
    assert not workspace.scratch.exists()


async def test_a_fault_of_the_runner_leaves_its_job_to_the_sweep(engine, store, monkeypatch):
    monkeypatch.setattr(Run, "execute", lambda *_: fail(ValueError("not planned")))
    claimed = await claim(store)
    with pytest.raises(ValueError, match="not planned"):
        await engine.run(claimed)
    await engine.renew()
    assert [record.job_id for record in await store.expire()] == [claimed.record.job_id]


async def test_what_a_lost_attempt_said_is_not_told_again_when_the_next_cannot_start(
    engine, store, tmp_path, monkeypatch
):
    await claim(store, runner="gone", retries=1)
    (queued,) = await store.expire()
    Workspace(tmp_path / queued.job_id).create({})
    Workspace(tmp_path / queued.job_id).stream("stdout").write_text("of the first attempt")
    cannot = ChildProcessError("the process that runs commands cannot start")
    monkeypatch.setattr(ForkingExecutor, "launch", lambda *_: fail(cannot))
    await engine.run(await store.claim(RUNNER, 60.0))
    assert (await store.get(queued.job_id)).message == str(cannot)
    frames = [frame async for frame in EventFiles(tmp_path).follow(queued.job_id, 0)]
    assert [frame.stdout for frame in frames] == [""] * len(frames)


async def test_a_job_without_room_for_its_files_has_failed_and_has_an_end(
    engine, store, monkeypatch
):
    monkeypatch.setattr(Run, "execute", lambda *_: fail(OSError(errno.ENOSPC, "no space left")))
    claimed = await claim(store)
    await engine.run(claimed)
    record = await store.get(claimed.record.job_id)
    assert (record.status, record.reason) == (Status.FAILED, Reason.LOST)
    assert record.finished_at >= record.started_at


async def test_a_lost_command_is_run_again_if_its_caller_asked_for_that(engine, store, monkeypatch):
    lost = {"status": Status.FAILED, "reason": Reason.LOST, "exit_code": None}
    monkeypatch.setattr(Run, "execute", lambda *_: give(lost))
    claimed = await claim(store, retries=1)
    await engine.run(claimed)
    await engine.sweep()
    assert (await store.get(claimed.record.job_id)).status is Status.QUEUED
    await engine.run(await store.claim(RUNNER, OVER_S))
    assert (await store.get(claimed.record.job_id)).status is Status.FAILED


async def test_programs_of_a_dead_server_end_when_its_job_is_taken(engine, workspace):
    dead = subprocess.Popen(["true"])
    dead.wait()
    environment = os.environ | {MARK: f"{dead.pid}-1-1"}
    with subprocess.Popen(["sleep", "60"], env=environment, start_new_session=True) as helper:
        try:
            while not Path(f"/proc/{helper.pid}/environ").read_bytes():
                await asyncio.sleep(0)  # the kernel is still loading the program
            await engine.sweep()
            assert helper.wait(10) == -signal.SIGKILL
        finally:
            helper.kill()
