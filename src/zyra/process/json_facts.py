"""Facts of fields in the form that JSON answers of every command give them."""

import json
from collections.abc import Mapping
from datetime import datetime
from math import isfinite
from typing import Any

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
    return f"{time:%Y-%m-%dT%H:%M:%SZ}" if time else None


def json_text(facts: Mapping[str, Any]) -> str:
    """An object as the text of an answer, with a line for each of its parts."""
    return json.dumps(facts, ensure_ascii=False, allow_nan=False, indent=1) + "\n"
