"""Time two things in turns, so that whatever else the machine does slows both alike."""

import gc
import statistics
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field

Work = Callable[[], object]


@dataclass(frozen=True)
class Case:
    """What is timed, what it is measured against, and what was promised.

    Attributes:
        name: What `ours` does, in a few words.
        ours: The work of Zyra.
        reference: The work it is compared with, done in the same run.
        against: What `reference` does, in a few words.
        at_most: Largest allowed ratio of ours to the reference; None promises nothing.
        at_most_above_ms: Largest allowed difference to the reference, in milliseconds.
        rounds: How often both are done.
    """

    name: str
    ours: Work
    reference: Work
    against: str
    at_most: float | None = None
    at_most_above_ms: float | None = None
    rounds: int = 15


@dataclass(frozen=True)
class Result:
    """Times of a case in milliseconds, one of each kind per round."""

    case: Case
    ours: list[float] = field(default_factory=list)
    reference: list[float] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        """Median of the ratios of the rounds."""
        return statistics.median(a / b for a, b in zip(self.ours, self.reference, strict=True))

    @property
    def above_ms(self) -> float:
        """Median of the differences of the rounds."""
        return statistics.median(a - b for a, b in zip(self.ours, self.reference, strict=True))

    @property
    def holds(self) -> bool:
        """Whether every promise of the case is kept."""
        case = self.case
        return (case.at_most is None or self.ratio <= case.at_most) and (
            case.at_most_above_ms is None or self.above_ms <= case.at_most_above_ms
        )


def measure(case: Case, rounds: int | None = None) -> Result:
    """Do both works once unmeasured, then in turns, `rounds` times each."""
    result = Result(case)
    case.ours()
    case.reference()
    for _ in range(rounds or case.rounds):
        result.reference.append(milliseconds(case.reference))
        result.ours.append(milliseconds(case.ours))
    return result


def milliseconds(work: Work) -> float:
    """How long `work` takes, without a collection of garbage that others left."""
    gc.collect()
    gc.disable()
    try:
        start = time.perf_counter_ns()
        work()
        return (time.perf_counter_ns() - start) / 1e6
    finally:
        gc.enable()


def process(*command: str) -> Work:
    """The work of running `command` to its end; its output is thrown away.

    Raises:
        subprocess.CalledProcessError: When run, the command failed.
    """
    return lambda: subprocess.run(command, check=True, capture_output=True)
