"""Moments and periods as people write them; everything is UTC unless it says otherwise."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from zyra.core.errors import UsageError

_ISO_PERIOD = re.compile(
    r"P(?=.)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?"
    r"(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?"
)
_SHORT_PERIOD = re.compile(r"(\d+)\s*([a-z]+)")
_SHORT_UNITS = {
    **dict.fromkeys(("s", "sec", "second", "seconds"), timedelta(seconds=1)),
    **dict.fromkeys(("m", "min", "minute", "minutes"), timedelta(minutes=1)),
    **dict.fromkeys(("h", "hour", "hours"), timedelta(hours=1)),
    **dict.fromkeys(("d", "day", "days"), timedelta(days=1)),
    **dict.fromkeys(("w", "week", "weeks"), timedelta(weeks=1)),
}


@dataclass(frozen=True)
class Period:
    """A length of time; months differ in length, so they are kept apart."""

    months: int
    span: timedelta

    def before(self, moment: datetime) -> datetime:
        """The moment this long before `moment`; a day that a month lacks becomes its last.

        Raises:
            UsageError: That is before the year 1.
        """
        year, month = divmod(moment.year * 12 + moment.month - 1 - self.months, 12)
        try:
            day = min(moment.day, monthrange(year, month + 1)[1])
            return moment.replace(year=year, month=month + 1, day=day) - self.span
        except (ValueError, OverflowError) as exc:
            raise UsageError(f"the period reaches too far before {moment:%Y-%m-%d}") from exc


def iso_moment(moment: datetime) -> str:
    """A moment of UTC to the second, such as `2011-01-15T12:00:00Z`."""
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def parse_time(text: str, *, last_of_day: bool = False) -> datetime:
    """The moment that an ISO 8601 date or date and time names.

    Args:
        text: Such as 2024-08-01, 20240801, 2024-08-01T06:00Z or 2024-08-01 06:00+02:00.
        last_of_day: A date without a time means its last moment instead of its first.

    Raises:
        UsageError: It is none.
    """
    try:
        moment = datetime.fromisoformat(text.strip())
        if moment.tzinfo is not None:
            moment = moment.astimezone(UTC)
    except (ValueError, OverflowError) as exc:  # beyond the years 1 to 9999 once in UTC
        raise UsageError(
            f"{text!r} is not a date or time", hint="write it like 2024-08-01 or 2024-08-01T06:00"
        ) from exc
    if last_of_day and len(text.strip()) <= len("2024-08-01"):
        moment = datetime.combine(moment, time.max)
    return moment.replace(tzinfo=UTC)


def parse_period(text: str) -> Period:
    """The length of time that `text` names.

    Args:
        text: ISO 8601 such as P7D, P1Y, P6M, PT24H; or 7d, 24h, 30 min, 2 weeks.

    Raises:
        UsageError: It is none, or nothing long.
    """
    period = _iso_period(text.strip().upper()) or _short_period(text.strip().lower())
    if period is None or period == Period(0, timedelta()):
        raise UsageError(f"{text!r} is not a period", hint="write it like P7D, PT24H, 7d or 24h")
    return period


def _iso_period(text: str) -> Period | None:
    found = _ISO_PERIOD.fullmatch(text)
    if found is None:
        return None
    years, months, weeks, days, hours, minutes, seconds = (
        int(part or 0) for part in found.groups()
    )
    return _period(
        text,
        years * 12 + months,
        {"weeks": weeks, "days": days, "hours": hours, "minutes": minutes, "seconds": seconds},
    )


def _period(text: str, months: int, parts: dict[str, int]) -> Period:
    try:
        return Period(months, timedelta(**parts))
    except OverflowError as exc:
        raise UsageError(f"{text!r} is too long a period") from exc


def _short_period(text: str) -> Period | None:
    found = _SHORT_PERIOD.fullmatch(text)
    if found is None:
        return None
    count, unit = int(found[1]), found[2]
    if unit in _SHORT_UNITS:
        seconds = int(_SHORT_UNITS[unit].total_seconds()) * count
        return _period(text, 0, {"seconds": seconds})
    months = {"month": 1, "months": 1, "y": 12, "year": 12, "years": 12}.get(unit)
    return None if months is None else Period(months * count, timedelta())
