"""What is in a file of records: JSON, NDJSON, GeoJSON or CSV."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from zyra.core.errors import DataError
from zyra.core.json_paths import Record
from zyra.process.json_records import Found, has_lines, read_records
from zyra.process.json_scan import CHUNK_BYTES, Scanner

_COLUMNS_SHOWN = 1000


def table_facts(path: Path) -> dict[str, Any]:
    """Format, bytes, number of records and columns with the kinds of their values.

    Raises:
        DataError: It is not what it claims to be.
        LimitExceeded: One record is too large.
    """
    try:
        with path.open("rb") as stream:
            form, records = _records(path, stream)
            count, columns = _summed_up(records)
    except (UnicodeDecodeError, csv.Error) as exc:
        raise DataError(f"{path.name} is not readable as text: {exc}") from exc
    except DataError as exc:
        raise type(exc)(f"{path.name}: {exc.message}", hint=exc.hint) from exc
    return {"format": form, "bytes": path.stat().st_size, "records": count, "columns": columns}


def _records(path: Path, stream: BinaryIO) -> tuple[str, Iterable[Mapping[str, Any]]]:
    if path.suffix.lower() == ".csv":
        return "csv", csv.DictReader(io.TextIOWrapper(stream, "utf-8-sig", newline=""))
    head = stream.read(CHUNK_BYTES)
    stream.seek(0)
    if has_lines(head) and head.strip().count(b"\n"):
        return "ndjson", _values(read_records(stream, ()))
    if _is_collection(stream):
        features = _values(read_records(stream, ("features",)))
        return "geojson", (feature.get("properties") or {} for feature in features)
    return "json", _values(read_records(stream, ()))


def _values(records: Iterable[Found]) -> Iterator[Record]:
    return (found.value for found in records)


def _is_collection(stream: BinaryIO) -> bool:
    """Whether it is a collection of GeoJSON's features; goes back to the beginning."""
    scanner = Scanner(stream)
    try:
        return scanner.peek() == b"{" and any(
            key == "type" and scanner.value().data == b'"FeatureCollection"'
            for key in _passed(scanner)
        )
    finally:
        stream.seek(0)


def _passed(scanner: Scanner) -> Iterator[str]:
    """The keys of an object; the value of `type` is left to whoever asks."""
    for key in scanner.members():
        yield key
        if key != "type":
            scanner.skip()


def _summed_up(records: Iterable[Mapping[str, Any]]) -> tuple[int, dict[str, str]]:
    """How many records there are, and the kinds of values under each name."""
    count = 0
    columns: dict[str, dict[str, None]] = {}
    for record in records:
        count += 1
        for name, value in record.items():
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
