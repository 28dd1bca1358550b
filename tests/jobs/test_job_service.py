"""Jobs: accepted for good, run once, followed live, canceled whole, removed after their time."""

import asyncio
import os
import shutil
import signal
from datetime import timedelta
from pathlib import Path

import psutil
import pytest

from contents import whole
from zyra.jobs.engine import Topic
from zyra.jobs.events import Frame
from zyra.jobs.leases import LEASE_S
from zyra.jobs.ports import Query
from zyra.jobs.records import Mode, Reason, Status
from zyra.jobs.requests import (
    Caller,
    Conflict,
    Gone,
    NoSuchFile,
    NoSuchJob,
    RequestRefused,
    RunRequest,
    Upload,
)
from zyra.jobs.retention import Retention
from zyra.jobs.uploads import safe_filename

pytestmark = pytest.mark.anyio
ME = Caller("me")
OTHER = Caller("other")


@pytest.fixture
def submit(service):
    async def submit_command(name, caller=ME, request=None, **args):
        wanted = RunRequest("process", name, args, mode=Mode.ASYNC, **(request or {}))
        return await service.submit(caller, wanted)

    return submit_command


@pytest.fixture
def gate(service):
    """A file under a data root; `wait-for-file` goes on when it is made."""
    folder = service.settings.data_roots[0]
    folder.mkdir(exist_ok=True)
    path = folder / f"gate-{os.urandom(4).hex()}"
    yield path
    path.touch()


async def frames_of(service, job_id, after=0) -> list[Frame]:
    return [frame async for frame in service.follow(ME, job_id, after)]


async def until_running(service, job_id):
    async for frame in service.follow(ME, job_id):
        if frame.stdout:
            return


async def test_an_accepted_job_is_queued_and_ends_with_its_answer(service, submit):
    accepted = await submit("echo", text="later")
    assert (accepted.status, accepted.exit_code) == (Status.QUEUED, None)
    done = await service.wait(ME, accepted.job_id, 30)
    assert (done.status, done.stdout.text, done.mode) == (Status.SUCCEEDED, "later", Mode.ASYNC)


async def test_all_that_is_wrong_with_a_request_is_told_at_once(submit):
    missing = Upload("6f1d3c1e-2d0f-4a57-9a3e-0b4a9a6f2f10")
    request = {"stdin": missing, "callback_url": "ftp://example.com/"}
    with pytest.raises(RequestRefused) as caught:
        await submit("copy", request=request, input="file_id:none", output="../x", widht=1)
    assert {problem.loc for problem in caught.value.problems} == {
        ("args", "widht"),
        ("args", "input"),
        ("args", "output"),
        ("stdin",),
        ("callback_url",),
    }


async def test_an_argument_with_two_faults_is_named_once(submit):
    with pytest.raises(RequestRefused) as caught:
        await submit("copy", input=["/etc/passwd"], output="/etc/passwd")
    assert [problem.loc for problem in caught.value.problems] == [
        ("args", "input"),
        ("args", "output"),
    ]


async def test_waiting_answers_when_the_time_is_over(service, submit, gate):
    job = await submit("wait-for-file", input=str(gate))
    record = await service.wait(ME, job.job_id, 0.05)
    assert not record.status.is_final


async def test_jobs_start_oldest_first_and_know_their_place(service, submit, gate):
    blockers = [await submit("wait-for-file", input=str(gate)) for _ in range(2)]
    for job in blockers:
        await until_running(service, job.job_id)
    waiting = [await submit("echo", text=str(n)) for n in range(3)]
    places = [(await service.job(ME, job.job_id)).queue_position for job in waiting]
    gate.touch()
    done = [await service.wait(ME, job.job_id, 30) for job in waiting]
    assert places == [1, 2, 3]
    assert [r.started_at for r in done] == sorted(r.started_at for r in done)


async def test_frames_are_numbered_without_gaps_and_end_with_the_exit_code(service, submit):
    job = await submit("exit-at-once", code=7)
    frames = await frames_of(service, job.job_id)
    assert [frame.seq for frame in frames] == list(range(1, len(frames) + 1))
    assert [frame.exit_code for frame in frames[:-1]] == [None] * (len(frames) - 1)
    assert (frames[-1].exit_code, frames[-1].status) == (7, Status.FAILED)
    assert frames[0].status is Status.QUEUED


async def test_frames_hold_the_output_exactly_for_early_and_late_followers(service, submit):
    job = await submit("write-lines", code=20_000)
    expected = "".join(f"line {n} äöü\n" for n in range(20_000))
    early = await frames_of(service, job.job_id)
    late = await frames_of(service, job.job_id)
    assert "".join(frame.stdout for frame in early) == expected
    assert late == early
    assert len(early) < 500  # chunks, not lines


async def test_a_follower_who_comes_back_gets_what_it_lacks_and_nothing_twice(service, submit):
    job = await submit("write-lines", code=5_000)
    whole = await frames_of(service, job.job_id)
    for after in (1, 2, len(whole) - 1):
        assert await frames_of(service, job.job_id, after) == whole[after:]


async def test_a_hundred_followers_of_one_job_get_the_same_story(service, submit, gate):
    job = await submit("wait-for-file", input=str(gate))
    followers = [asyncio.ensure_future(frames_of(service, job.job_id)) for _ in range(100)]
    await until_running(service, job.job_id)
    gate.touch()
    stories = await asyncio.gather(*followers)
    assert all(story == stories[0] for story in stories)
    assert "".join(frame.stdout for frame in stories[0]) == "begun\nreleased\n"


async def test_binary_output_is_kept_out_of_frames_and_exact_in_the_file(service, submit):
    job = await submit("write-binary", code=3)
    frames = await frames_of(service, job.job_id)
    assert "".join(frame.stdout for frame in frames) == ""
    stdout = await service.stream(ME, job.job_id, "stdout")
    assert await whole(stdout) == bytes(range(256)) * 4096 * 3


async def test_progress_reaches_followers_and_the_record(service, submit):
    job = await submit("report")
    frames = await frames_of(service, job.job_id)
    assert (0.75, "step 3") in [(frame.progress, frame.message) for frame in frames]
    record = await service.job(ME, job.job_id)
    assert (record.progress, record.message) == (1.0, "step 3")


async def test_cancel_ends_the_whole_tree_before_it_answers(service, submit, executor):
    job = await submit("ignore-term", seconds=300)
    await until_running(service, job.job_id)
    tree = psutil.Process(executor.parent_pid).children(recursive=True)
    helpers = [p for p in tree if "time.sleep(300" in " ".join(p.cmdline())]
    record = await service.cancel(ME, job.job_id)
    assert (record.status, record.reason) == (Status.CANCELED, Reason.CANCELED)
    assert len(helpers) == 1
    assert not helpers[0].is_running()


async def test_a_queued_job_is_canceled_without_being_run(service, submit, gate):
    blockers = [await submit("wait-for-file", input=str(gate)) for _ in range(2)]
    for job in blockers:
        await until_running(service, job.job_id)
    queued = await submit("copy", request={"stdin": "x"}, output="made.txt")
    record = await service.cancel(ME, queued.job_id)
    assert (record.status, record.attempts, record.outputs) == (Status.CANCELED, 0, ())
    assert (await frames_of(service, queued.job_id))[-1].status is Status.CANCELED


async def test_a_finished_job_cannot_be_canceled(service, run):
    record = await run("echo")
    with pytest.raises(Conflict, match="succeeded already"):
        await service.cancel(ME, record.job_id)


async def test_one_idempotency_key_names_one_job(service, submit):
    first = await submit("echo", request={"idempotency_key": "k1"}, text="once")
    again = await submit("echo", request={"idempotency_key": "k1"}, text="once")
    assert again.job_id == first.job_id
    with pytest.raises(Conflict, match="another request"):
        await submit("echo", request={"idempotency_key": "k1"}, text="other")
    mine = await submit("echo", OTHER, {"idempotency_key": "k1"}, text="other")
    assert mine.job_id != first.job_id


async def test_jobs_of_others_do_not_exist(service, submit):
    job = await submit("echo", OTHER)
    for question in (service.job, service.cancel, service.purge):
        with pytest.raises(NoSuchJob):
            await question(ME, job.job_id)
    page = await service.page(Query("me", limit=1000))
    assert job.job_id not in [record.job_id for record in page.jobs]


async def test_a_purged_job_and_its_results_are_gone(service, run):
    record = await run("copy", {"stdin": "x"}, output="made.txt")
    path = Path(await service.output_place(ME, record.job_id, "made.txt"))
    await service.purge(ME, record.job_id)
    assert not path.exists()
    with pytest.raises(NoSuchJob):
        await service.job(ME, record.job_id)


async def test_old_results_are_removed_but_not_what_an_unfinished_job_reads(
    service, run, submit, gate
):
    old = await run("copy", {"stdin": "x"}, output="old.txt")
    used = await run("copy", {"stdin": "x"}, output="used.txt")
    reader = await submit("wait-for-file", input=str(gate), output="unused")
    source = f"job_id:{used.job_id}/used.txt"
    waiting = [await submit("wait-for-file", input=str(gate)), await submit("copy", input=source)]
    retention = Retention(
        service.store, service.uploads, service.space.ledger, service.results, 0.0
    )
    retention._ttl = timedelta(seconds=-1)
    await retention.remove_old()
    with pytest.raises(Gone):
        await service.output(ME, old.job_id, "old.txt")
    assert await whole((await service.output(ME, used.job_id, "used.txt"))[1]) == b"x"
    gate.touch()
    for job in (reader, *waiting):
        assert (await service.wait(ME, job.job_id, 30)).ok


async def test_an_upload_that_an_unfinished_job_reads_stays(service, submit, gate):
    blockers = [await submit("wait-for-file", input=str(gate)) for _ in range(2)]
    writer = service.uploads.start(ME, "a.txt")
    file_id = (await writer.finish()).file_id
    queued = await submit("copy", input=f"file_id:{file_id}")
    with pytest.raises(Conflict, match="unfinished job"):
        await service.remove_upload(ME, file_id)
    gate.touch()
    for job in (*blockers, queued):
        assert (await service.wait(ME, job.job_id, 30)).ok
    await service.remove_upload(ME, file_id)
    with pytest.raises(NoSuchFile):
        await service.uploads.info(ME, file_id)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"a": 1}'])
async def test_a_description_that_cannot_be_read_is_no_upload(service, text):
    file_id = (await service.uploads.start(ME, "a.txt").finish()).file_id
    (service.settings.upload_dir / f"{file_id}.upload-facts.json").write_text(text)
    assert file_id not in [info.file_id for info in await service.uploads.all(ME)]
    with pytest.raises(NoSuchFile):
        await service.uploads.info(ME, file_id)


async def test_a_callback_goes_to_http_only(service, submit):
    for scheme in ("s3", "ftp"):
        with pytest.raises(RequestRefused, match="callbacks go to http and https"):
            await submit("echo", request={"callback_url": f"{scheme}://127.0.0.1/x"})


async def test_a_record_whose_results_are_removed_just_now_is_still_told(service, run):
    job = await run("echo", text="hi")
    shutil.rmtree(service.settings.results_dir / job.job_id)
    assert (await service.job(ME, job.job_id)).stdout.size == 2


async def test_an_upload_of_somebody_else_cannot_be_read(service, submit):
    writer = service.uploads.start(OTHER, "a.txt")
    await writer.write(b"private")
    info = await writer.finish()
    with pytest.raises(Exception, match="no upload"):
        await submit("copy", input=f"file_id:{info.file_id}")


async def test_a_job_whose_runner_is_gone_is_lost_after_its_lease(service, submit, gate):
    job = await submit("wait-for-file", input=str(gate))
    await until_running(service, job.job_id)
    taken = await _run_out_of_lease(service, job.job_id)
    assert [(r.status, r.reason) for r in taken] == [(Status.FAILED, Reason.LOST)]
    assert (await frames_of(service, job.job_id))[-1].status is Status.FAILED


async def test_a_lost_job_is_run_again_if_its_caller_asked_for_that(service, submit, gate):
    job = await submit("wait-for-file", request={"retries": 1}, input=str(gate))
    await until_running(service, job.job_id)
    await _run_out_of_lease(service, job.job_id)
    await service.signals.notify(Topic.QUEUED, job.job_id)
    gate.touch()
    record = await service.wait(ME, job.job_id, 30)
    assert (record.status, record.attempts) == (Status.SUCCEEDED, 2)


async def _run_out_of_lease(service, job_id):
    """Let the job's lease lie in the past, as when its runner stopped renewing it."""
    store = service.store
    past = "UPDATE jobs SET lease_until = lease_until - ?, runner = 'gone' WHERE job_id = ?"
    await store._connection.in_thread(lambda: store._database.execute(past, (10 * LEASE_S, job_id)))
    worker = service.parts[1]
    taken = await store.expire()
    for record in taken:
        if record.status.is_final:
            await worker._engine.announce(record)
    return taken


async def test_pages_go_from_new_to_old_with_filters_and_a_cursor(service, submit):
    jobs = [await submit("echo", Caller("pager"), text=str(n)) for n in range(5)]
    for job in jobs:
        await service.wait(Caller("pager"), job.job_id, 30)
    first = await service.page(Query("pager", limit=3))
    second = await service.page(Query("pager", limit=3, cursor=first.next))
    listed = [record.job_id for record in (*first.jobs, *second.jobs)]
    assert listed == [job.job_id for job in reversed(jobs)]
    assert second.next is None
    assert not (await service.page(Query("pager", status=Status.FAILED))).jobs
    assert len((await service.page(Query("pager", command="echo"))).jobs) == 5


async def test_the_streams_of_a_job_that_never_began_are_not_there(service, submit, gate):
    blockers = [await submit("wait-for-file", input=str(gate)) for _ in range(2)]
    queued = await submit("echo")
    await service.cancel(ME, queued.job_id)
    with pytest.raises(NoSuchFile):
        await service.stream(ME, queued.job_id, "stdout")
    for job in blockers:
        await service.cancel(ME, job.job_id)


async def test_a_kill_of_the_command_from_outside_is_told_as_a_crash(service, submit, executor):
    job = await submit("ignore-term", seconds=300)
    await until_running(service, job.job_id)
    children = psutil.Process(executor.parent_pid).children()
    busy = next(child for child in children if child.children())
    os.kill(busy.pid, signal.SIGKILL)
    record = await service.wait(ME, job.job_id, 30)
    assert (record.status, record.reason, record.exit_code) == (Status.FAILED, Reason.CRASHED, 137)


async def test_a_command_sees_an_upload_under_its_own_name_and_no_folder_of_ours(service, run):
    writer = service.uploads.start(ME, "../forecast.grib2")
    await writer.write(b"GRIB")
    file_id = (await writer.finish()).file_id
    record = await run("tell-input", input=f"file_id:{file_id}")
    assert record.stdout.text == "../inputs/forecast.grib2 GRIB"
    assert not (service.settings.results_dir / record.job_id / "inputs").exists()


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("a/b\\c.nc", "c.nc"),
        ("..", "upload"),
        ("", "upload"),
        ("\x00\n", "upload"),
        ("ä" * 300 + ".nc", "ä" * 98 + ".nc"),
    ],
)
def test_names_of_uploads_are_safe_as_file_names(given, kept):
    assert safe_filename(given) == kept
