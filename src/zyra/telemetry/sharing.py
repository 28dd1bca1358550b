"""Bring the counts of several processes together on a board that all of them reach.

Whichever process is asked for the metrics tells those of all. Counts are added up on the board
every few seconds, so they outlive the process that made them; what is so now is shown there by
each process for itself, and passes away with it.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Protocol

from zyra.telemetry.metric import PROCESSES
from zyra.telemetry.tally import Series, Tally, Values

EVERY_S = 2.0
FRESH_S = 10.0  # a process that has not shown anything for so long is gone

Gauge = Callable[[], Values]


class Board(Protocol):
    """Where processes put what they count."""

    async def add(self, counts: Values) -> None:
        """Add to what is counted."""

    async def counted(self) -> Values:
        """The counts of all, also of processes that are gone."""

    async def show(self, process: str, levels: Values) -> None:
        """Show what is so now in a process, in place of what it showed before."""

    async def shown(self) -> Sequence[Values]:
        """What each process shows that is alive."""

    async def withdraw(self, process: str) -> None:
        """Show nothing more of a process."""


class Sharing:
    """Puts the tally of this process on a board, and reads what all have put there.

    Args:
        tally: What this process counts.
        board: Where it is put.
        process: An id of this process that no other one has.
        role: `server` or `worker`.
        gauges: Each tells what is so now.
    """

    def __init__(
        self, tally: Tally, board: Board, process: str, role: str, gauges: Sequence[Gauge] = ()
    ) -> None:
        self.tally = tally
        self._board = board
        self._process = process
        self._role = role
        self._gauges = gauges
        self._turn = asyncio.Lock()

    async def share(self) -> None:
        """Put everything on the board.

        Who asked may be gone before that is done, as the reader of the metrics of a server that
        stops: it is done all the same, since what was half put there would be counted twice.

        Raises:
            OSError, ServiceUnavailable: It cannot be reached; nothing is lost.
        """
        await asyncio.shield(self._share())

    async def withdraw(self) -> None:
        """Put the last counts on the board, and show nothing any more."""
        await self.share()
        await self._board.withdraw(self._process)

    async def total(self) -> Values:
        """The values of all processes."""
        with suppress(OSError):  # a full disk; what is in memory is told all the same
            await self.share()
        counted = added([await self._board.counted(), self.tally.pending])
        return counted | added(await self._board.shown())

    async def _share(self) -> None:
        async with self._turn:
            counts = self.tally.take()
            try:
                if counts:
                    await self._board.add(counts)
            except BaseException:
                self.tally.give_back(counts)
                raise
            await self._board.show(self._process, self._levels())

    def _levels(self) -> Values:
        alive: Values = {(PROCESSES.name, self._role): 1.0}
        return added([self.tally.levels, alive, *(gauge() for gauge in self._gauges)])


def added(parts: Sequence[Values]) -> dict[Series, float]:
    """The sums of what several tell."""
    total: dict[Series, float] = {}
    for part in parts:
        for series, value in part.items():
            total[series] = total.get(series, 0.0) + value
    return total


def to_rows(values: Mapping[Series, float]) -> list[list[str | float]]:
    """Values as JSON has them: the series, then the value."""
    return [[*series, value] for series, value in values.items()]


def from_rows(rows: Sequence[Sequence[str | float]]) -> dict[Series, float]:
    """The values that `to_rows` wrote."""
    return {tuple(map(str, row[:-1])): float(row[-1]) for row in rows}
