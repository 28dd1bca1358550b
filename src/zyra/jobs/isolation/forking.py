"""The executor of Linux: children forked from a warm parent, which is restarted when it dies."""

import asyncio
import logging
import os
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from zyra.jobs.isolation.assignment import BEGIN, PREPARE, Assignment
from zyra.jobs.isolation.capture import Pipe
from zyra.jobs.isolation.environment import child_environment
from zyra.jobs.isolation.executor import LOST, Ended, OpenStreams, RunningCommand
from zyra.jobs.isolation.leftovers import MARK, kill_marked, kill_orphans, new_mark
from zyra.jobs.isolation.warm_parent import MESSAGE_BYTES

_FIRST_PAUSE_S = 0.05
_LONGEST_PAUSE_S = 5.0
_ANNOUNCED_AFTER_S = 0.02
_LEAVING_S = 1.0  # a process gives its memory back in milliseconds
_KEPT_BYTES = 1 << 14  # of what the parent tells on stderr: a traceback fits

logger = logging.getLogger(__name__)


class ForkingExecutor:
    """Fulfils `isolation.executor.Executor` with one warm parent.

    Args:
        registry_name: Dotted name of the registry, for the parent to load.
        spares: How many children wait for work.
        stock: Dotted name of what the parent has ready for them.
    """

    def __init__(
        self, registry_name: str, spares: int, stock: str = "zyra.registry:SCIENTIFIC"
    ) -> None:
        self._registry_name = registry_name
        self._spares = spares
        self._stock = stock
        self._waiting: deque[Spare] = deque()
        self._running: dict[int, ForkedCommand] = {}  # by pid
        self._unannounced: set[int] = set()  # pids that the parent takes for spares
        self._mark = ""
        self._news = asyncio.Event()
        self._is_ready = False
        self._is_closing = False
        self._pause_s = _FIRST_PAUSE_S
        self._starting: asyncio.Future[None] | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._stderr: Pipe | None = None
        self._told = b""
        self._complaint = ""

    @property
    def is_ready(self) -> bool:
        """Whether the warm parent has loaded everything."""
        return self._is_ready

    @property
    def children(self) -> Mapping[str, int]:
        """How many children wait for a run, and how many have one."""
        return {"ready": len(self._waiting), "busy": len(self._running)}

    @property
    def parent_pid(self) -> int | None:
        """Process id of the warm parent."""
        return self._process.pid if self._process else None

    async def start(self) -> None:
        """Start the warm parent; it loads while other things go on."""
        kill_orphans()
        self._mark = new_mark()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        command = [sys.executable, "-m", "zyra.jobs.isolation.warm_parent"]
        command += [str(theirs.fileno()), self._registry_name, self._stock, str(self._spares)]
        self._told = b""
        self._stderr = Pipe(self._listen)
        self._process = subprocess.Popen(  # noqa: S603 - returns at once; our own module
            command,
            env=child_environment() | {MARK: self._mark},
            stdin=subprocess.DEVNULL,
            stderr=self._stderr.write_fd,
            pass_fds=[theirs.fileno()],
            start_new_session=True,  # a terminal interrupts the service only, which ends it
        )
        os.close(self._stderr.write_fd)
        theirs.close()
        ours.setblocking(False)
        self._control = ours
        asyncio.get_running_loop().add_reader(ours, self._receive)

    async def launch(self, assignment: Assignment, open_streams: OpenStreams) -> RunningCommand:
        """Give the assignment to a spare child; waits only while the parent is restarted.

        Raises:
            ChildProcessError: The parent cannot be started; the message tells its last words.
            OSError: As `open_streams` does.
        """
        told = assignment.to_file_descriptor()
        streams: list[int] = []

        def opened() -> list[int]:
            streams.extend(() if streams else open_streams())
            return streams

        try:
            command = None
            while command is None:
                command = self._hand_over(await self._spare(), told, opened)
        finally:
            for descriptor in (told, *streams):
                os.close(descriptor)
        self._announce(command.pid)
        return command

    def _announce(self, pid: int) -> None:
        """Tell the parent that a child is no spare any more: later, if there are others.

        To hear it, the parent takes a processor from the run that has just begun; most runs
        have ended before it needs to know.
        """
        self._unannounced.add(pid)
        if self._waiting:
            asyncio.get_running_loop().call_later(_ANNOUNCED_AFTER_S, self._tell_taken, pid)
        else:
            self._tell_taken(pid)

    def _tell_taken(self, pid: int) -> None:
        if pid in self._unannounced:
            self._unannounced.discard(pid)
            self._send(b"taken %d" % pid)

    def end_orphans(self) -> None:
        """Kill every marked process whose service process is gone; reads all of /proc."""
        kill_orphans()

    async def close(self) -> None:
        """End the warm parent, which ends all its children first."""
        self._is_closing = True
        if self._control is not None:
            self._forget_control()
        if self._process is not None:
            await asyncio.to_thread(self._process.wait)
            self._lose_all()
        if self._stderr is not None:
            self._stderr.drain()

    def _hand_over(self, spare: "Spare", told: int, opened: OpenStreams) -> "ForkedCommand | None":
        """Let a spare child make itself ready for what is told, then run it.

        Returns:
            The run; None when the child is gone: it was killed, or its parent was.
        """
        command = ForkedCommand(self, spare.pid, asyncio.Future(), os.dup(told))
        self._running[spare.pid] = command
        has_all = False
        try:
            with spare.socket as orders:
                has_all = _sent(orders, PREPARE, [told]) and _sent(orders, BEGIN, opened())
        finally:
            if not has_all:
                del self._running[spare.pid]
                command.finish(LOST)
        return command if has_all else None

    async def _spare(self) -> "Spare":
        """The child that has waited longest; there is none while the parent is restarted.

        Raises:
            ChildProcessError: The parent cannot be started.
        """
        while not self._waiting:
            if self._complaint:
                raise ChildProcessError(self._complaint)
            self._news.clear()
            await self._news.wait()
        return self._waiting.popleft()

    def stop(self, pid: int, grace_s: float) -> None:
        """Ask the parent to end a run; when the parent is gone its children are, too."""
        self._tell_taken(pid)
        self._send(b"stop %d %f" % (pid, grace_s))

    def expect_end(self, command: "ForkedCommand") -> None:
        """Kill a run that says it is at its end and is not."""

        def end() -> None:
            if self._running.get(command.pid) is command:
                self.stop(command.pid, 0)

        asyncio.get_running_loop().call_later(_LEAVING_S, end)

    def _send(self, message: bytes) -> None:
        if self._control is None:
            return
        with suppress(BrokenPipeError, ConnectionResetError):  # `_receive` sees it, too
            self._control.send(message)

    def _receive(self) -> None:
        """Take every message that has come; an empty one means that the parent is gone."""
        while self._control is not None:
            try:
                message, descriptors, _, _ = socket.recv_fds(self._control, MESSAGE_BYTES, 1)
            except BlockingIOError:
                return
            except ConnectionResetError:
                message = b""
            if not message:
                self._parent_is_gone()
                return
            self._take(*message.split(), descriptors=descriptors)

    def _take(self, news: bytes, *told: bytes, descriptors: Sequence[int]) -> None:
        if news == b"spare":
            self._waiting.append(Spare(int(told[0]), socket.socket(fileno=descriptors[0])))
            self._news.set()
        elif news == b"ready":
            self._is_ready = True
            self._complaint = ""
            self._pause_s = _FIRST_PAUSE_S
        else:
            pid, status, max_rss_bytes, cpu_s = told
            ended = Ended.from_status(int(status), int(max_rss_bytes), float(cpu_s))
            self._take_leave(int(pid), ended)

    def _take_leave(self, pid: int, ended: Ended) -> None:
        """A child has ended: a run, or a spare that somebody killed."""
        if pid in self._running:
            self._unannounced.discard(pid)
            self._running.pop(pid).finish(ended)
        else:
            self._forget_spares(lambda spare: spare.pid == pid)

    def _parent_is_gone(self) -> None:
        """All its children died with it; tell those who wait, and start another."""
        self._hear_last_words(was_ready=self._is_ready)
        self._forget_control()
        self._lose_all()
        if not self._is_closing:
            asyncio.get_running_loop().call_later(self._pause_s, self._restart)
            self._pause_s = min(self._pause_s * 2, _LONGEST_PAUSE_S)

    def _listen(self, chunk: bytes) -> None:
        self._told = (self._told + chunk)[-_KEPT_BYTES:]

    def _hear_last_words(self, *, was_ready: bool) -> None:
        """Log what the parent told, and remember why it cannot start if it never did."""
        if self._stderr is not None:
            self._stderr.drain()
        told = self._told.decode(errors="replace").strip()
        if not told:
            return
        if was_ready:
            logger.error("the process that runs commands ended:\n%s", told)
            return
        complaint = f"the process that runs commands cannot start: {told.splitlines()[-1]}"
        if complaint != self._complaint:  # it is tried again and again, and told once
            logger.error("the process that runs commands cannot start:\n%s", told)
        self._complaint = complaint
        self._news.set()

    def _lose_all(self) -> None:
        """Everything below the parent has ended or is ended now; tell those who wait for it."""
        kill_marked(self._mark)
        lost, self._running = self._running, {}
        self._unannounced.clear()
        for command in lost.values():
            command.finish(LOST)

    def _restart(self) -> None:
        if self._is_closing:
            return
        if self._process is not None:
            self._process.wait()
        self._starting = asyncio.ensure_future(self.start())

    def _forget_spares(self, is_gone: Callable[["Spare"], bool]) -> None:
        gone = [spare for spare in self._waiting if is_gone(spare)]
        for spare in gone:
            spare.socket.close()
            self._waiting.remove(spare)

    def _forget_control(self) -> None:
        self._is_ready = False
        self._forget_spares(lambda _: True)
        if self._control is not None:
            asyncio.get_running_loop().remove_reader(self._control)
            self._control.close()
            self._control = None


def _sent(orders: socket.socket, word: bytes, descriptors: list[int]) -> bool:
    """Tell a child; False when it is gone."""
    try:
        socket.send_fds(orders, [word], descriptors)
    except (BrokenPipeError, ConnectionResetError):
        return False
    return True


@dataclass(frozen=True)
class Spare:
    """A forked child that waits for its one assignment on the other end of the socket."""

    pid: int
    socket: socket.socket


@dataclass
class ForkedCommand:
    """One run of a forked child; fulfils `isolation.executor.RunningCommand`.

    Attributes:
        assignment: Descriptor of what the child reads, whose place both share; None at the end.
    """

    executor: ForkingExecutor
    pid: int
    ended: "asyncio.Future[Ended]"
    assignment: int | None
    has_begun: bool = False

    def stop(self, grace_s: float) -> None:
        """Send TERM to its whole tree, and KILL after `grace_s`."""
        self.executor.stop(self.pid, grace_s)

    def leave(self, ended: Ended) -> None:
        """Take its word that it has nothing left to do, and see to it that it goes."""
        self.finish(ended)
        self.executor.expect_end(self)

    def finish(self, ended: Ended) -> None:
        """Tell who waits how it ended."""
        if self.assignment is not None:
            self.has_begun = os.lseek(self.assignment, 0, os.SEEK_CUR) > 0
            os.close(self.assignment)
            self.assignment = None
        if not self.ended.done():
            self.ended.set_result(ended)
