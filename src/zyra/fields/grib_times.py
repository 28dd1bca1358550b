"""When a GRIB field holds: reference time, valid time, and the interval it sums up."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from zyra.core.errors import DataError
from zyra.fields.grib_handle import GribHandle

# ecCodes writes steps as `6`, `30m` or `90s`: hours unless a unit follows.
_STEP = re.compile(r"(-?\d+)([smhD]?)")
_HOURS = {"s": 1 / 3600, "m": 1 / 60, "h": 1.0, "": 1.0, "D": 24.0}

# ecCodes' stepType in the words of CF, appendix E (cell methods).
_STATISTICS = {
    "instant": "",
    "avg": "mean",
    "avgd": "mean",
    "accum": "sum",
    "max": "maximum",
    "min": "minimum",
    "rms": "root_mean_square",
    "sd": "standard_deviation",
    "diff": "difference",
}


@dataclass(frozen=True)
class GribTimes:
    """Times of one field; all UTC and aware.

    Attributes:
        reference_time: When the model run started.
        valid_time: When the field holds; the end of an interval.
        start_hour, end_hour: Of the interval, after the reference time; equal if instant.
            None where the step is in a unit without a fixed length (months).
        statistic: How the interval is summed up, in CF's words; empty if instant.
    """

    reference_time: datetime
    valid_time: datetime
    start_hour: float | None
    end_hour: float | None
    statistic: str

    @property
    def forecast_hour(self) -> float:
        """Hours from reference to valid time."""
        return (self.valid_time - self.reference_time).total_seconds() / 3600

    @property
    def period_hours(self) -> float | None:
        """Length of the interval, or None for an instant."""
        if not self.statistic or self.start_hour is None or self.end_hour is None:
            return None
        return self.end_hour - self.start_hour


def read_times(handle: GribHandle, where: str) -> GribTimes:
    """Times of an open message.

    Raises:
        DataError: They are no dates of the calendar.
    """
    second = handle.integer("second") or 0
    step_type = handle.text("stepType")
    return GribTimes(
        reference_time=_time(handle, "data", second, where),
        valid_time=_time(handle, "validity", second, where),
        start_hour=_hours(handle.text("startStep")),
        end_hour=_hours(handle.text("endStep")),
        statistic=_STATISTICS.get(step_type, step_type),
    )


def _time(handle: GribHandle, kind: str, second: int, where: str) -> datetime:
    date, clock = handle.needed_integer(f"{kind}Date"), handle.needed_integer(f"{kind}Time")
    try:
        return datetime(
            date // 10000,
            date // 100 % 100,
            date % 100,
            clock // 100,
            clock % 100,
            second,
            tzinfo=UTC,
        )
    except ValueError as exc:
        raise DataError(f"{where} has the {kind} time {date:08d} {clock:04d}: {exc}") from exc


def _hours(step: str) -> float | None:
    parts = _STEP.fullmatch(step)
    return int(parts[1]) * _HOURS[parts[2]] if parts else None
