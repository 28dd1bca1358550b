"""Find the pictures of an animation in a folder, each with the date that its name carries."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from zyra.core.errors import InputNotFound
from zyra.core.name_dates import DateInName, LocateDate, date_locator
from zyra.core.patterns import parse_pattern

SUFFIXES = frozenset((".png", ".jpg", ".jpeg", ".gif", ".bmp", ".dds", ".webp", ".tif", ".tiff"))


@dataclass(frozen=True)
class Frame:
    """One picture.

    Attributes:
        path: The folder as it was given, and the name.
        size_bytes: Of the file.
        date: The date in its name, or None.
    """

    path: Path
    size_bytes: int
    date: DateInName | None

    @property
    def moment(self) -> datetime | None:
        """The time that the frame shows (UTC), or None."""
        return None if self.date is None else self.date.moment


def find_frames(folder: str, pattern: str | None, datetime_format: str | None) -> list[Frame]:
    """The pictures in `folder`, not below it, in natural order (frame 9 before frame 10).

    Args:
        folder: Where they lie.
        pattern: Regular expression that a name has to contain; when None, files with the
            suffix of a picture are taken. A date is looked for in its groups first.
        datetime_format: How names write their date; the usual forms when None.

    Raises:
        UsageError: `pattern` or `datetime_format` cannot be used.
        InputNotFound: There is no such folder, or it may not be read.
    """
    locate = date_locator(datetime_format)
    wanted = None if pattern is None else parse_pattern(pattern)
    try:
        entries = sorted(filter(_is_shown, Path(folder).iterdir()), key=natural_order)
        return [
            Frame(entry, entry.stat().st_size, _date_in(entry.name, wanted, locate))
            for entry in entries
            if _takes(entry.name, wanted)
        ]
    except OSError as exc:
        raise InputNotFound(f"cannot read the folder {folder}: {exc.strerror}") from exc


def by_moment(frames: Sequence[Frame]) -> list[tuple[datetime, Frame]]:
    """The frames that have a date, with it, in the order of time."""
    dated = [(frame.moment, frame) for frame in frames if frame.moment is not None]
    return sorted(dated, key=_moment_of)


def natural_order(path: Path) -> list[tuple[int, str]]:
    """A key that sorts names by the numbers in them, then by their characters."""
    parts = re.split(r"([0-9]+)", path.name)
    return [(int(part) if place % 2 else 0, part) for place, part in enumerate(parts)]


def _moment_of(dated: tuple[datetime, Frame]) -> datetime:
    return dated[0]


def _is_shown(entry: Path) -> bool:
    """Whether it is a file of the user's: hidden ones belong to the system or are not whole."""
    return not entry.name.startswith(".") and entry.is_file()


def _takes(name: str, wanted: re.Pattern[str] | None) -> bool:
    if wanted is None:
        return Path(name).suffix.lower() in SUFFIXES
    return wanted.search(name) is not None


def _date_in(name: str, wanted: re.Pattern[str] | None, locate: LocateDate) -> DateInName | None:
    """The date in a group of the pattern, where one has it, or else anywhere in the name."""
    found = None if wanted is None else wanted.search(name)
    if found is not None:
        for group, text in enumerate(found.groups(default=""), start=1):
            date = locate(text)
            if date is not None:
                offset = found.start(group)
                return replace(date, start=date.start + offset, end=date.end + offset)
    return locate(name)
