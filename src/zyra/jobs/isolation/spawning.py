"""The executor of systems where a loaded process cannot fork safely (macOS): a fresh
interpreter for each command. Slower to start by the imports; otherwise the same child.
"""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from zyra.jobs.isolation.assignment import Assignment
from zyra.jobs.isolation.environment import child_environment
from zyra.jobs.isolation.executor import Ended, OpenStreams, RunningCommand


class SpawningExecutor:
    """Fulfils `isolation.executor.Executor` with one new interpreter for each command.

    Args:
        registry_name: Dotted name of the registry, for the child to load.
    """

    is_ready = True

    def __init__(self, registry_name: str) -> None:
        self._registry_name = registry_name
        self._running: set[SpawnedCommand] = set()

    @property
    def children(self) -> Mapping[str, int]:
        """How many interpreters have a run; none waits for one."""
        return {"ready": 0, "busy": len(self._running)}

    async def start(self) -> None:
        """Nothing has to be started ahead."""

    async def launch(self, assignment: Assignment, open_streams: OpenStreams) -> RunningCommand:
        """Start an interpreter that runs the assignment in a session of its own."""
        descriptors = [assignment.to_file_descriptor()]
        try:
            descriptors += open_streams()
            process = self._start_interpreter(descriptors)
        finally:
            for descriptor in descriptors:
                os.close(descriptor)
        running = SpawnedCommand(process, asyncio.ensure_future(_wait(process)))
        self._running.add(running)
        running.ended.add_done_callback(lambda _: self._running.discard(running))
        return running

    def _start_interpreter(self, descriptors: Sequence[int]) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "zyra.jobs.isolation.child", self._registry_name]
        return subprocess.Popen(  # noqa: S603 - returns at once; our own module
            [*command, *map(str, descriptors)],
            env=child_environment(),
            pass_fds=descriptors,
            start_new_session=True,
        )

    def end_orphans(self) -> None:
        """Find none: these systems do not show the marks by which orphans are known."""

    async def close(self) -> None:
        """Kill what still runs and wait for it."""
        running = list(self._running)
        for command in running:
            command.stop(0)
        await asyncio.gather(*(command.ended for command in running))


@dataclass(eq=False)
class SpawnedCommand:
    """One interpreter with its session; fulfils `isolation.executor.RunningCommand`."""

    process: "subprocess.Popen[bytes]"
    ended: "asyncio.Future[Ended]"
    has_begun: bool = True  # it never ends as LOST, so it is never started again

    @property
    def pid(self) -> int:
        """Process id of the interpreter, which leads its group."""
        return self.process.pid

    def stop(self, grace_s: float) -> None:
        """Send TERM to its group, and KILL after `grace_s`."""
        if grace_s > 0:
            self._signal_group(signal.SIGTERM)
            asyncio.get_running_loop().call_later(grace_s, self._signal_group, signal.SIGKILL)
        else:
            self._signal_group(signal.SIGKILL)

    def leave(self, ended: Ended) -> None:
        """Wait for its end all the same: what it has left behind does not show here."""

    def _signal_group(self, number: int) -> None:
        if self.ended.done():  # the id may be somebody else's by now
            return
        try:
            os.killpg(self.process.pid, number)
        except ProcessLookupError:
            return


async def _wait(process: "subprocess.Popen[bytes]") -> Ended:
    _, status, usage = await asyncio.to_thread(os.wait4, process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    scale = 1 if sys.platform == "darwin" else 1024  # ru_maxrss is bytes there, KiB here
    return Ended.from_status(status, usage.ru_maxrss * scale, usage.ru_utime + usage.ru_stime)
