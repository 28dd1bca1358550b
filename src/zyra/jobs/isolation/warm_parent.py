"""The warm parent: loads what its commands need once and forks a child for each run.

It has one thread, opens no data file but those of libraries, and talks to the runner over
one socket whose messages are whole (SOCK_SEQPACKET). Spare children are forked while
nothing else is to do. Each waits on a socket of its own, whose other end the runner gets:
that hands it one assignment, past the parent, who may be forking. When the runner goes
away, all ends.

Messages are words, as the parent copies a page for nearly each object that it touches after
a fork, and a JSON encoder touches many. In: `taken PID`; `stop PID GRACE_S`. Out: `ready`;
`spare PID` with a descriptor; `ended PID WAIT_STATUS MAX_RSS_BYTES CPU_S`.
"""

import gc
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import NoReturn

from zyra.core.loading import load
from zyra.jobs.isolation import process_tree
from zyra.jobs.isolation.assignment import PREPARE
from zyra.jobs.isolation.child import practise, prepare, run_assignment, settle, take_streams
from zyra.jobs.isolation.huge_pages import gather_memory
from zyra.jobs.isolation.sandbox import Ground, survey
from zyra.jobs.isolation.seccomp import refuse_calls
from zyra.registry import Registry, Stock, all_commands

MESSAGE_BYTES = 4096
FIRST_OWN = 3  # descriptors below are the standard streams
_MOST_DESCRIPTORS = os.sysconf("SC_OPEN_MAX")
_PAUSE_IN_RUN_S = 0.02
_PAUSE_AFTER_RUN_S = 0.003


class WarmParent:
    """The loop that forks, watches and ends children."""

    def __init__(
        self, control: socket.socket, registry: Registry, stock: Stock, spares: int
    ) -> None:
        self._control = control
        self._registry = registry
        self._stock = stock
        self._wanted_spares = max(1, spares)
        self._spares: set[int] = set()  # pids
        self._runs: set[int] = set()
        self._of_libraries: frozenset[int] = frozenset()  # descriptors
        self._deadlines: dict[int, float] = {}  # pid -> when it is killed
        self._wake_read, self._wake_write = socket.socketpair()
        self._ground = survey()

    def serve(self) -> None:
        """Load, then serve until the runner closes its end of the socket."""
        ours = _open_descriptors()
        self._load()
        self._watch_children()
        self._of_libraries = _open_descriptors() - ours
        _renounce()
        # The runner may die while it is told something.
        with suppress(BrokenPipeError, ConnectionResetError):
            self._say(b"ready")
            while self._turn():
                pass
        self._end_all()

    def _load(self) -> None:
        for command in all_commands(self._registry):
            if command.stage in self._stock.stages:
                command.load_run()
                command.args.model_rebuild()  # else every child builds the validator: 20 ms
        for dotted in self._stock.preloaded:
            load(dotted)
        for dotted in self._stock.warm_ups:
            load(dotted)()
        settle()
        practise()
        # What is loaded now lives as long as the parent: keep the collector from
        # touching, and so copying, its pages in every child.
        gc.collect()
        gc.freeze()
        gather_memory()

    def _watch_children(self) -> None:
        self._wake_read.setblocking(False)
        self._wake_write.setblocking(False)
        signal.set_wakeup_fd(self._wake_write.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)

    def _turn(self) -> bool:
        """Handle what has happened, or fork a spare when nothing has; False at the end."""
        wants_spare = len(self._spares) < self._wanted_spares
        patience_s = self._patience_s()
        ready, _, _ = select.select([self._control, self._wake_read], [], [], patience_s)
        if not ready and wants_spare:
            self._fork_spare()
        if self._wake_read in ready:
            self._wake_read.recv(MESSAGE_BYTES)
            self._reap()
        self._kill_overdue()
        return self._control not in ready or self._obey()

    def _patience_s(self) -> float | None:
        """Seconds until there is something to do by itself; None when there is not."""
        waits = [deadline - time.monotonic() for deadline in self._deadlines.values()]
        if len(self._spares) < self._wanted_spares:
            waits.append(self._fork_pause_s())
        return max(0.0, min(waits)) if waits else None

    def _fork_pause_s(self) -> float:
        """How long it must be quiet before a fork: it takes a processor from who needs one.

        That is the command that runs or, when it has just ended, the service that answers.
        """
        if not self._spares:
            return 0.0
        return _PAUSE_IN_RUN_S if self._runs else _PAUSE_AFTER_RUN_S

    def _obey(self) -> bool:
        message = self._control.recv(MESSAGE_BYTES)
        if not message:
            return False
        order, *told = message.split()
        pid = int(told[0])
        if order == b"stop":
            self._stop(pid, float(told[1]))
        elif pid in self._spares:  # else it has ended already
            self._spares.remove(pid)
            self._runs.add(pid)
        return True

    def _stop(self, pid: int, grace_s: float) -> None:
        """TERM now and KILL later; asked again, it may be sooner but is never put off."""
        if pid not in self._runs:
            return
        deadline = time.monotonic() + grace_s
        is_asked_first = pid not in self._deadlines
        self._deadlines[pid] = min(deadline, self._deadlines.get(pid, deadline))
        if is_asked_first and grace_s > 0:
            process_tree.signal_tree(pid, signal.SIGTERM)

    def _kill_overdue(self) -> None:
        now = time.monotonic()
        for pid in [pid for pid, deadline in self._deadlines.items() if deadline <= now]:
            del self._deadlines[pid]
            process_tree.kill_tree(pid)

    def _reap(self) -> None:
        """Take leave of every child that has ended, and end what it left behind."""
        while True:
            try:
                pid, status, usage = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            self._spares.discard(pid)
            self._runs.discard(pid)
            self._deadlines.pop(pid, None)
            self._end_orphans()
            # Of spares as well: this one may have been taken just now.
            used = (usage.ru_maxrss * 1024, usage.ru_utime + usage.ru_stime)
            self._say(b"ended %d %d %d %.6f" % (pid, status, *used))

    def _end_orphans(self) -> None:
        """Kill what has become a child of ours without being started by us, and see it dead."""
        known = self._runs | self._spares
        while orphans := set(process_tree.children_of_this_thread()) - known:
            for pid in orphans:
                process_tree.kill_tree(pid)
            for pid in orphans:
                os.waitpid(pid, 0)

    def _end_all(self) -> None:
        self._runs.clear()
        self._spares.clear()
        self._end_orphans()

    def _fork_spare(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            _wait_for_assignment(theirs, parent, self._registry, self._ground, self._of_libraries)
        self._spares.add(pid)
        with ours, theirs:
            self._say(b"spare %d" % pid, [ours.fileno()])

    def _say(self, message: bytes, descriptors: Sequence[int] = ()) -> None:
        socket.send_fds(self._control, [message], list(descriptors))


def _renounce() -> None:
    """Give up, for good, what neither this process nor a child of it needs.

    Here and not in the child: a child that inherits the filter need not have it checked and
    compiled, which takes a third of a millisecond.
    """
    process_tree.forbid_new_privileges()
    refuse_calls()


def _wait_for_assignment(
    orders: socket.socket,
    parent: int,
    registry: Registry,
    ground: Ground | None,
    of_libraries: frozenset[int],
) -> NoReturn:
    """The life of a spare child."""
    process_tree.die_with_parent(parent)
    os.setsid()
    process_tree.become_subreaper()
    walls = ground.build_walls() if ground else None
    own = {orders.fileno()} | ({walls.ruleset} if walls else set())
    _cease_to_watch()
    _close_all_but(of_libraries | own)
    prepare()
    message, told, _, _ = socket.recv_fds(orders, len(PREPARE), 1)
    if not message:
        os._exit(0)
    run_assignment(registry, told[0], lambda: take_streams(orders, told[0]), walls)


def _cease_to_watch() -> None:
    """Take back, in a child, what the parent does to hear of the ends of its children."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)


def _open_descriptors() -> frozenset[int]:
    """What this process has open, but for the one that the list itself was read from."""
    listed = list(Path("/proc/self/fd").iterdir())
    return frozenset(int(link.name) for link in listed if link.is_symlink())


def _close_all_but(kept: frozenset[int]) -> None:
    """Close every descriptor but the standard streams and `kept`.

    What a library has opened stays open: PROJ closes the number of its database once more when
    it finds that it was forked, and by then a file of the run would have that number.
    """
    borders = [FIRST_OWN - 1, *sorted(kept), _MOST_DESCRIPTORS]
    for below, above in pairwise(borders):
        os.closerange(below + 1, above)


def main() -> None:
    """Serve on the socket whose descriptor is the first argument."""
    descriptor, registry_name, stock_name, spares = sys.argv[1:]
    process_tree.die_with_parent(os.getppid())
    process_tree.become_subreaper()
    control = socket.socket(fileno=int(descriptor))
    WarmParent(control, load(registry_name), load(stock_name), int(spares)).serve()


if __name__ == "__main__":
    main()
