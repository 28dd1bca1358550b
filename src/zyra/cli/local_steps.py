"""Run the steps of a pipeline on this machine: each in a process forked from this one.

They have the terminal's streams, folder and network, as commands that are typed have them.
"""

import asyncio
import os
import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import NoReturn

from zyra.cli.stage import run_here
from zyra.core.arguments import Args
from zyra.core.exit_codes import DONE, FAILED, INTERRUPTED, READER_LEFT
from zyra.jobs.isolation.process_tree import flush_c_streams
from zyra.jobs.pipelines.flow import Flow, Link, Stdin, segments_of
from zyra.jobs.pipelines.steps import Step
from zyra.jobs.records import StepStatus

GRACE_S = 2.0
ENDING = (signal.SIGINT, signal.SIGTERM)
_FIRST_OWN = 3  # descriptors below are the standard streams


@dataclass(frozen=True)
class LocalStep:
    """A step whose arguments are right."""

    step: Step
    link: Link
    args: Args


def run_steps(steps: Sequence[LocalStep], *, continue_on_error: bool, verbose: bool) -> int:
    """Run all steps; the exit code of the first that failed, or 0.

    Args:
        steps: In their order.
        continue_on_error: Run what needs nothing of a failed step.
        verbose: Tell of each step on stderr, not only of those that did not succeed.
    """
    with tempfile.TemporaryDirectory(prefix="zyra-run-") as folder:
        return asyncio.run(_run(steps, Path(folder), continue_on_error, verbose))


async def _run(
    steps: Sequence[LocalStep], folder: Path, continue_on_error: bool, verbose: bool
) -> int:
    links = [local.link for local in steps]
    together = [len(places) for places in segments_of(links) for _ in places]
    processes = [
        _StepProcess(local, folder, place, is_alone=together[place] == 1)
        for place, local in enumerate(steps)
    ]
    flow = Flow(links, processes, _Teller(steps, processes, verbose), continue_on_error)
    interrupted = False

    def interrupt() -> None:
        nonlocal interrupted
        interrupted = True
        flow.stop("interrupted")

    loop = asyncio.get_running_loop()
    for number in ENDING:
        loop.add_signal_handler(number, interrupt)
    await flow.run()
    if interrupted:
        return INTERRUPTED
    failed = (place for place, s in enumerate(flow.statuses) if s is StepStatus.FAILED)
    return next((processes[place].code or FAILED for place in failed), DONE)


class _StepProcess:
    """Fulfils `flow.StepProcess` with a fork of this process."""

    def __init__(self, local: LocalStep, folder: Path, place: int, *, is_alone: bool) -> None:
        self._local = local
        self._folder = folder
        self._place = place
        self._is_alone = is_alone
        self._is_stopped = False
        self._pid: int | None = None
        self.code: int | None = None
        self.took_s = 0.0
        self.is_out_of_time = False

    async def run(self, stdin: int | None, stdout: int | None) -> int | None:
        """Fork, and wait for the end."""
        streams = (self._stdin(stdin), self._stdout(stdout))
        alive, held = os.pipe()
        started = monotonic()
        sys.stdout.flush()
        sys.stderr.flush()
        # Between fork and its own handlers a child would pass signals on to our event loop.
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
        self._pid = os.fork()
        if self._pid == 0:
            self._become(*streams, held)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        for descriptor in (*streams, held):
            if descriptor > 2:
                os.close(descriptor)
        if self._is_stopped:
            self.stop()
        with self._time_limit():
            await _until_closed(alive)
        _, status = os.waitpid(self._pid, 0)
        self._pid, self.took_s = None, monotonic() - started
        self.code = _exit_code(status)
        return FAILED if self._is_stopped and self.code == DONE else self.code

    @contextmanager
    def _time_limit(self) -> Iterator[None]:
        timeout_s = self._local.step.timeout_s
        if timeout_s is None:
            yield
            return
        timer = asyncio.get_running_loop().call_later(timeout_s, self._run_out_of_time)
        try:
            yield
        finally:
            timer.cancel()

    def _run_out_of_time(self) -> None:
        self.is_out_of_time = True
        self.stop()

    def stop(self) -> None:
        """Ask it to end, and kill it when it does not."""
        self._is_stopped = True
        if self._pid is not None:
            os.kill(self._pid, signal.SIGTERM)
            asyncio.get_running_loop().call_later(GRACE_S, self._kill, self._pid)

    def _kill(self, pid: int) -> None:
        if self._pid == pid:  # else it has ended, and the number may be somebody else's
            os.kill(pid, signal.SIGKILL)

    def _stdin(self, given: int | None) -> int:
        if given is not None:
            return given
        match self._local.link.stdin:
            case Stdin.OUTER:
                return 0
            case Stdin.KEPT:
                return os.open(self._kept(self._place - 1), os.O_RDONLY)
            case _:
                return os.open(os.devnull, os.O_RDONLY)

    def _stdout(self, given: int | None) -> int:
        if given is not None:
            return given
        if self._local.link.is_read:
            return os.open(self._kept(self._place), os.O_WRONLY | os.O_CREAT, 0o600)
        return 1

    def _kept(self, place: int) -> Path:
        return self._folder / f"stdout-{place}"

    def _become(self, stdin: int, stdout: int, held: int) -> NoReturn:
        """Be the step, in the process that was forked for it."""
        code = FAILED
        try:
            _take_streams(stdin, stdout, held)
            local = self._local
            left = READER_LEFT if local.link.is_read else FAILED
            code = run_here(
                local.step.command, local.args, is_alone=self._is_alone, reader_left=left
            )
            sys.stdout.flush()
            sys.stderr.flush()
            flush_c_streams()
        except BrokenPipeError:
            code = READER_LEFT
        finally:
            os._exit(code)


@dataclass
class _Teller:
    """Tells on stderr of steps that did not succeed; if it is verbose, of every one."""

    steps: Sequence[LocalStep]
    processes: Sequence[_StepProcess]
    verbose: bool

    def __call__(self, place: int, status: StepStatus, why: str) -> None:
        is_well = status in (StepStatus.RUNNING, StepStatus.SUCCEEDED)
        if self.verbose or not is_well:
            title = self.steps[place].link.title
            sys.stderr.write(f"zyra run: {title}: {self._what(place, status)}{_because(why)}\n")

    def _what(self, place: int, status: StepStatus) -> str:
        if status is StepStatus.RUNNING:
            return "started"
        if status is StepStatus.SKIPPED:
            return "skipped"
        process = self.processes[place]
        if process.is_out_of_time:
            return "ran out of time"
        failed = f" with exit code {process.code}" if status is StepStatus.FAILED else ""
        took = f" after {process.took_s:.1f} s" if self.verbose else ""
        return f"{status}{failed}{took}"


def _because(why: str) -> str:
    return f" ({why})" if why else ""


def _take_streams(stdin: int, stdout: int, held: int) -> None:
    """Give a forked step its streams and signals; of other descriptors only `held` stays."""
    signal.set_wakeup_fd(-1)
    for number in ENDING:
        signal.signal(number, signal.default_int_handler)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
    os.dup2(stdin, 0)
    os.dup2(stdout, 1)
    os.closerange(_FIRST_OWN, held)
    os.closerange(held + 1, os.sysconf("SC_OPEN_MAX"))


async def _until_closed(descriptor: int) -> None:
    """Wait until nobody holds the other end of a pipe, and close this one."""
    loop = asyncio.get_running_loop()
    closed = asyncio.Event()
    loop.add_reader(descriptor, closed.set)
    try:
        await closed.wait()
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)


def _exit_code(status: int) -> int:
    """The exit code of a wait status; 128 + n for an end by signal n."""
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code
