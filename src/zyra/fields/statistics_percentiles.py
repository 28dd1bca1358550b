"""Exact percentiles of any number of float32 arrays in constant memory.

A float32 has 32 bits, which sort like the numbers once the negative ones are turned round. The
first pass over the values counts their upper 16 bits, the second one the lower 16 bits of those
that share their upper ones with a value that is looked for. No value is kept, none is rounded.
"""

from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from zyra.fields.field import Array

Keys = NDArray[np.uint32]

_HALF_BITS = 16
_HALVES = 1 << _HALF_BITS
_SIGN = np.uint32(1 << 31)


def percentiles_of(
    percentages: Sequence[float], arrays: Callable[[], Iterable[Array]]
) -> list[float]:
    """Percentiles of all values of `arrays` together, linear between the nearest two.

    Args:
        percentages: Each from 0 to 100.
        arrays: Gives the same arrays each time it is called, any shapes; NaN is left out.

    Returns:
        One for each percentage; NaN if there is no value.

    Source: the inverse of the empirical distribution, type 7 of Hyndman and Fan (1996), which
    is numpy's default.
    """
    counts = np.zeros(_HALVES, np.int64)
    for keys in map(_keys, arrays()):
        counts += np.bincount(keys >> _HALF_BITS, minlength=_HALVES)
    total = int(counts.sum())
    if not total:
        return [float("nan")] * len(percentages)
    places = [percentage / 100.0 * (total - 1) for percentage in percentages]
    ranks = sorted({rank for place in places for rank in (int(place), -int(-place // 1))})
    ranked = _values_at(ranks, counts, arrays)
    return [
        _between(ranked[int(place)], ranked[-int(-place // 1)], place % 1.0) for place in places
    ]


def _values_at(
    ranks: Sequence[int], counts: NDArray[np.int64], arrays: Callable[[], Iterable[Array]]
) -> dict[int, float]:
    """The values at places counted from 0 in ascending order."""
    ends = np.cumsum(counts)
    upper = {rank: int(np.searchsorted(ends, rank, side="right")) for rank in ranks}
    fine = {half: np.zeros(_HALVES, np.int64) for half in set(upper.values())}
    for keys in map(_keys, arrays()):
        halves = keys >> _HALF_BITS
        for half in fine:
            lower = keys[halves == half] & (_HALVES - 1)
            fine[half] += np.bincount(lower, minlength=_HALVES)
    values = {}
    for rank, half in upper.items():
        before = int(ends[half] - counts[half])
        low = int(np.searchsorted(np.cumsum(fine[half]), rank - before, side="right"))
        values[rank] = _value((half << _HALF_BITS) | low)
    return values


def _keys(values: Array) -> Keys:
    """Unsigned numbers that sort as the values that are present do."""
    present = np.ascontiguousarray(values[~np.isnan(values)], np.float32)
    bits = present.view(np.uint32)
    return np.where(bits & _SIGN, ~bits, bits | _SIGN)


def _value(key: int) -> float:
    bits = np.uint32(key)
    original = bits & ~_SIGN if bits & _SIGN else ~bits
    return float(np.array(original, np.uint32).view(np.float32))


def _between(low: float, high: float, share: float) -> float:
    # Two equal infinities have no difference.
    return low if share == 0.0 or low == high else low + (high - low) * share
