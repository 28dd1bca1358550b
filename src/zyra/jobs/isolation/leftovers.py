"""Find and end processes that outlived the service or warm parent they belonged to.

A killed warm parent takes its children along, but not what these had started in sessions
of their own. Every process below a warm parent carries a mark in its environment that
names the service process and the parent's start; /proc shows it.
"""

import os
import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path

from zyra.jobs.isolation.process_tree import send_signal

MARK = "ZYRA_WARM_PARENT"
_WELL_FORMED = re.compile(rb"\d+-\d+-\d+")


def new_mark() -> str:
    """The mark of a new warm parent of this process: `PID-start time-moment`."""
    return f"{_identity(os.getpid())}-{time.monotonic_ns()}"


def kill_marked(mark: str) -> None:
    """Kill every process that carries exactly this mark."""
    for pid, found in _marked():
        if found == mark:
            send_signal(pid, signal.SIGKILL)


def kill_orphans() -> None:
    """Kill every marked process whose service process is gone."""
    for pid, mark in _marked():
        owner, _, _ = mark.rpartition("-")
        if _identity(int(owner.partition("-")[0])) != owner:
            send_signal(pid, signal.SIGKILL)


def _marked() -> Iterator[tuple[int, str]]:
    prefix = f"{MARK}=".encode()
    for entry in os.scandir("/proc"):
        if not entry.name.isdigit():
            continue
        try:
            variables = Path(entry.path, "environ").read_bytes().split(b"\0")
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue  # ended meanwhile, or somebody else's
        marks = (v.removeprefix(prefix) for v in variables if v.startswith(prefix))
        for mark in marks:
            if _WELL_FORMED.fullmatch(mark):
                yield int(entry.name), mark.decode()


def _identity(pid: int) -> str:
    """Process id and start time in clock ticks since boot (field 22 of /proc/PID/stat)."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return f"{pid}-gone"
    return f"{pid}-{stat.rpartition(b')')[2].split()[19].decode()}"
