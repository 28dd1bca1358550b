"""The beat of a series of moments: how often one is due, and which are missing."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from zyra.core.errors import UsageError

MOST_EXPECTED = 1_000_000
_FEWEST = 3  # of two moments any distance is a period


def inferred_period(moments: Sequence[datetime]) -> int | None:
    """The period in whole seconds at which moments come, where they say so themselves.

    That is the most frequent distance between neighbours (the shortest of several), if all
    others are multiples of it: only gaps may disturb the beat. None for fewer than three
    moments, and for months and other uneven beats.

    Args:
        moments: In their order, each once.
    """
    if len(moments) < _FEWEST:
        return None
    steps = Counter(after - before for before, after in pairwise(moments))
    most = max(steps.values())
    period = min(step for step, times in steps.items() if times == most)
    if period.microseconds or any(step % period for step in steps):
        return None
    return int(period.total_seconds())


def expected_count(moments: Sequence[datetime], period_s: int) -> int:
    """How many moments are due from the first to the last, both included.

    Raises:
        UsageError: There are more than `MOST_EXPECTED`.
    """
    count = (moments[-1] - moments[0]) // timedelta(seconds=period_s) + 1
    if count > MOST_EXPECTED:
        raise UsageError(
            f"a frame each {period_s} s from {moments[0]:%Y-%m-%d} to {moments[-1]:%Y-%m-%d} makes"
            f" {count} frames, more than {MOST_EXPECTED}",
            hint="give a longer --period-seconds, or a --pattern that takes fewer files",
        )
    return count


def missing_moments(moments: Sequence[datetime], period_s: int) -> list[datetime]:
    """The moments that are due and not there.

    Args:
        moments: In their order, each once; not empty.
        period_s: From one to the next, in seconds, counted from the first.

    Raises:
        UsageError: More than `MOST_EXPECTED` are due.
    """
    there = set(moments)
    step = timedelta(seconds=period_s)
    due = (moments[0] + number * step for number in range(expected_count(moments, period_s)))
    return [moment for moment in due if moment not in there]


def off_beat(moments: Sequence[datetime], period_s: int) -> list[datetime]:
    """The moments that are there and not due."""
    step = timedelta(seconds=period_s)
    return [moment for moment in moments if (moment - moments[0]) % step]
