"""Times and durations as CF writes them: numbers in a unit, since an epoch, in a calendar."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import cftime
import numpy as np
from numpy.typing import NDArray

from zyra.core.errors import DataError

TIME_UNITS = "seconds since 1970-01-01 00:00:00"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_HOURS: Mapping[str, float] = {
    "second": 1 / 3600,
    "sec": 1 / 3600,
    "s": 1 / 3600,
    "minute": 1 / 60,
    "min": 1 / 60,
    "hour": 1.0,
    "hr": 1.0,
    "h": 1.0,
    "day": 24.0,
    "d": 24.0,
}


def is_time_units(units: str) -> bool:
    """Whether `units` counts from an epoch, as in `hours since 1900-01-01`."""
    return " since " in units


def decode_times(
    numbers: NDArray[np.float64], units: str, calendar: str = "standard"
) -> NDArray[np.object_]:
    """Dates of numbers in a CF time unit.

    Dates of a model's own calendar (`noleap`, `360_day`, ...) keep their label: 1 March
    there is 1 March here.

    Args:
        numbers: Any shape; NaN where missing.
        units: Such as `hours since 1900-01-01 00:00`.
        calendar: CF name of the calendar.

    Returns:
        Aware UTC datetimes, same shape; None where missing.

    Raises:
        DataError: The unit or calendar is not understood, or a date does not exist in the
            Gregorian calendar (30 February of `360_day`).
    """
    present = np.isfinite(numbers)
    dates = np.full(numbers.shape, None, dtype=np.object_)
    try:
        decoded = cftime.num2date(numbers[present], units, calendar)
        dates[present] = [_gregorian(date) for date in decoded]
    except (ValueError, OverflowError, TypeError) as exc:
        raise DataError(
            f"cannot read times in {units!r} of calendar {calendar!r}: {exc}",
            hint="write the times with the standard calendar",
        ) from exc
    return dates


def encode_time(time: datetime) -> float:
    """Seconds since 1970, the number of `time` in `TIME_UNITS`."""
    return (time - EPOCH).total_seconds()


def decode_hours(numbers: NDArray[np.float64], units: str) -> NDArray[np.float64]:
    """Hours of durations in `units`, such as a forecast period.

    Raises:
        DataError: The unit is not one of seconds, minutes, hours, days.
    """
    name = units.strip().lower()
    factor = _HOURS.get(name) or _HOURS.get(name.removesuffix("s"))
    if factor is None:
        raise DataError(f"a duration in {units!r} is not understood")
    return numbers * factor


def _gregorian(date: Any) -> datetime:
    return datetime(
        date.year,
        date.month,
        date.day,
        date.hour,
        date.minute,
        date.second,
        date.microsecond,
        tzinfo=UTC,
    )
