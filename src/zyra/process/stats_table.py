"""A table of statistics as text for people, as JSON and as CSV."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from io import StringIO
from typing import Any

from zyra.core.urls import masked
from zyra.fields.crop import Box
from zyra.fields.field import FieldInfo
from zyra.fields.statistics import Moments
from zyra.process.json_facts import finite, iso_time, json_text, level_facts


@dataclass(frozen=True)
class Row:
    """What one line sums up.

    Attributes:
        infos: The fields, at least one, all of one variable.
        moments: Of all their values.
        percentiles: In the order of the table's percentages.
    """

    infos: Sequence[FieldInfo]
    moments: Moments
    percentiles: Sequence[float]


@dataclass(frozen=True)
class Table:
    """The result of one run.

    Attributes:
        source: As it was given.
        form: Its format.
        by: What one row sums up.
        box: Part of the Earth that was looked at, or None.
        percentages: Of the percentiles.
        rows: At least one.
    """

    source: str
    form: str
    by: str
    box: Box | None
    percentages: tuple[float, ...]
    rows: Sequence[Row]


def json_table(table: Table) -> str:
    """The table as one JSON object; numbers that are not finite become null."""
    box = table.box
    facts = {
        "source": masked(table.source),
        "format": table.form,
        "by": table.by,
        "bbox": box and [box.west, box.south, box.east, box.north],
        "rows": [_row_facts(row, table.percentages) for row in table.rows],
    }
    return json_text(facts)


def csv_table(table: Table) -> str:
    """The table as CSV with a line of names; what is not there is empty (RFC 4180)."""
    target = StringIO()
    names = [f"p{percentage:g}" for percentage in table.percentages]
    writer = None
    for row in table.rows:
        facts = _row_facts(row, table.percentages)
        percentiles = facts.pop("percentiles").values()
        facts["level"] = _shared(row.infos, _level_text)
        facts["dimensions"] = " ".join(f"{key}={value:g}" for key, value in _dimensions(row))
        facts |= dict(zip(names, percentiles, strict=True))
        if writer is None:
            writer = csv.DictWriter(target, list(facts))
            writer.writeheader()
        writer.writerow(facts)
    return target.getvalue()


def text_table(table: Table) -> str:
    """The table in aligned columns: what it is, then the numbers with six digits."""
    names = ["count", "missing", "min", "mean", "area_mean", "max", "std"]
    names += [f"p{percentage:g}" for percentage in table.percentages]
    lines = [["field", *names], *(_cells(row) for row in table.rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    shown = (
        "  ".join([line[0].ljust(widths[0]), *map(str.rjust, line[1:], widths[1:])])
        for line in lines
    )
    return "\n".join(shown) + "\n"


def _cells(row: Row) -> list[str]:
    found = row.moments
    numbers = (found.minimum, found.mean, found.area_mean, found.maximum, found.deviation)
    counts = [str(found.count), str(found.missing)]
    shown = [f"{number:.6g}" for number in (*numbers, *row.percentiles)]
    return [_label(row), *counts, *("-" if text == "nan" else text for text in shown)]


def _label(row: Row) -> str:
    first = row.infos[0]
    unit = f"[{first.units}]" if first.units else ""
    member = _shared(row.infos, lambda info: info.member)
    parts = (
        first.variable,
        unit,
        _shared(row.infos, _level_text) or "",
        _minute(_shared(row.infos, lambda info: info.valid_time)),
        "" if member is None else f"member {member}",
        *(f"{name} {value:g}" for name, value in _dimensions(row)),
        f"({len(row.infos)} fields)" if len(row.infos) > 1 else "",
    )
    return " ".join(part for part in parts if part)


def _row_facts(row: Row, percentages: Sequence[float]) -> dict[str, Any]:
    first, found = row.infos[0], row.moments
    return {
        "variable": first.variable,
        "long_name": first.long_name or None,
        "units": first.units or None,
        "level": level_facts(_shared(row.infos, lambda info: info.level)),
        "valid_time": iso_time(_shared(row.infos, lambda info: info.valid_time)),
        "forecast_hour": _shared(row.infos, lambda info: info.forecast_hour),
        "member": _shared(row.infos, lambda info: info.member),
        "dimensions": dict(_dimensions(row)),
        "fields": len(row.infos),
        "points": found.points,
        "missing": found.missing,
        "count": found.count,
        "min": finite(found.minimum),
        "max": finite(found.maximum),
        "mean": finite(found.mean),
        "std": finite(found.deviation),
        "area_mean": finite(found.area_mean),
        "percentiles": {
            f"{percentage:g}": finite(value)
            for percentage, value in zip(percentages, row.percentiles, strict=True)
        },
    }


def _shared(infos: Sequence[FieldInfo], part: Any) -> Any:
    """What `part` gives for all of the fields alike; None where they differ."""
    first = part(infos[0])
    return first if all(part(info) == first for info in infos[1:]) else None


def _dimensions(row: Row) -> list[tuple[str, float]]:
    first = row.infos[0].dimensions
    return [
        (name, value)
        for name, value in first.items()
        if all(info.dimensions.get(name) == value for info in row.infos)
    ]


def _level_text(info: FieldInfo) -> str | None:
    return str(info.level) if info.level else None


def _minute(time: datetime | None) -> str:
    return f"{time:%Y-%m-%dT%H:%M}" if time else ""
