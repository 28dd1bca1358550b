"""Figures with the bound they must keep, printed as a table with the load of the machine."""

import argparse
import asyncio
import math
import os
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

Part = Callable[[Path], AsyncIterator["Figure"]]


@dataclass(frozen=True)
class Figure:
    """One measured thing.

    Attributes:
        what: What was measured, and how often.
        value: In `unit`.
        at_most, at_least: The bound; None where there is none.
        wrong: How many answers were wrong; any is too many.
    """

    what: str
    value: float
    unit: str
    at_most: float | None = None
    at_least: float | None = None
    wrong: int = 0

    @property
    def holds(self) -> bool:
        """Whether the bound is kept and every answer was right."""
        low = self.at_least is None or self.value >= self.at_least
        high = self.at_most is None or self.value <= self.at_most
        return low and high and not self.wrong

    def __str__(self) -> str:
        bounds = [(">=", self.at_least), ("<=", self.at_most)]
        bound = " ".join(f"{sign} {value:g}" for sign, value in bounds if value is not None)
        note = f"  {self.wrong} WRONG" if self.wrong else ""
        verdict = "" if self.holds else "  MISSED"
        return f"{self.what:<58} {self.value:>10.1f} {self.unit:<8} {bound}{note}{verdict}"


def percentile(values: Sequence[float], part: float) -> float:
    """The smallest value that `part` (0 to 1) of all values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(part * len(ordered)) - 1)]


def p99(what: str, times: Sequence[float], at_most: float, wrong: int = 0) -> Figure:
    """The 99th percentile of milliseconds as a figure, the median in its name."""
    name = f"{what} (median {percentile(times, 0.5):.1f})"
    return Figure(name, percentile(times, 0.99), "ms", at_most, wrong=wrong)


def run_parts(about: str, parts: Mapping[str, Part]) -> int:
    """Measure the parts that the command line names, all of them when it names none."""
    parser = argparse.ArgumentParser(description=about.partition("\n")[0])
    parser.add_argument("parts", nargs="*", choices=[*parts, []], help=", ".join(parts))
    parser.add_argument("--check", action="store_true", help="fail when a bound is missed")
    given = parser.parse_args()
    figures = asyncio.run(_measure([parts[name] for name in given.parts or parts]))
    return 1 if given.check and not all(figure.holds for figure in figures) else 0


async def _measure(parts: Sequence[Part]) -> list[Figure]:
    """Every figure of these parts, printed as they come, with the load of the machine."""
    figures = []
    for part in parts:
        with tempfile.TemporaryDirectory(prefix="zyra-load-") as folder:
            async for figure in part(Path(folder)):
                print(f"{figure}  [load {os.getloadavg()[0]:.1f}]", flush=True)
                figures.append(figure)
    return figures
