"""What is in a file of records: JSON, NDJSON, GeoJSON or CSV."""

import csv
import json
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any, TextIO

from zyra.core.errors import DataError, LimitExceeded

# A JSON document is read whole; larger ones are NDJSON, which is read line by line.
_LARGEST_DOCUMENT_BYTES = 256 << 20
_LONGEST_LINE = 64 << 20
_COLUMNS_SHOWN = 1000


def table_facts(path: Path) -> dict[str, Any]:
    """Format, bytes, number of records and columns with the kinds of their values.

    Raises:
        DataError: It is not what it claims to be.
        LimitExceeded: A JSON document is too large to be read whole.
    """
    size = path.stat().st_size
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            form, records = _records(path, stream, size)
            count, columns = _summed_up(records)
    except (UnicodeDecodeError, csv.Error, RecursionError) as exc:
        raise DataError(f"{path.name} is not readable as text: {exc}") from exc
    return {"format": form, "bytes": size, "records": count, "columns": columns}


def _records(path: Path, stream: TextIO, size: int) -> tuple[str, Iterable[Any]]:
    if path.suffix.lower() == ".csv":
        return "csv", csv.DictReader(stream)
    first = _line(stream, path)
    try:
        json.loads(first)
        is_lines = size > len(first.encode())
    except json.JSONDecodeError:
        is_lines = False
    if is_lines:
        return "ndjson", chain([json.loads(first)], _lines(stream, path))
    if size > _LARGEST_DOCUMENT_BYTES:
        raise LimitExceeded(
            f"{path.name} is a JSON document of {size} bytes", hint="convert it to NDJSON first"
        )
    stream.seek(0)
    return _document(path, stream)


def _document(path: Path, stream: TextIO) -> tuple[str, Iterable[Any]]:
    try:
        document = json.load(stream)
    except json.JSONDecodeError as exc:
        raise DataError(f"{path.name} is not readable as JSON: {exc}") from exc
    if isinstance(document, dict) and document.get("type") == "FeatureCollection":
        return "geojson", [
            feature.get("properties") or {}
            for feature in document.get("features") or []
            if isinstance(feature, dict)
        ]
    return "json", document if isinstance(document, list) else [document]


def _line(stream: TextIO, path: Path) -> str:
    line = stream.readline(_LONGEST_LINE)
    if len(line) >= _LONGEST_LINE:
        raise LimitExceeded(f"{path.name} has a line of more than {_LONGEST_LINE} characters")
    return line


def _lines(stream: TextIO, path: Path) -> Iterator[Any]:
    number = 1
    while line := _line(stream, path):
        number += 1
        if line.strip():
            try:
                yield json.loads(line)
            except json.JSONDecodeError as exc:
                raise DataError(f"line {number} of {path.name} is no JSON: {exc}") from exc


def _summed_up(records: Iterable[Any]) -> tuple[int, dict[str, str]]:
    """How many records there are, and the kinds of values under each name."""
    count = 0
    columns: dict[str, dict[str, None]] = {}
    for record in records:
        count += 1
        pairs = record.items() if isinstance(record, dict) else [("value", record)]
        for name, value in pairs:
            if str(name) in columns or len(columns) < _COLUMNS_SHOWN:
                columns.setdefault(str(name), {})[_kind(value)] = None
    return count, {name: " or ".join(kinds) for name, kinds in columns.items()}


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    names = {bool: "yes or no", int: "number", float: "number", dict: "object", list: "list"}
    return names.get(type(value)) or _kind_of_text(str(value))


def _kind_of_text(text: str) -> str:
    try:
        float(text)
    except ValueError:
        return "text"
    return "number"
