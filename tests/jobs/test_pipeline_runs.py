"""Pipelines as jobs: joined by pipes, each step with its own end, nothing half taken for whole."""

import os
import signal
from dataclasses import replace

import pytest

from zyra.jobs.pipelines.board import with_steps, write_steps
from zyra.jobs.records import Mode, Reason, Status, StepStatus
from zyra.jobs.requests import Caller, RequestRefused, RunRequest, Upload
from zyra.jobs.results import Workspace

pytestmark = pytest.mark.anyio
ME = Caller("me")
OK, FAILED, CANCELED, SKIPPED = (
    StepStatus.SUCCEEDED,
    StepStatus.FAILED,
    StepStatus.CANCELED,
    StepStatus.SKIPPED,
)


def step(command, name=None, **args):
    named = {} if name is None else {"name": name}
    return {"stage": "process", "command": command, "args": args, **named}


def order(*steps, **options):
    return {"stages": list(steps), **options}


@pytest.fixture
def run(service):
    async def run_pipeline(*steps, request=None, **options):
        wanted = RunRequest("pipelines", "run", order(*steps, **options), **(request or {}))
        return await service.run(ME, wanted)

    return run_pipeline


@pytest.fixture
def gate(service):
    """A file under a data root; `wait-for-file` goes on when it is made."""
    folder = service.settings.data_roots[0]
    folder.mkdir(exist_ok=True)
    path = folder / f"gate-{os.urandom(4).hex()}"
    yield path
    path.touch()


def statuses(record):
    return [step.status for step in record.steps]


async def test_stdout_of_a_step_is_stdin_of_the_next(run):
    record = await run(
        step("echo", text="through pipes"),
        step("copy", input="-", output="-"),
        step("copy", input="-", output="copy.txt"),
    )
    assert (record.status, record.exit_code, record.stdout.text) == (Status.SUCCEEDED, 0, "")
    assert statuses(record) == [OK, OK, OK]
    assert [output.name for output in record.outputs] == ["copy.txt"]
    assert [step.outputs for step in record.steps] == [(), (), ("copy.txt",)]
    assert record.output_file == "copy.txt"


async def test_files_of_a_step_are_there_for_those_after_it(run):
    record = await run(
        step("copy", "first", input="-", output="a.txt"),
        step("copy", input="step:first", output="-"),
        request={"stdin": "from the caller"},
    )
    assert record.stdout.text == "from the caller"


async def test_what_no_step_reads_is_the_stdout_of_the_job(run):
    record = await run(step("echo", text="one "), step("echo", text="two", error_text="aside"))
    assert (record.stdout.text, record.stderr.text) == ("one two", "aside")
    assert [step.stdout.text for step in record.steps] == ["one ", "two"]
    assert [step.stderr.text for step in record.steps] == ["", "aside"]


async def test_every_step_has_its_time_and_what_it_used(run):
    record = await run(step("echo", text="x"), step("copy", input="-", output="-"))
    for found in record.steps:
        assert found.started_at <= found.finished_at
        assert found.max_rss_bytes > 0
    assert record.cpu_s == pytest.approx(sum(step.cpu_s for step in record.steps))
    assert record.max_rss_bytes == max(step.max_rss_bytes for step in record.steps)
    assert record.progress == 1.0


async def test_a_failed_step_ends_the_pipeline_with_its_exit_code(run):
    record = await run(
        step("exit-at-once", code=7), step("echo", text="never"), step("echo", text="never")
    )
    assert (record.status, record.exit_code, record.reason) == (Status.FAILED, 7, Reason.EXIT)
    assert statuses(record) == [FAILED, SKIPPED, SKIPPED]
    assert record.message == "step 1 (exit-at-once) failed with exit code 7"
    assert record.steps[1].message == "step 1 (exit-at-once) failed before"
    assert record.steps[1].started_at is None
    assert record.stdout.text == ""


async def test_a_reader_never_takes_what_a_failed_writer_left_off_for_the_whole(run):
    record = await run(
        step("write-lines-and-fail", "writer"), step("copy", input="-", output="half.txt")
    )
    assert statuses(record) == [FAILED, SKIPPED]
    assert record.outputs == ()
    assert record.steps[1].message == "what it reads, step 1 (writer), failed"


async def test_a_writer_whose_reader_fails_is_ended(run):
    record = await run(
        step("write-binary", code=1000), step("exit-at-once-reading", "reader", code=3)
    )
    assert statuses(record) == [CANCELED, FAILED]
    assert record.exit_code == 3


async def test_a_reader_may_end_before_its_writer(run):
    record = await run(
        step("write-binary", "endless", code=1000), step("take-first", "head", count=5)
    )
    assert (record.status, record.exit_code) == (Status.SUCCEEDED, 0)
    assert statuses(record) == [OK, OK]
    assert record.steps[0].message == "step 2 (head) needed no more of it"
    assert record.steps[0].exit_code == 141


async def test_with_continue_on_error_only_those_that_need_it_are_skipped(run):
    record = await run(
        step("exit-at-once-writing", "broken", code=4, side="data.txt"),
        step("copy", "reader", input="data.txt", output="other.txt"),
        step("copy", "reader of the reader", input="other.txt", output="-"),
        step("echo", "another", text="still done"),
        continue_on_error=True,
    )
    assert statuses(record) == [FAILED, SKIPPED, SKIPPED, OK]
    assert record.steps[1].message == "step 2 (reader) needs step 1 (broken), which failed"
    assert (record.status, record.exit_code) == (Status.FAILED, 4)
    assert record.stdout.text == "still done"


async def test_a_step_runs_out_of_time_and_those_after_it_are_skipped(run):
    slow = step("ignore-term", seconds=60) | {"timeout_s": 0.2}
    record = await run(slow, step("echo", text="never"))
    assert statuses(record) == [FAILED, SKIPPED]
    assert record.steps[0].reason is Reason.TIMEOUT
    assert (record.reason, record.message) == (
        Reason.TIMEOUT,
        "step 1 (ignore-term) ran out of time",
    )


async def test_a_pipeline_has_a_time_of_its_own(run):
    record = await run(step("ignore-term", seconds=60), step("echo"), request={"timeout_s": 0.2})
    assert (record.status, record.reason) == (Status.FAILED, Reason.TIMEOUT)
    assert statuses(record) == [CANCELED, SKIPPED]


async def test_a_step_that_crashes_is_told_by_its_signal(run):
    record = await run(step("crash"), step("copy", input="-", output="x"))
    assert (record.exit_code, record.reason) == (139, Reason.CRASHED)
    assert statuses(record) == [FAILED, SKIPPED]


async def test_canceling_ends_the_running_step_and_skips_the_rest(service, gate):
    wanted = order(step("wait-for-file", input=str(gate)), step("echo", text="never"))
    job = await service.submit(ME, RunRequest("pipelines", "run", wanted, Mode.ASYNC))
    async for frame in service.follow(ME, job.job_id):
        if "begun" in frame.stdout:
            break
    running = await service.job(ME, job.job_id)
    assert statuses(running) == [StepStatus.RUNNING, StepStatus.QUEUED]
    record = await service.cancel(ME, job.job_id)
    assert (record.status, record.reason) == (Status.CANCELED, Reason.CANCELED)
    assert statuses(record) == [CANCELED, SKIPPED]


async def test_a_queued_pipeline_that_is_canceled_has_only_skipped_steps(service, gate):
    held = order(step("wait-for-file", input=str(gate)))
    blockers = [
        await service.submit(ME, RunRequest("pipelines", "run", held, Mode.ASYNC)) for _ in range(2)
    ]
    wanted = RunRequest("pipelines", "run", order(step("echo"), step("echo")), Mode.ASYNC)
    job = await service.submit(ME, wanted)
    assert statuses(job) == [StepStatus.QUEUED] * 2
    record = await service.cancel(ME, job.job_id)
    assert statuses(record) == [SKIPPED, SKIPPED]
    for blocker in blockers:
        await service.cancel(ME, blocker.job_id)


async def test_progress_counts_the_steps_by_their_weights(service, gate):
    wanted = order(step("echo", text="x") | {"weight": 3}, step("wait-for-file", input=str(gate)))
    job = await service.submit(ME, RunRequest("pipelines", "run", wanted, Mode.ASYNC))
    async for frame in service.follow(ME, job.job_id):
        if frame.message == "step 2 (wait-for-file)":
            assert frame.progress == 0.75
            break
    gate.touch()
    assert (await service.wait(ME, job.job_id, 30)).progress == 1.0


async def test_secrets_of_any_step_are_hidden_in_what_all_say(run, service):
    record = await run(
        step("echo", text="a hush-", error_text="a hush-hush"),
        step("give-away", token="hush-hush", pieces=1),
    )
    said = [record.stderr.text, record.stdout.text, record.message]
    said += [each.stderr.text + each.stdout.text + each.message for each in record.steps]
    assert "hush-hush" not in " ".join(said)
    assert record.steps[1].args == {"token": "***", "pieces": 1}


async def test_a_step_that_needs_files_of_its_writer_waits_for_its_end(run):
    record = await run(
        step("write-both", "writer", text="side", side="side.txt"),
        step("read-both", "reader", other="side.txt"),
    )
    assert record.stdout.text == "stdout and side"
    assert statuses(record) == [OK, OK]


async def test_all_that_is_wrong_is_told_before_anything_runs(run, service):
    with pytest.raises(RequestRefused) as caught:
        await run(
            step("echo", text="side effect"),
            step("no-such"),
            step("copy", input="file_id:none", outptu="x"),
            step("copy", "last", input="step:later", output="../up"),
            step("echo", "later"),
        )
    assert {problem.loc for problem in caught.value.problems} == {
        ("stages", 1, "command"),
        ("stages", 2, "args", "input"),
        ("stages", 2, "args", "outptu"),
        ("stages", 3, "args", "input"),
        ("stages", 3, "args", "output"),
    }


async def test_an_upload_is_read_by_the_step_that_names_it(run, service):
    writer = service.uploads.start(ME, "in.txt")
    await writer.write(b"uploaded")
    info = await writer.finish()
    record = await run(
        step("tell-input", input=f"file_id:{info.file_id}"),
        step("copy", input="-", output="-"),
        request={"stdin": None},
    )
    assert record.stdout.text == "../inputs/in.txt uploaded"
    assert record.uses == (f"file:{info.file_id}",)


async def test_stdin_of_the_pipeline_may_be_an_upload(run, service):
    writer = service.uploads.start(ME, "in.txt")
    await writer.write(b"uploaded")
    info = await writer.finish()
    record = await run(step("copy", input="-", output="-"), request={"stdin": Upload(info.file_id)})
    assert record.stdout.text == "uploaded"


async def test_large_streams_pass_in_constant_memory_and_leave_no_copy(run, service):
    record = await run(
        step("write-binary", code=100),
        step("pass-on"),
        step("count-bytes"),
    )
    assert record.stdout.text == str(100 << 20)
    folder = Workspace(service.settings.results_dir / record.job_id).folder
    kept = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    assert kept < 1 << 20
    # A child shares the libraries of its parent, and that counts; a copy would come on top.
    [little] = (await run(step("echo"))).steps
    most = max(step.max_rss_bytes for step in record.steps)
    assert most < little.max_rss_bytes + (50 << 20)


async def test_steps_of_a_runner_that_is_gone_have_ended_with_their_job(run, service):
    record = await run(step("echo"), step("echo"), step("echo"))
    done, *rest = record.steps
    running = replace(rest[0], status=StepStatus.RUNNING)
    queued = replace(rest[1], status=StepStatus.QUEUED)
    workspace = Workspace(service.settings.results_dir / record.job_id)
    write_steps(workspace, (done, running, queued))
    lost = replace(record, status=Status.FAILED, reason=Reason.LOST, steps=(queued,) * 3)
    told = with_steps(lost, workspace).steps
    assert [each.status for each in told] == [OK, FAILED, SKIPPED]
    assert told[1].reason is Reason.LOST
    unseen = with_steps(lost, Workspace(service.settings.results_dir / "elsewhere"))
    assert statuses(unseen) == [SKIPPED] * 3


async def test_a_killed_warm_parent_ends_the_pipeline_and_no_other_one(
    service, executor, gate, run
):
    wanted = order(step("wait-for-file", input=str(gate)), step("copy", input="-", output="x"))
    job = await service.submit(ME, RunRequest("pipelines", "run", wanted, Mode.ASYNC))
    async for frame in service.follow(ME, job.job_id):
        if frame.message.startswith("step 2"):
            break
    os.kill(executor.parent_pid, signal.SIGKILL)
    record = await service.wait(ME, job.job_id, 30)
    assert (record.status, record.reason) == (Status.FAILED, Reason.LOST)
    assert OK not in statuses(record)
    assert record.outputs == ()
    assert (await run(step("echo", text="again"))).stdout.text == "again"
