"""Make a table of JSON records."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from zyra.core.errors import LimitExceeded, UsageError
from zyra.core.inputs import STDIN
from zyra.core.job import Job
from zyra.core.json_paths import path_of
from zyra.core.json_values import encode
from zyra.core.outputs import open_output
from zyra.process.api_json_rows import Row, RowMaker, missing_field
from zyra.process.commands.api_json import ApiJsonArgs
from zyra.process.json_records import Found, read_records
from zyra.transfer.sources import local_copy

# More keys than this are data, not columns.
MOST_COLUMNS = 10_000

_LIFELOGS = ("data", "lifelogs")
_TELL_EVERY = 1000


def run(args: ApiJsonArgs, job: Job) -> None:
    """Write the table.

    Raises:
        UsageError: Arguments that do not fit together, or name no column.
        DataError: The input is no JSON, or lacks what is asked for.
        LimitExceeded: A record is too large, or there are too many columns.
        TransferError: A URL cannot be fetched.
        OutputError: The output cannot be written.
    """
    maker = RowMaker.of(args)
    if args.text_field is not None and not maker.derived:
        raise UsageError("--text-field has no effect without --derived")
    reads_twice = args.format == "csv" and not maker.fields
    with _opened(args.input, job, again=reads_twice) as (stream, size):
        records = _Records(args, stream, size, job)
        columns: Sequence[str] = list(maker.fields)
        if reads_twice:
            columns = _columns(records.read(0.0, 0.5), maker)
            stream.seek(0)
        with open_output(args.output, job) as output:
            found = records.read(0.5 if reads_twice else 0.0, 1.0)
            write = _write_csv if args.format == "csv" else _write_lines
            count = write(output, found, maker, columns)
    job.tell(f"wrote {count} rows of {records.count} records", detail=True)


@contextmanager
def _opened(source: str, job: Job, *, again: bool) -> Iterator[tuple[BinaryIO, int]]:
    """Give the input and its size; what has to be read again is spooled where it must be."""
    if source == STDIN and not again:
        yield job.stdin, 0
        return
    with local_copy(source, job) as path, Path(path).open("rb") as stream:
        yield stream, path.stat().st_size


class _Records:
    """The records of an input, and how far they are read.

    Attributes:
        count: How many were read last.
    """

    def __init__(self, args: ApiJsonArgs, stream: BinaryIO, size: int, job: Job) -> None:
        self.count = 0
        self._stream, self._size, self._job = stream, size, job
        self._is_optional = args.records_path is None and args.preset is not None
        self._path: Sequence[str] = _LIFELOGS if self._is_optional else ()
        if args.records_path is not None:
            self._path = path_of(args.records_path, "--records-path")

    def read(self, begin: float, end: float) -> Iterator[Found]:
        """Read them all, as the part of the work from `begin` to `end`."""
        self.count = 0
        for found in read_records(self._stream, self._path, is_optional=self._is_optional):
            self.count = found.number
            yield found
            if self._size and found.number % _TELL_EVERY == 0:
                done = min(found.offset / self._size, 1.0)
                self._job.progress(begin + (end - begin) * done, f"{found.number} records")


def _columns(records: Iterable[Found], maker: RowMaker) -> Sequence[str]:
    """Every key of any row, in the order in which they first come."""
    columns: dict[str, None] = {}
    for found in records:
        for row in maker.rows(found):
            if not row.keys() <= columns.keys():
                columns.update(dict.fromkeys(row))
        if len(columns) > MOST_COLUMNS:
            raise LimitExceeded(
                f"the records have more than {MOST_COLUMNS} different keys",
                hint="choose columns with --fields, or write --format jsonl",
            )
    return list(columns)


def _write_csv(
    output: BinaryIO, records: Iterable[Found], maker: RowMaker, columns: Sequence[str]
) -> int:
    """Write a header and rows as RFC 4180 has them; returns the number of rows.

    Lines end with CR LF: only then does the csv module quote cells that hold a lone CR.
    """
    writer = csv.writer(_Encoded(output))
    count = 0
    if columns:
        writer.writerow(columns)
    for found in records:
        for row in maker.rows(found):
            writer.writerow(_cells(row, columns, maker, found))
            count += 1
    return count


@dataclass(frozen=True)
class _Encoded:
    """Takes the text of the csv module for a stream of bytes that may not be asked to seek."""

    stream: BinaryIO

    def write(self, text: str) -> int:
        """Write one row."""
        return self.stream.write(text.encode())


def _cells(row: Row, columns: Sequence[str], maker: RowMaker, found: Found) -> list[Any]:
    if maker.is_strict and len(row) < len(columns):
        raise missing_field(found, next(name for name in columns if name not in row))
    return [_cell(row.get(name)) for name in columns]


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return encode(value).decode() if isinstance(value, (dict, list)) else value


def _write_lines(
    output: BinaryIO,
    records: Iterable[Found],
    maker: RowMaker,
    columns: Sequence[str],  # noqa: ARG001 - each row names its own
) -> int:
    """Write a JSON object on each line; returns the number of rows."""
    count = 0
    for found in records:
        for row in maker.rows(found):
            output.write(encode(row))
            output.write(b"\n")
            count += 1
    return count
