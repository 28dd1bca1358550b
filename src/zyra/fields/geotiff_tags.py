"""What is known of a field, as the text tags of a GeoTIFF band, and back."""

from collections.abc import Mapping
from datetime import datetime

from zyra.fields.field import FieldInfo, Level


def band_name(info: FieldInfo) -> str:
    """Description of a band: `t 500 hPa 2011-01-15T12:00Z member 1`."""
    parts = (
        info.variable,
        str(info.level or ""),
        f"{info.valid_time:%Y-%m-%dT%H:%MZ}" if info.valid_time else "",
        f"member {info.member}" if info.member is not None else "",
        *(f"{dimension} {value:g}" for dimension, value in info.dimensions.items()),
    )
    return " ".join(part for part in parts if part)


def band_tags(info: FieldInfo) -> dict[str, str]:
    """Tags of a band; empty ones are left out."""
    level = info.level or Level("")
    tags = {
        "variable": info.variable,
        "short_name": info.short_name,
        "long_name": info.long_name,
        "standard_name": info.standard_name,
        "units": info.units,
        "level_type": level.kind,
        "level_value": _text(level.value),
        "level_end": _text(level.end),
        "level_units": level.units,
        "reference_time": info.reference_time.isoformat() if info.reference_time else "",
        "valid_time": info.valid_time.isoformat() if info.valid_time else "",
        "forecast_hour": _text(info.forecast_hour),
        "period_hours": _text(info.period_hours),
        "statistic": info.statistic,
        "member": _text(info.member),
    }
    return {name: text for name, text in tags.items() if text}


def info_from_tags(tags: Mapping[str, str], number: int, description: str, units: str) -> FieldInfo:
    """What tags say of band `number`; bands of other makers are called `band_1`, `band_2`, ...

    Tags that `band_tags` did not write are taken where they mean the same, and ignored where
    they cannot be read.
    """
    kind = tags.get("level_type")
    value, end = _number(tags.get("level_value")), _number(tags.get("level_end"))
    member = _number(tags.get("member"))
    return FieldInfo(
        variable=tags.get("variable") or f"band_{number}",
        short_name=tags.get("short_name", ""),
        long_name=tags.get("long_name") or description,
        standard_name=tags.get("standard_name", ""),
        units=tags.get("units") or units,
        level=Level(kind, value, tags.get("level_units", ""), end) if kind else None,
        reference_time=_time(tags.get("reference_time")),
        valid_time=_time(tags.get("valid_time")),
        forecast_hour=_number(tags.get("forecast_hour")),
        period_hours=_number(tags.get("period_hours")),
        statistic=tags.get("statistic", ""),
        member=None if member is None else int(member),
        number=number,
    )


def _text(number: float | None) -> str:
    return "" if number is None else repr(number)


def _number(text: str | None) -> float | None:
    try:
        return None if text is None else float(text)
    except ValueError:
        return None


def _time(text: str | None) -> datetime | None:
    try:
        time = None if text is None else datetime.fromisoformat(text)
    except ValueError:
        return None
    return time if time is None or time.tzinfo else None
