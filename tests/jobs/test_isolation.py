"""Each command runs in a process of its own, is captured byte for byte, and hurts nobody."""

import asyncio
import hashlib
import os
import signal
from contextlib import suppress

import misbehaving
import psutil
import pytest

from contents import whole
from zyra.jobs.records import Reason, Status
from zyra.jobs.requests import Caller, RunRequest

pytestmark = pytest.mark.anyio

ME = Caller("me")


async def test_answers_hold_stdout_stderr_and_exit_code(run):
    record = await run("echo", text="out", error_text="err")
    assert (record.stdout.text, record.stderr.text, record.exit_code) == ("out", "err", 0)
    assert (record.status, record.reason) == (Status.SUCCEEDED, Reason.EXIT)


async def test_two_hundred_concurrent_runs_each_get_their_own_answer(run):
    texts = [f"answer {n} " * (n + 1) for n in range(200)]
    records = await asyncio.gather(
        *(run("echo", text=text, error_text=text[::-1]) for text in texts)
    )
    assert [r.stdout.text for r in records] == texts
    assert [r.stderr.text for r in records] == [text[::-1] for text in texts]


async def test_misbehaviour_beside_good_runs_changes_none_of_their_answers(run):
    bad = [run("crash"), run("exit-at-once", code=7), run("change-folder"), run("leave-a-sleeper")]
    good = [run("echo", text=str(n)) for n in range(40)]
    results = await asyncio.gather(*bad, *good)
    assert [r.stdout.text for r in results[4:]] == [str(n) for n in range(40)]
    assert [r.exit_code for r in results[:4]] == [139, 7, 0, 0]


async def test_a_segmentation_fault_is_reported_as_128_plus_its_signal(run):
    record = await run("crash")
    assert (record.exit_code, record.reason) == (128 + signal.SIGSEGV, Reason.CRASHED)
    assert record.status is Status.FAILED


async def test_an_exit_past_all_clean_up_gives_its_code(run):
    record = await run("exit-at-once", code=7)
    assert (record.exit_code, record.reason) == (7, Reason.EXIT)


async def test_an_unplanned_exception_is_exit_1_with_its_trace_on_stderr(run):
    record = await run("raise-fault")
    assert record.exit_code == 1
    assert "RuntimeError: not planned" in record.stderr.text


async def test_fifty_mebibytes_of_binary_stdout_become_an_exact_output(run, service):
    record = await run("write-binary", code=50)
    expected = misbehaving.BINARY_BLOCK * 50
    assert record.stdout.text == ""
    assert record.output_file == "stdout.bin"
    assert record.outputs[0].sha256 == hashlib.sha256(expected).hexdigest()
    _, kept = await service.output(ME, record.job_id, None)
    assert await whole(kept) == expected


async def test_text_beyond_one_mebibyte_is_cut_in_the_record_but_kept_whole(run, service):
    record = await run("echo", text="ä" * (1 << 20))
    assert record.stdout.truncated
    assert len(record.stdout.text.encode()) == 1 << 20
    stdout = await whole(await service.stream(ME, record.job_id, "stdout"))
    assert stdout.decode() == "ä" * (1 << 20)


async def test_output_of_c_libraries_and_child_programs_is_captured(run):
    record = await run("write-from-c", text="from C", error_text="to stderr")
    assert sorted([record.stdout.text[:19], record.stdout.text[19:]]) == [
        "and a child program",
        "from C",
    ]
    assert record.stderr.text == "to stderr"


async def test_what_one_run_changes_of_its_process_the_next_does_not_see(run):
    await run("change-folder")
    folder, umask, names = (await run("tell-surroundings")).stdout.text.split(" ")
    assert (folder, umask) == ("outputs", "77")
    assert "ZYRA_LEFT_BEHIND" not in names


async def test_commands_see_no_variable_of_the_service(run):
    seen = set((await run("tell-surroundings")).stdout.text.split(" ")[2].split(","))
    harmless = {"LANG", "PATH", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "LC_CTYPE"}
    # What libraries set by themselves as they load, here and there alike.
    harmless |= {"GDAL_CURL_CA_BUNDLE", "PROJ_CURL_CA_BUNDLE", "HDF5_PLUGIN_PATH"}
    assert seen & set(os.environ) <= harmless
    assert {name for name in seen if name.startswith("ZYRA_")} == {"ZYRA_WARM_PARENT"}


async def test_signals_do_what_they_do_in_a_fresh_interpreter(run):
    told = (await run("tell-signals")).stdout.text
    assert told == "SIGINT SIGTERM SIGXCPU SIGCHLD, -1"


async def test_a_helper_that_left_the_session_is_ended_with_its_command(run, service):
    record = await run("leave-a-sleeper", seconds=300)
    _, marker = await service.output(ME, record.job_id, "marker")
    assert not psutil.pid_exists(int(await whole(marker)))


async def test_a_time_out_ends_the_whole_tree_even_if_it_ignores_term(run, service):
    record = await run("ignore-term", {"timeout_s": 0.5}, seconds=300)
    assert (record.reason, record.exit_code) == (Reason.TIMEOUT, 128 + signal.SIGKILL)
    assert record.stdout.text == "started"
    _, marker = await service.output(ME, record.job_id, "marker")
    assert not psutil.pid_exists(int(await whole(marker)))


async def test_a_command_beyond_its_memory_fails_alone_and_says_so(run):
    record = await run("take-memory", code=1000)
    assert (record.reason, record.exit_code) == (Reason.MEMORY, 1)
    assert "out of memory" in record.stderr.text


async def test_what_a_command_writes_to_the_event_pipe_itself_hurts_nobody(run):
    assert (await run("write-to-event-pipe")).stdout.text == "done"


async def test_a_command_that_says_it_leaves_and_stays_is_killed(run, service):
    record = await run("pretend-to-leave", seconds=300)
    _, marker = await service.output(ME, record.job_id, "marker")
    with suppress(psutil.NoSuchProcess):  # it is gone already
        await _until_gone(psutil.Process(int(await whole(marker))))


async def test_a_record_tells_memory_and_processor_time(run):
    record = await run("take-memory", code=100)
    assert record.max_rss_bytes > 100 << 20
    assert 0 < record.cpu_s < 10


async def test_links_that_a_command_leaves_are_no_outputs(run):
    record = await run("leave-links")
    assert [output.name for output in record.outputs] == ["file"]


async def test_stdin_reaches_the_command_and_outputs_are_described(run):
    record = await run("copy", {"stdin": "grüße"}, output="deep/er.txt")
    assert [(o.name, o.size, o.media_type) for o in record.outputs] == [
        ("deep/er.txt", 7, "text/plain")
    ]
    assert record.outputs[0].sha256 == hashlib.sha256("grüße".encode()).hexdigest()
    assert record.output_file == "deep/er.txt"


async def test_a_caller_who_goes_away_and_asked_for_it_ends_the_command(service, executor):
    request = RunRequest("process", "ignore-term", {"seconds": 300}, cancel_on_disconnect=True)
    waiting = asyncio.ensure_future(service.run(ME, request))
    helper = await _first_helper(executor)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await _until_gone(helper)


async def test_runs_go_on_after_the_warm_parent_is_killed(run, executor):
    os.kill(executor.parent_pid, signal.SIGKILL)
    # Till it is dead: a run that begins while it is dying is lost, as the next test has it.
    os.waitid(os.P_PID, executor.parent_pid, os.WEXITED | os.WNOWAIT)
    assert (await run("echo", text="still here")).stdout.text == "still here"


async def test_a_command_under_way_when_the_warm_parent_dies_is_lost_and_leaves_nothing(
    service, executor
):
    request = RunRequest("process", "ignore-term", {"seconds": 300})
    waiting = asyncio.ensure_future(service.run(ME, request))
    helper = await _first_helper(executor)
    os.kill(executor.parent_pid, signal.SIGKILL)
    record = await waiting
    await _until_gone(helper)
    assert (record.status, record.reason, record.exit_code) == (Status.FAILED, Reason.LOST, None)


async def test_a_spare_child_that_is_killed_costs_no_run(run, executor):
    await run("echo", text="ready")
    for spare in (await _warm_parent(executor)).children():
        with suppress(psutil.NoSuchProcess):  # it has just been used
            spare.kill()
        await _until_gone(spare)
    assert (await run("echo", text="still here")).stdout.text == "still here"


async def test_the_warm_parent_has_one_thread(service, run, executor):
    await run("echo", text="ready")
    assert (await _warm_parent(executor)).num_threads() == 1


async def test_spare_children_are_as_many_as_may_run_at_once(service, run, executor):
    await run("echo", text="ready")
    parent = await _warm_parent(executor)
    states: list[str] = []
    while states != [psutil.STATUS_SLEEPING] * service.settings.concurrency:
        await asyncio.sleep(0)
        with suppress(psutil.NoSuchProcess):  # the run before is just leaving
            states = [child.status() for child in parent.children()]
    assert parent.num_threads() == 1


async def _first_helper(executor) -> psutil.Process:
    """The program that `ignore-term` starts, once it has been started."""
    while True:
        parent = await _warm_parent(executor)
        with suppress(psutil.NoSuchProcess):  # the parent or the run before is just leaving
            for process in parent.children(recursive=True):
                if "time.sleep(300" in " ".join(process.cmdline()):
                    return process
        await asyncio.sleep(0)


async def _warm_parent(executor) -> psutil.Process:
    """The warm parent, once there is one again: a run can end before its death is noticed."""
    while True:
        with suppress(psutil.NoSuchProcess):
            parent = psutil.Process(executor.parent_pid)
            if parent.status() != psutil.STATUS_ZOMBIE:
                return parent
        await asyncio.sleep(0)


async def _until_gone(process: psutil.Process) -> None:
    while process.is_running():
        await asyncio.sleep(0)
