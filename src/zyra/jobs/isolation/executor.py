"""Executors: start an assigned command in an isolated process and tell how it ended."""

import asyncio
import os
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from zyra.jobs.isolation.assignment import Assignment


@dataclass(frozen=True)
class Ended:
    """How a process ended.

    Attributes:
        exit_code: Its own, or 128 + n when signal n ended it; None when that is lost.
        signal: Number of the signal that ended it, or None.
        max_rss_bytes: Most memory that it had resident, or None.
        cpu_s: Processor time, its ended children included, or None.
    """

    exit_code: int | None
    signal: int | None = None
    max_rss_bytes: int | None = None
    cpu_s: float | None = None

    @classmethod
    def from_status(cls, status: int, max_rss_bytes: int, cpu_s: float) -> "Ended":
        """From the status that wait4(2) gives."""
        if os.WIFSIGNALED(status):
            number = os.WTERMSIG(status)
            return cls(128 + number, number, max_rss_bytes, cpu_s)
        return cls(os.WEXITSTATUS(status), None, max_rss_bytes, cpu_s)


OpenStreams = Callable[[], list[int]]
"""Makes the folders of a run and opens its stdin, stdout, stderr and events."""

LOST = Ended(None)
CPU_TIME_SIGNALS = (signal.SIGXCPU,)


class RunningCommand(Protocol):
    """A started process.

    Attributes:
        ended: Done when it has.
        has_begun: Whether it has taken its streams; asked for when it has ended.
    """

    ended: "asyncio.Future[Ended]"
    has_begun: bool

    def stop(self, grace_s: float) -> None:
        """Send TERM to its whole tree, and KILL after `grace_s`; KILL at once when that is 0."""

    def leave(self, ended: Ended) -> None:
        """Take its word that it has nothing left to do, and see to it that it goes."""


class Executor(Protocol):
    """Starts assignments, each in its own process."""

    @property
    def is_ready(self) -> bool:
        """Whether a start would not wait for anything to load."""

    @property
    def children(self) -> Mapping[str, int]:
        """How many processes are `ready` for a run, and how many are `busy` with one."""

    async def start(self) -> None:
        """Begin; returns before the scientific stack is loaded."""

    async def launch(self, assignment: Assignment, open_streams: OpenStreams) -> RunningCommand:
        """Start a process; what `open_streams` opens for it is closed here.

        Where it can, the process makes itself ready while that makes its folders. It is called
        at most once, and not at all where no process can be started.
        """

    def end_orphans(self) -> None:
        """End what services of this machine that are gone left running."""

    async def close(self) -> None:
        """End every process that was started."""
