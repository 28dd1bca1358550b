"""Count in memory: two dictionaries, so that counting costs a microsecond and no lock.

Of one process and its event loop. `sharing` brings the counts together with those of others.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping

from zyra.telemetry.metric import Metric

# Name of the metric, values of its labels; of a histogram then the bucket's bound, or `SUM`.
Series = tuple[str, ...]
Values = Mapping[Series, float]

SUM = "sum"


class Tally:
    """What this process has counted and not yet handed on, and what is so now."""

    def __init__(self) -> None:
        self._counts: defaultdict[Series, float] = defaultdict(float)
        self._levels: defaultdict[Series, float] = defaultdict(float)

    def add(self, metric: Metric, *labels: str, amount: float = 1.0) -> None:
        """Count something."""
        self._counts[(metric.name, *labels)] += amount

    def observe(self, metric: Metric, value: float, *labels: str) -> None:
        """Count a value of a histogram."""
        bound = metric.bounds[bisect_left(metric.buckets, value)]
        self._counts[(metric.name, *labels, bound)] += 1.0
        self._counts[(metric.name, *labels, SUM)] += value

    def move(self, metric: Metric, change: int, *labels: str) -> None:
        """Raise or lower what is so now."""
        self._levels[(metric.name, *labels)] += change

    @property
    def pending(self) -> Values:
        """What was counted since the last time that it was taken."""
        return dict(self._counts)

    def take(self) -> Values:
        """What was counted since the last time."""
        taken, self._counts = self._counts, defaultdict(float)
        return taken

    def give_back(self, counts: Values) -> None:
        """Take back what could not be handed on."""
        for series, value in counts.items():
            self._counts[series] += value

    @property
    def levels(self) -> Values:
        """What is so now."""
        return dict(self._levels)
