"""The child: takes one assignment, runs it within its limits, ends.

It is used once. It gets a descriptor of the assignment, makes itself ready for it, and gets
those of stdin, stdout, stderr and events when the folders of the run are made; these become
0, 1, 2 and 3. Every other descriptor is closed.
"""

import fcntl
import io
import json
import os
import resource
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import NoReturn

from zyra.core.command_line import corrected_args
from zyra.core.exit_codes import READER_LEFT
from zyra.core.loading import load
from zyra.core.network import NetworkPolicy
from zyra.core.running import run_to_exit_code
from zyra.core.stream_job import job_on_standard_streams
from zyra.jobs.isolation.assignment import BEGIN, Assignment, Limits
from zyra.jobs.isolation.process_tree import flush_c_streams, forbid_new_privileges
from zyra.jobs.isolation.rehearsal import rehearse
from zyra.jobs.isolation.sandbox import Room, Walls, survey
from zyra.jobs.isolation.seccomp import refuse_calls, refuse_sockets
from zyra.registry import Registry, find_command

EVENTS_FD = 3
STREAMS = 4
OUT_OF_MEMORY = 1
NICENESS = 10
_ABOVE_TARGETS = 16
_ANSWERED_S = 0.003


def run_assignment(
    registry: Registry, told: int, streams: Callable[[], Sequence[int]], walls: Walls | None
) -> NoReturn:
    """Run an assignment and end this process with its exit code.

    Args:
        registry: Has its command.
        told: Descriptor of the assignment.
        streams: Waits until it may begin and returns its stdin, stdout, stderr and events.
        walls: What is to confine it.
    """
    assignment = Assignment.from_file_descriptor(told)
    fault = _make_ready(assignment)
    _place(streams())
    if fault is not None:  # told now, since now there is a stderr to tell it on
        raise fault
    os.chdir(assignment.folder)
    tempfile.tempdir = assignment.scratch
    code = _run(registry, assignment, walls)
    sys.stdout.flush()
    sys.stderr.flush()
    flush_c_streams()
    _take_leave(code)
    os._exit(code)


def _make_ready(assignment: Assignment) -> Exception | None:
    """Do what needs no streams and no folders; return what went wrong, if anything."""
    try:
        _apply(assignment.limits)
        if assignment.broker is None:
            refuse_sockets()
    except (OSError, OverflowError, ValueError) as fault:  # a limit that the system cannot keep
        return fault
    return None


def take_streams(orders: socket.socket, told: int) -> Sequence[int]:
    """Wait for the streams of a run, and show that it has begun: see `ForkedCommand.has_begun`."""
    message, streams, _, _ = socket.recv_fds(orders, len(BEGIN), STREAMS)
    if not message:  # its folders could not be made
        os._exit(0)
    os.lseek(told, 1, os.SEEK_SET)
    orders.close()
    os.close(told)
    return streams


def _given(told: int, streams: Sequence[str]) -> Sequence[int]:
    os.close(told)
    return [int(stream) for stream in streams]


def settle() -> None:
    """Do what every run needs and a fork hands down, so that a warm parent does it for all."""
    _reset_signals()
    os.umask(0o077)
    _open_standard_streams()


def prepare() -> None:
    """Do ahead what needs no assignment: a spare child does it while it has nothing to do."""
    _step_back()
    practise()


def practise() -> None:
    """Go through a run in memory, and make what would be told of it."""
    rehearse()
    _line_of_progress(1.0, "")
    _line(_used())
    flush_c_streams()


def _reset_signals() -> None:
    for number in (signal.SIGTERM, signal.SIGCHLD, signal.SIGXCPU):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _run(registry: Registry, assignment: Assignment, walls: Walls | None) -> int:
    command = find_command(registry, assignment.stage, assignment.command)
    args = command.args.model_validate(dict(assignment.args))
    broker = assignment.broker
    network = NetworkPolicy.allowing(assignment.allow_hosts, broker)
    writable = (assignment.folder, assignment.scratch)
    if walls is not None:
        walls.confine(Room(assignment.readable, writable, broker.port if broker else None))
    try:
        return run_to_exit_code(
            command,
            args,
            job_on_standard_streams(args, network, report_progress, assignment.variables),
            correct=corrected_args,
            reader_left=READER_LEFT,
            request_id=assignment.request_id,
        )
    except MemoryError:
        _send({"reason": "memory"})
        return OUT_OF_MEMORY


def report_progress(fraction: float, message: str) -> None:
    """Send a progress report to the runner."""
    os.write(EVENTS_FD, _line_of_progress(fraction, message))


def _line_of_progress(fraction: float, message: str) -> bytes:
    return _line({"progress": fraction, "message": message})


def _send(event: dict[str, object]) -> None:
    os.write(EVENTS_FD, _line(event))


def _line(event: dict[str, object]) -> bytes:
    return json.dumps(event).encode() + b"\n"


def _take_leave(code: int) -> None:
    """Tell the runner that nothing but the end of this process is to come, which follows later.

    To give all its memory back takes a process milliseconds, and nobody needs to wait for
    that, nor to share a processor's core with it while the caller is answered. One that has
    left others running, or a thread, says nothing: its end is waited for.
    """
    if threading.active_count() == 1 and not _has_children():
        with suppress(OSError):  # the command has closed the descriptor
            _send({"left": code} | _used())
        os.closerange(0, EVENTS_FD)  # who reads them need not wait
        time.sleep(_ANSWERED_S)


def _has_children() -> bool:
    """Whether anything that was started here still runs; orphans count, as we get them."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            continue
    except ChildProcessError:
        return False
    return True


def _used() -> dict[str, object]:
    """What this process and those that it has waited for have used."""
    own = resource.getrusage(resource.RUSAGE_SELF)
    of_others = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = own.ru_utime + own.ru_stime + of_others.ru_utime + of_others.ru_stime
    return {
        "max_rss_bytes": max(own.ru_maxrss, of_others.ru_maxrss) * 1024,
        "cpu_s": round(cpu_s, 6),
    }


def _place(streams: Sequence[int]) -> None:
    """Move stdin, stdout, stderr and events to 0..3."""
    # Copies first, above the targets: a descriptor may itself be one of the targets.
    copies = [fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, _ABOVE_TARGETS) for fd in streams]
    for descriptor in streams:
        os.close(descriptor)
    for target, copy in enumerate(copies):
        os.dup2(copy, target, inheritable=target < EVENTS_FD)
        os.close(copy)


def _open_standard_streams() -> None:
    """Make Python's stdin, stdout and stderr anew on 0, 1 and 2: bytes whole, text UTF-8.

    They are made on descriptors that get their pipes later.
    """
    sys.stdin = io.TextIOWrapper(io.BufferedReader(io.FileIO(0, closefd=False)), "utf-8")
    sys.stdout = _text_writer(1)
    sys.stderr = _text_writer(2)


def _text_writer(descriptor: int) -> io.TextIOWrapper:
    raw = io.FileIO(descriptor, "wb", closefd=False)
    return io.TextIOWrapper(
        io.BufferedWriter(raw), "utf-8", errors="backslashreplace", line_buffering=True
    )


def _apply(limits: Limits) -> None:
    """Set the limits that the kernel keeps."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _lower(resource.RLIMIT_DATA, limits.memory_bytes)
    _lower(resource.RLIMIT_FSIZE, limits.file_bytes)
    _lower(resource.RLIMIT_CPU, limits.cpu_s)


def _step_back() -> None:
    """Let the service answer while commands compute.

    A session of its own is a group of its own to Linux's scheduler, where niceness counts
    only within the group unless the group itself is nice (sched(7), "The autogroup feature").
    """
    os.nice(NICENESS)
    try:
        group = os.open("/proc/self/autogroup", os.O_WRONLY | os.O_CLOEXEC)
        try:
            os.write(group, b"%d" % NICENESS)
        finally:
            os.close(group)
    except (FileNotFoundError, PermissionError, BlockingIOError):
        return  # a favour, not a duty


def _lower(kind: int, wanted: int) -> None:
    """Set a limit that the command cannot raise again; never above what is inherited."""
    _, hard = resource.getrlimit(kind)
    value = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(kind, (value, value))


def main() -> NoReturn:
    """Run one assignment in a fresh interpreter, where forking is not safe (macOS)."""
    registry_name, told, *streams = sys.argv[1:]
    if sys.platform == "linux":
        forbid_new_privileges()
    ground = survey()
    walls = ground.build_walls() if ground else None
    if ground is not None:
        ground.close()
    settle()
    _step_back()
    refuse_calls()
    run_assignment(load(registry_name), int(told), lambda: _given(int(told), streams), walls)


if __name__ == "__main__":
    main()
