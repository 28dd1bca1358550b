"""One step of a pipeline on this machine: its command in a fork of this process."""

import asyncio
import os
import signal
import sys
import traceback
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from types import FrameType
from typing import NoReturn

from zyra.cli.stage import run_here
from zyra.core.arguments import Args
from zyra.core.exit_codes import DONE, FAILED, INTERRUPTED, READER_LEFT
from zyra.jobs.isolation.process_tree import die_with_parent, flush_c_streams
from zyra.jobs.pipelines.flow import Link, Stdin
from zyra.jobs.pipelines.steps import Step

GRACE_S = 2.0
ENDING = (signal.SIGINT, signal.SIGTERM)
_FIRST_OWN = 3  # descriptors below are the standard streams


@dataclass(frozen=True)
class LocalStep:
    """A step whose arguments are right."""

    step: Step
    link: Link
    args: Args


class ForkedStep:
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
        started = monotonic()
        try:
            pid, alive = self._fork(stdin, stdout)
        except OSError as error:  # no space, descriptors or processes are left
            sys.stderr.write(f"zyra run: {self._local.link.title}: cannot start: {error}\n")
            self.code = FAILED
            return FAILED
        self._pid = pid
        if self._is_stopped:
            self.stop()
        with self._time_limit():
            await _until_closed(alive)
        _, status = os.waitpid(pid, 0)
        self._pid, self.took_s = None, monotonic() - started
        self.code = _exit_code(status)
        return FAILED if self._is_stopped and self.code == DONE else self.code

    def _fork(self, stdin: int | None, stdout: int | None) -> tuple[int, int]:
        """Start the process: its id, and a descriptor that comes to its end with it.

        Raises:
            OSError: It cannot be started; what was given is closed all the same.
        """
        with ExitStack() as opened, ExitStack() as unless_forked:
            for given in (stdin, stdout):
                if given is not None:
                    opened.callback(os.close, given)
            streams = (self._stdin(stdin, opened), self._stdout(stdout, opened))
            alive, held = os.pipe()
            unless_forked.callback(os.close, alive)
            opened.callback(os.close, held)
            sys.stdout.flush()
            sys.stderr.flush()
            ours = os.getpid()
            with _signals_held_back():
                pid = os.fork()
                if pid == 0:
                    self._become(*streams, held, ours)
            unless_forked.pop_all()
        return pid, alive

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

    def _stdin(self, given: int | None, opened: ExitStack) -> int:
        if given is not None:
            return given
        match self._local.link.stdin:
            case Stdin.OUTER:
                return 0
            case Stdin.KEPT:
                return _open(self._kept(self._place - 1), os.O_RDONLY, opened)
            case _:
                return _open(Path(os.devnull), os.O_RDONLY, opened)

    def _stdout(self, given: int | None, opened: ExitStack) -> int:
        if given is not None:
            return given
        if self._local.link.is_read:
            return _open(self._kept(self._place), os.O_WRONLY | os.O_CREAT, opened)
        return 1

    def _kept(self, place: int) -> Path:
        return self._folder / f"stdout-{place}"

    def _become(self, stdin: int, stdout: int, held: int, parent: int) -> NoReturn:
        """Be the step, in the process that was forked for it."""
        code = None
        try:
            if sys.platform == "linux":  # else, if we are killed, it goes on by itself
                die_with_parent(parent)
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
        except KeyboardInterrupt:
            code = INTERRUPTED
        finally:
            if code is None:  # nobody else will tell of it
                traceback.print_exc()
            os._exit(FAILED if code is None else code)


@contextmanager
def _signals_held_back() -> Iterator[None]:
    """Between fork and its own handlers a child would pass signals on to our event loop."""
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def _open(path: Path, flags: int, opened: ExitStack) -> int:
    descriptor = os.open(path, flags, 0o600)
    opened.callback(os.close, descriptor)
    return descriptor


def _interrupt(number: int, frame: FrameType | None) -> None:
    """Leave in order, once: a terminal interrupts every process, and then we end each step.

    That second signal would break off what the first one began: parts of files would stay.
    """
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.default_int_handler(number, frame)


def _take_streams(stdin: int, stdout: int, held: int) -> None:
    """Give a forked step its streams and signals; of other descriptors only `held` stays."""
    signal.set_wakeup_fd(-1)
    for number in ENDING:
        signal.signal(number, _interrupt)
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
