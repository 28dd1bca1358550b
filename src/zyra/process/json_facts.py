"""Facts of fields in the form that JSON answers of every command give them."""

import json
from datetime import datetime
from math import isfinite
from typing import Any

from zyra.core.errors import DataError
from zyra.core.times import iso_moment
from zyra.fields.field import Level


def level_facts(level: Level | None) -> dict[str, Any] | None:
    """A level as an object with kind, value, end, units and text; None if there is none."""
    if level is None:
        return None
    return {
        "kind": level.kind,
        "value": level.value,
        "end": level.end,
        "units": level.units or None,
        "text": str(level),
    }


def finite(number: float | None) -> float | None:
    """`number`, or None where JSON has no word for it (NaN, infinite)."""
    return number if number is not None and isfinite(number) else None


def iso_time(time: datetime | None) -> str | None:
    """A time such as `2011-01-15T12:00:00Z`."""
    return iso_moment(time) if time else None


def json_text(value: Any) -> str:
    """A value as the text of an answer, with a line for each of its parts.

    Raises:
        DataError: A number in it is beyond those that a JSON reader takes, such as 1e999.
    """
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, indent=2) + "\n"
    except ValueError as exc:
        raise DataError("a number is too large to be written as JSON") from exc
