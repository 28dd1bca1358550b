"""Choose the values that contour lines are drawn at."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from zyra.core.errors import UsageError
from zyra.visualize.scale import FIELD_LEVELS, Scale
from zyra.visualize.text import nice_ticks

# As the published command draws.
USUAL_COUNT = 10
# Bands take one colour each of the picture's palette, two are for what lies beyond.
MOST_LEVELS = FIELD_LEVELS - 2
HINT = "give a count such as 12, or values in ascending order such as 0,5,10"

Given = int | str | Sequence[float] | None


@dataclass(frozen=True)
class Levels:
    """Values that lines are drawn at.

    Attributes:
        values: Ascending.
        is_listed: They were given one by one, so that what lies beyond is left out.
    """

    values: tuple[float, ...]
    is_listed: bool


@dataclass(frozen=True)
class LevelChoice:
    """How levels are chosen.

    Attributes:
        count: About how many bands, where nothing else is given.
        listed: The values, or None.
        interval: From one to the next, or None; one of them is 0.
    """

    count: int = USUAL_COUNT
    listed: tuple[float, ...] | None = None
    interval: float | None = None

    def levels(self, scale: Scale) -> Levels:
        """The levels for values that `scale` covers.

        Raises:
            UsageError: There would be too many.
        """
        if self.listed is not None:
            return Levels(self.listed, is_listed=True)
        bounds, top = scale.palette.bounds, scale.palette.top
        if bounds is not None and self.interval is None:
            return Levels((*bounds, *(() if top is None else (top,))), is_listed=False)
        step = self.interval or _step(scale.low, scale.high, self.count)
        # Ends that are steps but for rounding are not to get another one beyond them.
        first = math.floor(scale.low / step + 1e-6)
        last = max(math.ceil(scale.high / step - 1e-6), first + 1)
        _check_number(last - first + 1)
        return Levels(_multiples(step, first, last), is_listed=False)


def level_choice(given: Given, interval: float | None) -> LevelChoice:
    """The choice that the arguments of a command mean.

    Args:
        given: A count, or values, as numbers or as text with commas; None for neither.
        interval: From one level to the next, or None.

    Raises:
        UsageError: They are no numbers, do not ascend, or are too many.
    """
    numbers = _numbers(given)
    if isinstance(given, int) or (len(numbers) == 1 and "," not in str(given)):
        return LevelChoice(_count(numbers[0]))
    if given is None:
        return LevelChoice(interval=interval)
    if any(low >= high for low, high in pairwise(numbers)):
        raise UsageError(f"the levels {_text(numbers)} do not ascend", hint=HINT)
    _check_number(len(numbers))
    return LevelChoice(listed=tuple(numbers))


def _numbers(given: Given) -> list[float]:
    if given is None:
        return []
    if isinstance(given, int):
        return [float(given)]
    parts = given.replace(",", " ").split() if isinstance(given, str) else given
    try:
        numbers = [float(part) for part in parts]
    except ValueError as exc:
        raise UsageError(f"the levels cannot be {given!r}", hint=HINT) from exc
    if not numbers or not np.isfinite(numbers).all():
        raise UsageError(f"the levels cannot be {given!r}", hint=HINT)
    return numbers


def _count(number: float) -> int:
    if number != int(number) or number < 1:
        raise UsageError(
            f"{number:g} levels cannot be drawn",
            hint=f"{HINT}; one level alone is written with a comma: {number:g},",
        )
    _check_number(int(number))
    return int(number)


def _check_number(number: int) -> None:
    if number > MOST_LEVELS:
        raise UsageError(
            f"{number} levels are too many: at most {MOST_LEVELS} can be told apart",
            hint="give fewer, or a longer interval",
        )


def _step(low: float, high: float, count: int) -> float:
    """A round step of which about `count` go from `low` to `high`."""
    ticks = nice_ticks(low, high, count + 1)
    return ticks[1] - ticks[0] if len(ticks) > 1 else high - low


def _multiples(step: float, first: int, last: int) -> tuple[float, ...]:
    # Twelve digits: 3 * 0.1 is not to be written 0.30000000000000004.
    return tuple(float(f"{number * step:.12g}") for number in range(first, last + 1))


def _text(numbers: Sequence[float]) -> str:
    return ", ".join(f"{number:g}" for number in numbers)
