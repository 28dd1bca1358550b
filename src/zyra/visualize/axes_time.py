"""Axes of time: ticks at whole minutes, hours, days, months or years, with the date below.

What changes from tick to tick stands beside it (`06:00`), what stays the same for several
below the first of them (`15 Jan 2011`).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count, takewhile

from zyra.visualize.axes import Axis, Tick, number_axis

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Ends of the times that a datetime holds, in seconds since 1970, with a year to spare.
EARLIEST, LATEST = -62_100_000_000.0, 253_370_000_000.0
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

MINUTE, HOUR, DAY = 60, 3600, 86400
# Each step is a whole part of the next greater unit, so that ticks stand at the same places
# of every day.
SECONDS = (1, 2, 5, 10, 15, 30)
MINUTES = (1, 2, 5, 10, 15, 30)
HOURS = (1, 2, 3, 6, 12)
DAYS_OF_MONTH = {1: 1, 2: 2, 5: 5, 10: 10, 15: 15}
MONTH_STEPS = (1, 2, 3, 6)
YEAR_STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
# Nearer to the end of a month than this share of a step, its first day is the better tick.
CROWDED = 0.7


@dataclass(frozen=True)
class Step:
    """Ticks at even times.

    Attributes:
        moments: All ticks from a time on, in order.
        text: What is written at each.
        context: What is written below the first one of which it is true.
    """

    moments: Callable[[datetime], Iterator[datetime]]
    text: Callable[[datetime], str]
    context: Callable[[datetime], str]


def time_axis(low: float, high: float, most: int) -> Axis:
    """An axis of time with at most `most` ticks.

    Args:
        low: Its lower end in seconds since 1970, UTC.
        high: Its upper end.
        most: Ticks that there is room for.
    """
    if low < EARLIEST or high > LATEST:
        return number_axis(low, high, most)
    start, end = _moment(low), _moment(high)
    for step in steps():
        found = list(_between(step, start, end, most + 1))
        if len(found) <= max(most, 2):
            break
    if len(found) < 2 and high - low < 2 * SECONDS[0]:
        return _parts_of_a_second(low, high, most)
    return Axis(low, high, _ticks(step, found))


def steps() -> Iterator[Step]:
    """Every step there is, the shortest first."""
    for second in SECONDS:
        yield Step(_evenly(second), lambda at: f"{at:%H:%M:%S}", _date)
    for minute in MINUTES:
        yield Step(_evenly(minute * MINUTE), lambda at: f"{at:%H:%M}", _date)
    for hour in HOURS:
        yield Step(_evenly(hour * HOUR), lambda at: f"{at:%H:%M}", _date)
    for day in DAYS_OF_MONTH:
        yield Step(_days(day), lambda at: str(at.day), _month_and_year)
    for month in MONTH_STEPS:
        yield Step(_months(month), lambda at: MONTHS[at.month - 1], lambda at: str(at.year))
    for year in YEAR_STEPS:
        yield Step(_months(12 * year), lambda at: str(at.year), lambda _: "")


def _ticks(step: Step, moments: Sequence[datetime]) -> list[Tick]:
    contexts = [step.context(at) for at in moments]
    before = ["", *contexts[:-1]]
    return [
        Tick((at - EPOCH).total_seconds(), step.text(at), "" if context == last else context)
        for at, context, last in zip(moments, contexts, before, strict=True)
    ]


def _between(step: Step, start: datetime, end: datetime, most: int) -> Iterator[datetime]:
    """The ticks of a step between two times, at most `most` of them."""
    later = (at for at in step.moments(start) if at >= start)
    return (at for at, _ in zip(takewhile(lambda at: at <= end, later), range(most), strict=False))


def _evenly(seconds: int) -> Callable[[datetime], Iterator[datetime]]:
    def moments(start: datetime) -> Iterator[datetime]:
        midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
        first = int((start - midnight).total_seconds()) // seconds
        return (midnight + timedelta(seconds=number * seconds) for number in count(first))

    return moments


def _days(step: int) -> Callable[[datetime], Iterator[datetime]]:
    """Every n-th day of each month from its first, but none just before the next first."""

    def moments(start: datetime) -> Iterator[datetime]:
        for first in _months(1)(start):
            following = _following(first, 1)
            day = first
            while day < following and (
                day == first or step == 1 or (following - day).days >= CROWDED * step
            ):
                yield day
                # From the first on to the fifth, tenth, ...: 1, 5, 10, 15.
                is_first = day.day == 1 and step >= 5
                day = day.replace(day=step) if is_first else day + timedelta(days=step)

    return moments


def _months(step: int) -> Callable[[datetime], Iterator[datetime]]:
    def moments(start: datetime) -> Iterator[datetime]:
        number = (start.year * 12 + start.month - 1) // step * step
        # Year 0 is none; tick years are multiples of their step.
        return (
            datetime(each // 12, each % 12 + 1, 1, tzinfo=UTC)
            for each in takewhile(lambda each: each < 120000, count(number, step))
            if each >= 12
        )

    return moments


def _following(first: datetime, months: int) -> datetime:
    number = first.year * 12 + first.month - 1 + months
    return first.replace(year=number // 12, month=number % 12 + 1)


def _parts_of_a_second(low: float, high: float, most: int) -> Axis:
    """Ticks within a second or two: seconds with decimals, and the minute below the first."""
    whole = _moment(low).replace(second=0, microsecond=0)
    start = (whole - EPOCH).total_seconds()
    plain = number_axis(low - start, high - start, most)
    minute = f"{whole:%H:%M} {_date(whole)}"
    ticks = [
        Tick(tick.value + start, f"{tick.text} s", minute if number == 0 else "")
        for number, tick in enumerate(plain.ticks)
    ]
    return Axis(low, high, ticks)


def _moment(seconds: float) -> datetime:
    return EPOCH + timedelta(seconds=seconds)


def _date(at: datetime) -> str:
    return f"{at.day} {_month_and_year(at)}"


def _month_and_year(at: datetime) -> str:
    return f"{MONTHS[at.month - 1]} {at.year}"
