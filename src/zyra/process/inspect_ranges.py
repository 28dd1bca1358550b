"""Many levels, times and numbers in few words: `1000..100 hPa (27)`, `+0..120 h every 3 h`."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

from zyra.core.times import iso_moment
from zyra.fields.field import Level
from zyra.fields.inventory import VariableInventory

# Up to so many are listed one by one.
_FEW = 3
_MOST_KINDS = 6


def count_text(number: int, noun: str) -> str:
    """Such as `1 field` or `307 fields`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def numbers_text(numbers: Sequence[float]) -> str:
    """Such as `1, 7`, `0..120 every 3 (41)` or `1000..10 (26)`."""
    return _spaced(numbers, "")


def _spaced(numbers: Sequence[float], unit: str) -> str:
    if len(numbers) <= _FEW:
        return ", ".join(f"{number:.9g}" for number in numbers) + unit
    step = _step(numbers)
    every = "" if step is None or (step == 1 and not unit) else f" every {abs(step):g}{unit}"
    return f"{numbers[0]:.9g}..{numbers[-1]:.9g}{unit}{every} ({len(numbers)})"


def levels_text(levels: Sequence[Level]) -> str:
    """Such as `1000..10 hPa (26); 2 m above ground; surface`."""
    kinds: dict[tuple[str, str, bool], list[Level]] = {}
    for level in levels:
        kinds.setdefault((level.kind, level.units, level.end is None), []).append(level)
    texts = [_one_kind(group) for group in kinds.values()]
    if len(texts) > _MOST_KINDS:
        texts[_MOST_KINDS - 1 :] = [f"and {len(texts) - _MOST_KINDS + 1} more kinds of level"]
    return "; ".join(texts)


def _one_kind(levels: Sequence[Level]) -> str:
    first, last = levels[0], levels[-1]
    if len(levels) == 1 or first.value is None:
        return str(first)
    if first.end is not None:
        few = ", ".join(map(str, levels))
        return few if len(levels) <= _FEW else f"{first} .. {last} ({len(levels)})"
    values = [level.value for level in levels if level.value is not None]
    if len(values) <= _FEW:
        shown, count = ", ".join(f"{value:g}" for value in values), ""
    else:
        shown, count = f"{values[0]:g}..{values[-1]:g}", f"({len(values)})"
    return " ".join(part for part in (shown, first.units, first.place, count) if part)


def times_text(variable: VariableInventory) -> str:
    """When the fields hold: `2011-01-10T12Z +0..120 h every 3 h (41)`, or valid times alone."""
    references, hours = variable.reference_times, variable.forecast_hours
    if not references or set(hours) <= {0.0}:
        return moments_text(variable.valid_times)
    runs = moments_text(references)
    return f"{runs} +{_spaced(hours, ' h')}" if hours else runs


def moments_text(times: Sequence[datetime]) -> str:
    """Such as `2020-01-01T00Z..2020-01-31T18Z every 6 h (124)`."""
    if len(times) <= _FEW:
        return ", ".join(map(_moment, times))
    hours = [(time - times[0]).total_seconds() / 3600 for time in times]
    step = _step(hours)
    every = "" if step is None else f" every {step:g} h"
    return f"{_moment(times[0])}..{_moment(times[-1])}{every} ({len(times)})"


def _moment(time: datetime) -> str:
    if time.second:
        return iso_moment(time)
    return f"{time:%Y-%m-%dT%H:%MZ}" if time.minute else f"{time:%Y-%m-%dT%HZ}"


def _step(numbers: Sequence[float]) -> float | None:
    """The step of evenly spaced numbers; None where they are not."""
    steps = [after - before for before, after in pairwise(numbers)]
    is_even = bool(steps) and max(steps) - min(steps) <= 1e-6 * abs(steps[0])
    return steps[0] if is_even else None
