"""The fields of a remote GRIB file as its index tells them, without a byte of the file.

An index has the abbreviation, level and forecast of each field in words, such as
`4:142623:d=2023082318:TMP:2 m above ground:1 hour fcst:`, but no units and long names.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from zyra.core.errors import DataError
from zyra.fields.field import FieldInfo, Level
from zyra.fields.grib_idx import IndexEntry

# How wgrib2 words the kinds of level that have a value, and ecCodes' names for them.
_KINDS = {
    "": "isobaricInhPa",
    "above ground": "heightAboveGround",
    "above mean sea level": "heightAboveSea",
    "below ground": "depthBelowLand",
    "below sea level": "depthBelowSea",
}
_POSITION = re.compile(
    r"(?P<value>-?[\d.]+)(?:-(?P<end>-?[\d.]+))? (?P<units>mb|m)(?: (?P<place>above .*|below .*))?"
)
_HOURS = {"min": 1 / 60, "hour": 1.0, "day": 24.0}
_FORECAST = re.compile(r"(?:(?P<start>\d+)-)?(?P<end>\d+) (?P<unit>min|hour|day) (?P<what>.*)")
_STATISTICS = {"ave": "mean", "acc": "sum", "max": "maximum", "min": "minimum"}
_MEMBER = re.compile(r"ENS=[+-]?(\d+)")


def fields_of_index(entries: Sequence[IndexEntry]) -> list[FieldInfo]:
    """What the lines say of the fields; kinds of level without a value keep wgrib2's words.

    Raises:
        DataError: A line has no time.
    """
    return [_field(entry) for entry in entries]


def _field(entry: IndexEntry) -> FieldInfo:
    parts = entry.line.split(":")
    if len(parts) < 6:
        raise DataError(f"the index line {entry.line[:80]!r} has no level and forecast")
    reference = _reference_time(parts[2], entry.line)
    start, end, statistic = _forecast(parts[5])
    member = _MEMBER.search(entry.line)
    return FieldInfo(
        variable=entry.variable,
        level=_level(parts[4]),
        reference_time=reference,
        valid_time=None if end is None else reference + timedelta(hours=end),
        forecast_hour=end,
        period_hours=None if start is None or end is None else end - start,
        statistic=statistic,
        member=int(member[1]) if member else None,
        number=entry.number,
        line=entry.line,
    )


def _reference_time(text: str, line: str) -> datetime:
    digits = text.removeprefix("d=").ljust(14, "0")
    try:
        return datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError as exc:
        raise DataError(f"the index line {line[:80]!r} has no time") from exc


def _level(words: str) -> Level:
    parts = _POSITION.fullmatch(words)
    kind = _KINDS.get((parts["place"] or "") if parts else words)
    if parts is None or kind is None:
        return Level(words)
    units = "hPa" if parts["units"] == "mb" else parts["units"]
    ends = [float(part) for part in (parts["value"], parts["end"]) if part is not None]
    if len(ends) == 1:
        return Level(kind, ends[0], units)
    if units == "hPa" and parts["place"]:
        return Level("pressureFromGroundLayer", ends[0], units, ends[1])
    return Level(f"{kind}Layer" if parts["place"] else "isobaricLayer", ends[0], units, ends[1])


def _forecast(words: str) -> tuple[float | None, float | None, str]:
    """Start and end in hours after the reference time, and how the values sum them up."""
    if words == "anl":
        return None, 0.0, ""
    parts = _FORECAST.match(words)
    if parts is None:
        return None, None, ""
    scale = _HOURS[parts["unit"]]
    start = None if parts["start"] is None else int(parts["start"]) * scale
    statistic = _STATISTICS.get(parts["what"].partition(" ")[0], "")
    return start, int(parts["end"]) * scale, statistic
