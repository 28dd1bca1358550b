"""Read columns of numbers and times from a text table: CSV, also with semicolons or tabs."""

import csv
import re
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Literal, TextIO

import numpy as np
from numpy.typing import NDArray

from zyra.core.closest import closest
from zyra.core.errors import DataError, LimitExceeded, UsageError, VariableNotFound
from zyra.core.times import parse_time

Numbers = NDArray[np.float64]
Kind = Literal["number", "time", "text"]

MISSING = frozenset({"", "nan", "na", "n/a", "null", "none", "-", "--", "nat", "missing", "m"})
DELIMITERS = ",;\t"
# Rows and characters that are converted at once: enough to be fast, in little memory.
ROWS_AT_ONCE = 1 << 16
BLOCK = 1 << 21
QUOTE = '"'
MOST_ROWS = 50_000_000
_DATE = re.compile(r"(1[89]|20|21)\d\d[01]\d[0-3]\d")


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes:
        name: As its heading says.
        values: Numbers, or seconds since 1970 in UTC; NaN where missing.
        is_time: Whether they are times.
    """

    name: str
    values: Numbers
    is_time: bool = False


@dataclass(frozen=True)
class Heading:
    """The first lines of a table: names of its columns, and what its first rows hold.

    Attributes:
        file: Its name, for messages.
        names: Of the columns, in their order.
        kinds: What each holds as far as the first rows tell; None where these have nothing.
        delimiter: Between columns.
        lines: Lines before the first row.
    """

    file: str
    names: tuple[str, ...]
    kinds: Mapping[str, Kind | None]
    delimiter: str
    lines: int

    def place(self, name: str, flag: str) -> int:
        """Place of a column, from 0; the case of letters counts only where it has to.

        Raises:
            VariableNotFound: There is none of that name; the hint names the closest.
        """
        for spelling in (str, str.lower):
            found = [spelling(known) for known in self.names]
            if spelling(name) in found:
                return found.index(spelling(name))
        near = closest(name, self.names)
        listed = ", ".join(near) if near else ", ".join(self.names[:30])
        raise VariableNotFound(
            f"{self.file} has no column {name!r}",
            hint=f"did you mean {listed}?" if near else f"it has {listed}",
            correction={flag: near[0]} if near else {},
        )


def read_heading(path: Path) -> Heading:
    """Read the names of a table's columns.

    Lines before them that begin with `#` are left out.

    Raises:
        DataError: It is no text, or has no line with names.
    """
    with _lines_of(path) as lines:
        skipped = 0
        for line in lines:
            skipped += 1
            if line.strip() and not line.startswith("#"):
                break
        else:
            raise DataError(f"{path.name} has no line with the names of its columns")
        delimiter = max(DELIMITERS, key=line.count)
        names = tuple(name.strip() for name in next(csv.reader([line], delimiter=delimiter)))
        double = next((name for name in names if names.count(name) > 1), None)
        if double is not None:
            raise DataError(f"{path.name} has several columns named {double!r}")
        rows = list(islice(csv.reader(lines, delimiter=delimiter), 200))
    kinds = {
        name: _kind(name, (row[place] for row in rows if place < len(row)))
        for place, name in enumerate(names)
    }
    return Heading(path.name, names, kinds, delimiter, skipped)


def read_columns(path: Path, heading: Heading, places: Sequence[int]) -> list[Column]:
    """Read the columns at `places` of a table.

    Raises:
        UsageError: A column holds text.
        DataError: A row has too few or too many cells, or one that is neither number nor time.
        LimitExceeded: There are more than `MOST_ROWS` rows.
    """
    for place in places:
        name = heading.names[place]
        if heading.kinds[name] == "text":
            usable = [known for known, kind in heading.kinds.items() if kind in ("number", "time")]
            raise UsageError(
                f"column {name!r} of {path.name} holds text, not numbers",
                hint=f"columns with numbers or times: {', '.join(usable) or 'none'}",
            )
    parts: list[list[Numbers]] = [[] for _ in places]
    for before, columns in _chunks(path, heading, places):
        for part, place, texts in zip(parts, places, columns, strict=True):
            is_time = heading.kinds[heading.names[place]] == "time"
            part.append(_converted(texts, is_time, before, heading, place))
    return [
        Column(
            heading.names[place],
            np.concatenate([np.empty(0), *part]),
            heading.kinds[heading.names[place]] == "time",
        )
        for part, place in zip(parts, places, strict=True)
    ]


@contextmanager
def _lines_of(path: Path) -> Iterator[TextIO]:
    """The lines of a text file; damage becomes a DataError."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            yield stream
    except (UnicodeDecodeError, csv.Error) as exc:
        raise DataError(f"{path.name} is not readable as a text table: {exc}") from exc


def _chunks(
    path: Path, heading: Heading, places: Sequence[int]
) -> Iterator[tuple[int, list[list[str]]]]:
    """Cells of the columns at `places`, with the number of rows before them."""
    width, delimiter = len(heading.names), heading.delimiter
    read = 0
    with _lines_of(path) as lines:
        for _ in range(heading.lines):
            lines.readline()
        while block := lines.read(BLOCK) + lines.readline():
            if QUOTE in block:
                break
            columns = _plain_columns(block, width, delimiter, places)
            if columns is None:
                rows = list(csv.reader(block.splitlines(keepends=True), delimiter=delimiter))
                columns = _columns(heading, rows, read, places)
            yield read, columns
            read += len(columns[0])
            _refuse_too_long(path, read)
        # From the first quote on, a cell may go on in the next line.
        reader = csv.reader(chain(block.splitlines(keepends=True), lines), delimiter=delimiter)
        while rows := list(islice(reader, ROWS_AT_ONCE)):
            yield read, _columns(heading, rows, read, places)
            read += len(rows)
            _refuse_too_long(path, read)


def _plain_columns(
    block: str, width: int, delimiter: str, places: Sequence[int]
) -> list[list[str]] | None:
    """Columns of whole lines without quotes, at once; None if not all have `width` cells."""
    plain = block.replace("\r\n", "\n").removesuffix("\n")
    data = np.frombuffer(f"{plain}\n".encode(), np.uint8)
    ends = np.flatnonzero(data == ord("\n"))
    found = np.searchsorted(np.flatnonzero(data == ord(delimiter)), ends)
    if "\r" in plain or (np.diff(found, prepend=0) != width - 1).any() or not plain:
        return None
    cells = plain.replace("\n", delimiter).split(delimiter)
    return [cells[place::width] for place in places]


def _columns(
    heading: Heading, rows: list[list[str]], read: int, places: Sequence[int]
) -> list[list[str]]:
    """Columns of rows; empty lines are no rows.

    Raises:
        DataError: A row has more or less cells than the heading.
    """
    width = len(heading.names)
    for number, row in enumerate(rows, 1):
        if row and len(row) != width:
            raise DataError(
                f"row {read + number} of {heading.file} has {len(row)} cells, its heading {width}",
                hint="each line needs a cell for each column; an empty cell is a missing value",
            )
    return [[row[place] for row in rows if row] for place in places]


def _refuse_too_long(path: Path, rows: int) -> None:
    if rows > MOST_ROWS:
        raise LimitExceeded(f"{path.name} has more than {MOST_ROWS} rows")


def _kind(name: str, texts: Iterable[str]) -> Kind | None:
    """What the first cell with something in it is."""
    text = next((each for each in texts if each.strip().lower() not in MISSING), None)
    if text is None:
        return None
    text = text.strip()
    is_dated = re.search("date|time", name, re.IGNORECASE) is not None
    if _is_number(text) and not (is_dated and _DATE.fullmatch(text)):
        return "number"
    return "time" if _is_time(text) else "text"


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return "_" not in text


def _is_time(text: str) -> bool:
    try:
        parse_time(text)
    except UsageError:
        return False
    return True


def _converted(
    texts: list[str], is_time: bool, before: int, heading: Heading, place: int
) -> Numbers:
    try:
        return _times_at_once(texts) if is_time else _numbers_at_once(texts)
    except (ValueError, UserWarning, DeprecationWarning):
        # Missing values, time zones, or what is neither: told apart one by one.
        convert = _seconds if is_time else float
    found = np.full(len(texts), np.nan)
    for number, text in enumerate(texts):
        plain = text.strip()
        if plain.lower() in MISSING:
            continue
        try:
            found[number] = convert(plain)
        except (ValueError, UsageError) as exc:
            kind = "time" if is_time else "number"
            raise DataError(
                f"{text!r} in column {heading.names[place]!r} of {heading.file} is no {kind}",
                hint=f"row {before + number + 1}; missing values are empty or NaN",
            ) from exc
    return found


def _numbers_at_once(texts: list[str]) -> Numbers:
    return np.fromiter(map(float, texts), np.float64, len(texts))


def _times_at_once(texts: list[str]) -> Numbers:
    # numpy takes times without a zone only, and for UTC.
    is_marked = bool(texts) and texts[0].endswith("Z")
    plain = [text.removesuffix("Z") for text in texts] if is_marked else texts
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # of numpy, about time zones
        moments = np.array(plain, "datetime64[us]")
    seconds = moments.astype(np.int64) / 1e6
    return np.where(np.isnat(moments), np.nan, seconds)


def _seconds(text: str) -> float:
    return parse_time(text).timestamp()


def read_texts(path: Path, heading: Heading, place: int) -> list[str]:
    """Read one column of a table as text.

    Raises:
        DataError: As `read_columns`.
        LimitExceeded: There are more than `MOST_ROWS` rows.
    """
    return [text for _, (texts,) in _chunks(path, heading, [place]) for text in texts]
