"""Executors side by side, each for the commands of some stages."""

import asyncio
from collections import Counter
from collections.abc import Mapping

from zyra.jobs.isolation.assignment import Assignment
from zyra.jobs.isolation.executor import Executor, OpenStreams, RunningCommand

_LATER_S = 0.5  # by then the service answers


class Branches:
    """Fulfils `isolation.executor.Executor` with one executor for some stages, one for the rest.

    Args:
        main: Runs what no other one is for.
        of_stage: The others, by the stage whose commands they run.
    """

    def __init__(self, main: Executor, of_stage: Mapping[str, Executor]) -> None:
        self._main = main
        self._of_stage = of_stage
        self._others = set(of_stage.values())
        self._all = [main, *self._others]
        self._starting: asyncio.Task[None] | None = None

    @property
    def is_ready(self) -> bool:
        """Whether each is."""
        return all(executor.is_ready for executor in self._all)

    @property
    def children(self) -> Mapping[str, int]:
        """Those of all."""
        total: Counter[str] = Counter()
        for executor in self._all:
            total.update(executor.children)
        return total

    async def start(self) -> None:
        """Start the main one now, the others a little later; who launches there waits.

        All of them load at once, and the service needs a processor for its first answer.
        """
        await self._main.start()
        self._starting = asyncio.ensure_future(self._start_others())

    async def _start_others(self) -> None:
        await asyncio.sleep(_LATER_S)
        for executor in self._others:
            await executor.start()

    async def launch(self, assignment: Assignment, open_streams: OpenStreams) -> RunningCommand:
        """Let the one for the stage start it."""
        executor = self._of_stage.get(assignment.stage, self._main)
        return await executor.launch(assignment, open_streams)

    def end_orphans(self) -> None:
        """Let one do it, as it does so for the whole machine."""
        self._main.end_orphans()

    async def close(self) -> None:
        """End each."""
        if self._starting is not None:
            self._starting.cancel()
            await asyncio.gather(self._starting, return_exceptions=True)
        await asyncio.gather(*(executor.close() for executor in self._all))
