"""Axes of charts: from where to where they reach, and what is written at their ticks."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from zyra.visualize.text import nice_ticks, written_numbers

# Share of the range that is left free at both ends.
MARGIN = 0.04


@dataclass(frozen=True)
class Tick:
    """One tick.

    Attributes:
        value: Where it is.
        text: What is written there.
        context: What holds for it and those after it, such as the day of an hour; or empty.
    """

    value: float
    text: str
    context: str = ""


@dataclass(frozen=True)
class Axis:
    """From where to where an axis reaches, low < high, and its ticks within.

    Attributes:
        low, high: Its ends.
        ticks: In ascending order.
        exponent: Power of ten that the texts were divided by.
    """

    low: float
    high: float
    ticks: Sequence[Tick]
    exponent: int = 0

    def shares(self, values: np.typing.NDArray[np.float64]) -> np.typing.NDArray[np.float64]:
        """Where values lie on it, 0 at its low end and 1 at its high end; same shape."""
        return (values - self.low) / (self.high - self.low)


def padded(low: float, high: float) -> tuple[float, float]:
    """A range with a margin at both ends; a single value gets some room around it."""
    if low == high:
        room = max(abs(low) * 0.01, 0.5)
        return low - room, high + room
    margin = (high - low) * MARGIN
    return low - margin, high + margin


def number_axis(low: float, high: float, most: int) -> Axis:
    """An axis of numbers with at most `most` ticks at round values."""
    values = nice_ticks(low, high, max(most, 2))
    texts, exponent = written_numbers(values)
    ticks = [Tick(value, text) for value, text in zip(values, texts, strict=True)]
    return Axis(low, high, ticks, exponent)
