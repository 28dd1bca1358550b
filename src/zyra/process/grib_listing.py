"""One line, or one JSON object, per field of a GRIB file."""

import json
from dataclasses import dataclass
from typing import Any

import numpy as np

from zyra.fields.field import Array
from zyra.fields.grib import Message
from zyra.process.json_facts import finite, iso_time, level_facts


@dataclass(frozen=True)
class Statistics:
    """Summary of the points of one field, as the file has them.

    Attributes:
        points: How many there are.
        missing: How many of them are missing.
        minimum, mean, maximum: Of the others; None where all are missing.
    """

    points: int
    missing: int
    minimum: float | None = None
    mean: float | None = None
    maximum: float | None = None


def summarize(values: Array) -> Statistics:
    """Statistics of `values`, any shape; NaN is missing. The mean is not weighted by area."""
    present = values[~np.isnan(values)]
    missing = int(values.size - present.size)
    if not present.size:
        return Statistics(int(values.size), missing)
    return Statistics(
        int(values.size),
        missing,
        float(present.min()),
        float(present.mean(dtype=np.float64)),
        float(present.max()),
    )


def text_line(message: Message, statistics: Statistics | None) -> str:
    """A field in one line for people, parts separated by ` | `."""
    grid = message.grid
    parts = [
        str(message.number),
        f"{message.variable} ({message.short_name})",
        message.long_name,
        message.units or "-",
        str(message.level) if message.level else "-",
        f"{grid.kind} {grid.rows}x{grid.columns} {grid.resolution}".rstrip(),
        grid.crs.label if grid.crs else "no coordinate system",
        _times(message),
        f"{message.packing} {message.bits} bits",
    ]
    if message.member is not None:
        parts.append(f"member {message.member}")
    if statistics is not None:
        parts.append(_statistics_text(statistics))
    return " | ".join(parts)


def wgrib2_line(message: Message, statistics: Statistics | None) -> str:
    """A field as `wgrib2 -s` writes it, statistics as `wgrib2 -s -stats` does."""
    if statistics is None:
        return message.line
    numbers = f"ndata={statistics.points}:undef={statistics.missing}"
    if statistics.mean is not None:
        numbers += (
            f":mean={statistics.mean:g}:min={statistics.minimum:g}:max={statistics.maximum:g}"
        )
    return f"{message.line}{numbers}"


def json_line(message: Message, statistics: Statistics | None) -> str:
    """A field as a JSON object on one line; numbers that are not finite become null."""
    return json.dumps(_facts(message, statistics), ensure_ascii=False, allow_nan=False)


def _facts(message: Message, statistics: Statistics | None) -> dict[str, Any]:
    place, grid = message.place, message.grid
    facts: dict[str, Any] = {
        "number": message.number,
        "message": place.ordinal,
        "offset": place.offset,
        "length": place.length,
        "edition": place.edition,
        "variable": message.variable,
        "short_name": message.short_name,
        "aliases": list(message.aliases),
        "name": message.long_name,
        "standard_name": message.standard_name or None,
        "units": message.units or None,
        "level": level_facts(message.level),
        "grid": {
            "type": grid.kind,
            "rows": grid.rows,
            "columns": grid.columns,
            "resolution": grid.resolution or None,
        },
        "crs": grid.crs and {"label": grid.crs.label, **grid.crs.to_cf()},
        "reference_time": iso_time(message.reference_time),
        "valid_time": iso_time(message.valid_time),
        "forecast_hour": message.forecast_hour,
        "period_hours": message.period_hours,
        "statistic": message.statistic or None,
        "member": message.member,
        "packing": message.packing,
        "bits": message.bits,
        "inventory": message.line,
    }
    if statistics is not None:
        facts["stats"] = {
            "min": finite(statistics.minimum),
            "mean": finite(statistics.mean),
            "max": finite(statistics.maximum),
            "missing": statistics.missing,
            "points": statistics.points,
        }
    return facts


def _times(message: Message) -> str:
    hours = "" if message.forecast_hour is None else f"+{message.forecast_hour:g} h"
    sums = f"{message.statistic} of {message.period_hours:g} h" if message.period_hours else ""
    times = (iso_time(message.reference_time), hours, sums, f"valid {iso_time(message.valid_time)}")
    return " ".join(part for part in times if part)


def _statistics_text(statistics: Statistics) -> str:
    missing = f"missing {statistics.missing} of {statistics.points}"
    if statistics.mean is None:
        return missing
    return (
        f"min {statistics.minimum:g} mean {statistics.mean:g} max {statistics.maximum:g} {missing}"
    )
