"""Whoever takes the job of a dead runner also clears away what it left on this machine."""

import os
import signal
import subprocess
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from zyra.jobs.embedded.event_files import EventFiles
from zyra.jobs.embedded.local_signals import LocalSignals
from zyra.jobs.embedded.sqlite_store import SqliteJobStore
from zyra.jobs.engine import Engine
from zyra.jobs.isolation.forking import ForkingExecutor
from zyra.jobs.isolation.leftovers import MARK
from zyra.jobs.ports import Submission
from zyra.jobs.records import JobRecord, Mode, Status
from zyra.jobs.results import Workspace

pytestmark = pytest.mark.anyio

OVER_S = -1.0  # a lease that ran out as soon as it was given


@pytest.fixture
async def store(tmp_path):
    store = SqliteJobStore(tmp_path / "jobs.sqlite3", capacity=9)
    yield store
    await store.close()


@pytest.fixture
def engine(store, tmp_path):
    executor = ForkingExecutor("misbehaving:REGISTRY", spares=0)
    return Engine(store, EventFiles(tmp_path), LocalSignals(store), executor, tmp_path)


@pytest.fixture
async def workspace(store, tmp_path):
    """The folder of a job whose runner is gone."""
    record = JobRecord(str(uuid4()), "me", "process", "echo", {}, Mode.ASYNC, datetime.now(UTC))
    await store.add(Submission(record, "{}"))
    await store.claim("gone", OVER_S)
    workspace = Workspace(tmp_path / record.job_id)
    workspace.create()
    return workspace


async def test_a_lost_job_leaves_no_scratch_folder(engine, store, workspace):
    await engine.sweep()
    assert (await store.get(workspace.folder.name)).status is Status.FAILED
    assert not workspace.scratch.exists()


async def test_programs_of_a_dead_server_end_when_its_job_is_taken(engine, workspace):
    dead = subprocess.Popen(["true"])
    dead.wait()
    environment = os.environ | {MARK: f"{dead.pid}-1-1"}
    with subprocess.Popen(["sleep", "60"], env=environment, start_new_session=True) as helper:
        try:
            await engine.sweep()
            assert helper.wait(10) == -signal.SIGKILL
        finally:
            helper.kill()
