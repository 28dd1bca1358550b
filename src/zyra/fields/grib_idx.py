"""Index files beside GRIB files: which bytes of a remote file hold the wanted fields.

Each line of an `.idx` is an inventory line of wgrib2: `4:142623:d=2023082318:VGRD:surface:...`.
Fields that share a message have lines with one offset: `4.1:142623:...`, `4.2:142623:...`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from os import SEEK_CUR
from pathlib import Path

from zyra.core.errors import DataError, VariableNotFound
from zyra.fields.selection import line_matcher

_HEAD_BYTES = 33  # section 0, and section 1 up to the hour
_END = b"7777"

ByteRange = tuple[int, int | None]

_LINE = re.compile(r"(?P<ordinal>\d+(?:\.\d+)?):(?P<offset>\d+):(?:[^:]*:)(?P<variable>[^:]*):.*")


@dataclass(frozen=True)
class IndexEntry:
    """One field of the remote file.

    Attributes:
        number: Place in the file, counted from 1 over all fields.
        ordinal: Number of its message as the index has it: `4`, or `4.2`.
        offset: First byte of its message.
        end: First byte after its message; None for the last one, which ends with the file.
        variable: Abbreviation, such as `TMP`.
        line: The whole line.
    """

    number: int
    ordinal: str
    offset: int
    end: int | None
    variable: str
    line: str


def parse_index(text: str, name: str) -> list[IndexEntry]:
    """Read the lines of an index called `name`.

    Raises:
        DataError: It has no lines, a line is none of wgrib2's, or offsets go backwards.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    found = [_LINE.fullmatch(line) for line in lines]
    if not lines or None in found:
        wrong = next((line for line, parts in zip(lines, found, strict=True) if not parts), "")
        raise DataError(f"{name} is no GRIB index: {wrong[:80]!r}" if lines else f"{name} is empty")
    parts = [part for part in found if part is not None]
    offsets = [int(part["offset"]) for part in parts]
    if offsets != sorted(offsets):
        raise DataError(f"{name} is no GRIB index: its offsets go backwards")
    ends = dict(zip(sorted(set(offsets)), [*sorted(set(offsets))[1:], None], strict=True))
    return [
        IndexEntry(number, part["ordinal"], offset, ends[offset], part["variable"], part[0])
        for number, (part, offset) in enumerate(zip(parts, offsets, strict=True), start=1)
    ]


def match_entries(entries: Sequence[IndexEntry], pattern: str) -> list[IndexEntry]:
    """Entries whose abbreviation is exactly `pattern`, else whose line it is found in.

    Raises:
        VariableNotFound: None; the hint names the abbreviations there are.
        UsageError: The pattern is not a regular expression.
    """
    matches = line_matcher(pattern)
    exact = [entry for entry in entries if entry.variable == pattern]
    found = exact or [entry for entry in entries if matches(entry.line)]
    if not found:
        names = ", ".join(sorted({entry.variable for entry in entries}))
        raise VariableNotFound(
            f"nothing in the index matches the pattern {pattern!r}",
            hint=f"an index has lines like {entries[0].line} with one of {names}",
        )
    return found


def byte_ranges(entries: Sequence[IndexEntry]) -> list[ByteRange]:
    """The messages that hold `entries`, each once, with adjacent ones joined."""
    ranges: list[ByteRange] = []
    for offset, end in sorted({(entry.offset, entry.end) for entry in entries}, key=_first):
        if ranges and ranges[-1][1] == offset:
            ranges[-1] = (ranges[-1][0], end)
        else:
            ranges.append((offset, end))
    return ranges


def check_messages(path: Path, entries: Sequence[IndexEntry]) -> None:
    """Check that a file holds the messages of `entries`, one after another, and no others.

    An index is a file of its own: between its reading and that of the messages the GRIB file
    may have been replaced, by the next run of the model under the same name.

    Raises:
        DataError: A message does not begin, end or date as the index says.

    Source: WMO Manual on Codes I.2, FM 92 GRIB: sections 0, 1 and 8 of edition 2.
    """
    messages = {entry.offset: entry for entry in entries}
    with path.open("rb") as stream:
        for offset in sorted(messages):
            entry = messages[offset]
            head = stream.read(_HEAD_BYTES)
            length = int.from_bytes(head[8:16] if head[7:8] == b"\2" else head[4:7], "big")
            stream.seek(max(0, length - len(head) - len(_END)), SEEK_CUR)
            is_whole = head.startswith(b"GRIB") and stream.read(len(_END)) == _END
            if not is_whole or not _agrees(entry, head, length):
                raise DataError(
                    f"the index says {entry.line!r}, the file has another message there",
                    hint="the file was replaced after its index was written: try again later",
                )


def _agrees(entry: IndexEntry, head: bytes, length: int) -> bool:
    if entry.end is not None and entry.end - entry.offset != length:
        return False
    date = re.search(r":d=(\d{10})", entry.line)
    if date is None or head[7:8] != b"\2":
        return True
    year, (month, day, hour) = int.from_bytes(head[28:30], "big"), head[30:33]
    return date[1] == f"{year:04}{month:02}{day:02}{hour:02}"


def _first(span: ByteRange) -> int:
    return span[0]
