"""Executors side by side, each for the commands of some stages."""

import asyncio
from collections import Counter
from collections.abc import Mapping

from zyra.jobs.isolation.assignment import Assignment
from zyra.jobs.isolation.executor import Executor, RunningCommand


class Branches:
    """Fulfils `isolation.executor.Executor` with one executor for some stages, one for the rest.

    Args:
        main: Runs what no other one is for.
        of_stage: The others, by the stage whose commands they run.
    """

    def __init__(self, main: Executor, of_stage: Mapping[str, Executor]) -> None:
        self._main = main
        self._of_stage = of_stage
        self._all = [main, *set(of_stage.values())]

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
        """Start each."""
        for executor in self._all:
            await executor.start()

    async def launch(self, assignment: Assignment, streams: list[int]) -> RunningCommand:
        """Let the one for the stage start it."""
        executor = self._of_stage.get(assignment.stage, self._main)
        return await executor.launch(assignment, streams)

    def end_orphans(self) -> None:
        """Let one do it, as it does so for the whole machine."""
        self._main.end_orphans()

    async def close(self) -> None:
        """End each."""
        await asyncio.gather(*(executor.close() for executor in self._all))
