"""An executor for one job: notes when its processes began and ended."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from zyra.core.changes import changed
from zyra.jobs.isolation.assignment import Assignment
from zyra.jobs.isolation.executor import Ended, Executor, OpenStreams, RunningCommand


@dataclass
class ChildTimes:
    """One process of a job; times are nanoseconds since 1970, 0 where it is not over.

    Attributes:
        command: Stage and name of the command.
    """

    command: str
    began_ns: int
    ended_ns: int = 0
    exit_code: int | None = None


@dataclass
class ExecutorOfJob:
    """Fulfils `isolation.executor.Executor` with the executor of all jobs.

    Attributes:
        request_id: Goes into the processes, which name it should they have a fault.
        started: The processes so far.
    """

    inner: Executor
    request_id: str | None = None
    started: list[ChildTimes] = field(default_factory=list)

    @property
    def is_ready(self) -> bool:
        """Whether the inner one is."""
        return self.inner.is_ready

    @property
    def children(self) -> Mapping[str, int]:
        """Those of the inner one."""
        return self.inner.children

    async def start(self) -> None:
        """Start nothing: the inner one runs."""

    async def launch(self, assignment: Assignment, open_streams: OpenStreams) -> RunningCommand:
        """Let the inner one start it."""
        times = ChildTimes(f"{assignment.stage} {assignment.command}", time.time_ns())
        own = changed(assignment, request_id=self.request_id)
        running = await self.inner.launch(own, open_streams)
        self.started.append(times)

        def note(ended: Ended) -> None:
            times.ended_ns, times.exit_code = time.time_ns(), ended.exit_code

        running.ended.add_done_callback(
            lambda ended: None if ended.cancelled() else note(ended.result())
        )
        return running

    def end_orphans(self) -> None:
        """Let the inner one do it."""
        self.inner.end_orphans()

    async def close(self) -> None:
        """End nothing: the inner one goes on."""
