"""Commands that leave traces, for benchmarks that kill and load the service."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from zyra.core.arguments import Args, arg
from zyra.core.command import Command, commands_by_name
from zyra.core.job import Job
from zyra.core.kinds import OutputFile
from zyra.jobs.isolation.leftovers import MARK
from zyra.transfer.connections import Dialer

HELPER_S = 600
NOTE_S = 30.0
FULL_LINE = "a line of a log as weather programs write them, 80 characters with its number\n"


class WorkArgs(Args):
    """Note the start in a ledger, write lines for a while, note the end."""

    ledger: int = arg(description="Port of the loopback address where the ledger is kept")
    token: str = arg("", "What each line begins with")
    milliseconds: int = arg(10, "How long it takes")
    lines: int = arg(0, "How many lines to write meanwhile")
    helper: bool = arg(False, "Leave a program behind that left the session")


class SayArgs(Args):
    """Write a text."""

    text: str = arg("", "What to write")


class CountArgs(Args):
    """Write many lines."""

    lines: int = arg(10, "How many")
    pause_ms: float = arg(0.0, "Pause after each line")


class StampArgs(CountArgs):
    """Write the time, again and again."""

    gate: str = arg("", "Begin when there is this file")


class HoldArgs(Args):
    """Run until somebody ends it."""

    ignore_term: bool = arg(False, "Do not end at TERM")
    pid_file: OutputFile = arg("", "Note the process ids of this and of a helper there")


def work(args: WorkArgs, job: Job) -> None:
    """Work as the arguments say."""
    note(job, args.ledger, "start")
    if args.helper:
        leave_helper()
    pause_s = args.milliseconds / 1000 / (args.lines + 1)
    time.sleep(pause_s)
    for line in lines_of(args.token, args.lines):
        job.stdout.write(line.encode())
        job.stdout.flush()
        time.sleep(pause_s)
    job.progress(1.0, "worked")
    note(job, args.ledger, "end")


def lines_of(token: str, count: int) -> list[str]:
    """What `work` writes."""
    return [f"{token} line {number} äöü €\n" for number in range(count)]


def note(job: Job, ledger: int, what: str) -> None:
    """Tell the ledger what happens, job id and process id of the server; it has it afterwards.

    Over the network, because a command may write to no file that outlives a second start.
    """
    server = os.environ[MARK].partition("-")[0]
    with Dialer(job.network).dial("127.0.0.1", ledger, NOTE_S) as connection:
        connection.sendall(f"{what} {Path.cwd().parent.name} {server}\n".encode())
        connection.recv(1)


def leave_helper() -> int:
    """Start a program in a session of its own; return its process id."""
    helper = subprocess.Popen(["sleep", str(HELPER_S)], start_new_session=True)
    helper.returncode = 0  # nobody waits for it
    return helper.pid


def say(args: SayArgs, job: Job) -> None:
    """Write the text."""
    job.stdout.write(args.text.encode())


def spin(args: CountArgs, job: Job) -> None:  # noqa: ARG001 - as every command
    """Use the processor until somebody ends it."""
    while True:
        pass


def count(args: CountArgs, job: Job) -> None:
    """Write numbered lines, as fast as can be unless a pause is asked for."""
    for number in range(args.lines):
        job.stdout.write(f"{number:06d} {FULL_LINE}".encode())
        if args.pause_ms:
            job.stdout.flush()
            time.sleep(args.pause_ms / 1000)


def counted(lines: int) -> str:
    """What `count` writes."""
    return "".join(f"{number:06d} {FULL_LINE}" for number in range(lines))


def stamp(args: StampArgs, job: Job) -> None:  # noqa: ARG001 - as every command
    """Write the time of the machine's clock in each line, in nanoseconds."""
    while args.gate and not Path(args.gate).exists():
        time.sleep(0.01)
    for _ in range(args.lines):
        sys.stdout.write(f"{time.monotonic_ns()}\n")
        sys.stdout.flush()
        time.sleep(args.pause_ms / 1000)


def hold(args: HoldArgs, job: Job) -> None:
    """Say that it has begun, with a helper beside it, and wait for the end."""
    if args.ignore_term:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if args.pid_file:
        Path(args.pid_file).write_text(f"{os.getpid()} {leave_helper()}")
    job.stdout.write(b"begun\n")
    job.stdout.flush()
    time.sleep(HELPER_S)


def _declare(name: str, args: type[Args]) -> Command:
    return Command("process", name, args, run=f"{__name__}:{name}", network=args is WorkArgs)


REGISTRY = {
    "process": commands_by_name(
        _declare("work", WorkArgs),
        _declare("say", SayArgs),
        _declare("spin", CountArgs),
        _declare("count", CountArgs),
        _declare("stamp", StampArgs),
        _declare("hold", HoldArgs),
    )
}
