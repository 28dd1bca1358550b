"""Run linked steps to their ends: what is joined by pipes at the same time, the rest in order.

The writing end of each pipe stays open here until it is known how the writer has ended. So a
reader never takes what a failed step left off for the whole: it is ended instead.
"""

import asyncio
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol, Self

from zyra.core.exit_codes import DONE, READER_LEFT
from zyra.jobs.isolation.capture import enlarge_pipe
from zyra.jobs.records import StepStatus


class Stdin(StrEnum):
    """What a step reads as its stdin."""

    NOTHING = "nothing"
    OUTER = "outer"  # what the whole pipeline is given
    PIPE = "pipe"  # the stdout of the step before, while that runs
    KEPT = "kept"  # the stdout of the step before, after it has ended


@dataclass(frozen=True)
class Link:
    """How a step hangs together with the others that are run.

    Attributes:
        title: What messages call the step.
        stdin: Where its stdin comes from.
        needs: Places of those without which it cannot run.
        is_read: Whether the next one reads its stdout.
    """

    title: str
    stdin: Stdin = Stdin.NOTHING
    needs: frozenset[int] = frozenset()
    is_read: bool = False

    def to_values(self) -> dict[str, Any]:
        """The link as values of JSON."""
        return vars(self) | {"needs": sorted(self.needs)}

    @classmethod
    def from_values(cls, values: Mapping[str, Any]) -> Self:
        """The link of which `to_values` made these."""
        stdin, needs = Stdin(values["stdin"]), frozenset(values["needs"])
        return cls(values["title"], stdin, needs, values["is_read"])


class StepProcess(Protocol):
    """The command of one step, which is started once at most."""

    async def run(self, stdin: int | None, stdout: int | None) -> int | None:
        """Run it to its end; its exit code, None where that is lost.

        The code is never 0 for what was ended from outside, in whatever order it left.

        Args:
            stdin: Descriptor of a pipe to read, or None for the step's own stdin; closed here.
            stdout: Descriptor of a pipe to write to, or None to keep it; closed here.
        """

    def stop(self) -> None:
        """End it; before it has started, as soon as it has."""


Told = Callable[[int, StepStatus, str], None]


@dataclass
class Flow:
    """One execution of linked steps.

    Args:
        links: Of its steps, in their order.
        processes: One for each step.
        told: Hears of each change: place, status, and the reason in words.
        continue_on_error: Run what needs nothing of a failed step.
    """

    links: Sequence[Link]
    processes: Sequence[StepProcess]
    told: Told
    continue_on_error: bool = False
    statuses: list[StepStatus] = field(init=False)
    _codes: dict[int, int | None] = field(default_factory=dict)
    _hindered: dict[int, str] = field(default_factory=dict)
    _halt: str = ""

    def __post_init__(self) -> None:
        self.statuses = [StepStatus.QUEUED] * len(self.links)

    async def run(self) -> None:
        """Run all; every status is final then."""
        for places in segments_of(self.links):
            hindrance = self._halt or self._hindrance(places)
            if hindrance:
                for place in places:
                    self._tell(place, StepStatus.SKIPPED, hindrance)
                continue
            await self._run_together(places)
            self._judge(places)
            self._halt_after(places)

    def stop(self, why: str) -> None:
        """End what runs and skip the rest."""
        self._halt = self._halt or why
        for place, status in enumerate(self.statuses):
            if status is StepStatus.RUNNING:
                self._hinder(place, why)

    async def _run_together(self, places: Sequence[int]) -> None:
        with ExitStack() as held:
            between = [held.enter_context(closing(_Pipe())) for _ in places[1:]]
            for place in places:
                self._tell(place, StepStatus.RUNNING, "")
            ends = zip(places, [None, *between], [*between, None], strict=True)
            runs = (self._run_one(*one) for one in ends)
            faults = filter(None, await asyncio.gather(*runs, return_exceptions=True))
            for fault in faults:  # not before all have ended: none may outlive its pipeline
                raise fault

    async def _run_one(self, place: int, source: "_Pipe | None", target: "_Pipe | None") -> None:
        code = None
        try:
            code = await self.processes[place].run(
                source.give_reader() if source else None, target.give_writer() if target else None
            )
        finally:
            self._codes[place] = code
            if code not in (DONE, READER_LEFT):
                # Its pipe stays open until its reader is gone: to be ended takes a moment, and
                # in that the reader would take what is there for the whole.
                self._end_neighbours(place)
            elif target is not None:
                target.end()

    def _end_neighbours(self, failed: int) -> None:
        """End all that still runs beside a step that has failed: it has nothing to go on for."""
        title = self.links[failed].title
        for place, status in enumerate(self.statuses):
            if status is StepStatus.RUNNING and place not in self._codes:
                role = "what it reads" if place > failed else "what reads it"
                self._hinder(place, f"{role}, {title}, failed")

    def _hinder(self, place: int, why: str) -> None:
        if place not in self._codes:
            self._hindered.setdefault(place, why)
            self.processes[place].stop()

    def _judge(self, places: Sequence[int]) -> None:
        whys: dict[int, str] = {}
        for place in reversed(places):  # how a writer has ended depends on its reader
            self.statuses[place], whys[place] = self._verdict(place)
        for place in places:
            self._tell(place, self.statuses[place], whys[place])

    def _verdict(self, place: int) -> tuple[StepStatus, str]:
        """How a step ended; its reader's verdict is known already."""
        code, why = self._codes[place], self._hindered.get(place)
        if code == DONE:
            return StepStatus.SUCCEEDED, ""
        if why is not None:
            return (StepStatus.CANCELED if self._is_upstream(place) else StepStatus.SKIPPED), why
        if code != READER_LEFT or not self.links[place].is_read:
            return StepStatus.FAILED, ""
        reader = self.links[place + 1].title
        if self.statuses[place + 1] is StepStatus.SUCCEEDED:
            return StepStatus.SUCCEEDED, f"{reader} needed no more of it"
        return StepStatus.CANCELED, f"what reads it, {reader}, ended before"

    def _is_upstream(self, place: int) -> bool:
        """Whether a step was ended for another reason than that its own input failed."""
        before = place - 1
        while before >= 0 and self.links[before + 1].stdin is Stdin.PIPE:
            if self._codes.get(before) not in (DONE, READER_LEFT) and before not in self._hindered:
                return False
            before -= 1
        return True

    def _halt_after(self, places: Sequence[int]) -> None:
        failed = [place for place in places if self.statuses[place] is StepStatus.FAILED]
        if failed and not self.continue_on_error:
            self._halt = self._halt or f"{self.links[failed[0]].title} failed before"

    def _hindrance(self, places: Sequence[int]) -> str:
        """Why steps that run together cannot; empty where they can."""
        for place in places:
            for need in sorted(self.links[place].needs - set(places)):
                if self.statuses[need] is not StepStatus.SUCCEEDED:
                    needed, reader = self.links[need].title, self.links[place].title
                    return f"{reader} needs {needed}, which {_ended(self.statuses[need])}"
        return ""

    def _tell(self, place: int, status: StepStatus, why: str) -> None:
        self.statuses[place] = status
        self.told(place, status, why)


def segments_of(links: Sequence[Link]) -> Iterator[list[int]]:
    """Places of the steps that run at the same time, joined by pipes, in the order of running."""
    together: list[int] = []
    for place, link in enumerate(links):
        if together and link.stdin is not Stdin.PIPE:
            yield together
            together = []
        together.append(place)
    if together:
        yield together


class _Pipe:
    """A pipe between two steps, whose writing end we hold as well."""

    def __init__(self) -> None:
        self._reader, self._own = os.pipe()
        enlarge_pipe(self._reader)
        # Made before any step is started: later, to be out of descriptors would be too late.
        self._writer = os.dup(self._own)
        self._open = {self._reader, self._writer, self._own}

    def give_reader(self) -> int:
        """The reading end; we keep none, so that a writer hears when its reader has left."""
        self._open.remove(self._reader)
        return self._reader

    def give_writer(self) -> int:
        """A writing end beside our own."""
        self._open.remove(self._writer)
        return self._writer

    def end(self) -> None:
        """Let the reader come to the end."""
        self._open.remove(self._own)
        os.close(self._own)

    def close(self) -> None:
        """Close what nobody has taken."""
        while self._open:
            os.close(self._open.pop())


def _ended(status: StepStatus) -> str:
    return "was skipped" if status is StepStatus.SKIPPED else str(status)
