"""Find the pictures of an animation in a folder, each with the date that its name carries."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from operator import itemgetter
from pathlib import Path

from zyra.core.errors import InputNotFound
from zyra.core.name_dates import DateInName, LocateDate, date_locator
from zyra.core.natural_order import natural_order
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


@dataclass(frozen=True)
class FrameNames:
    """Which names are those of frames, and when such a frame holds.

    Attributes:
        pattern: What a name has to contain; a date is looked for in its groups first. When
            None, names with the suffix of a picture are taken.
        locate: Finds a date in a text.
    """

    pattern: re.Pattern[str] | None
    locate: LocateDate

    def takes(self, name: str) -> bool:
        """Whether a file of that name is a frame."""
        if self.pattern is None:
            return Path(name).suffix.lower() in SUFFIXES
        return self.pattern.search(name) is not None

    def date_in(self, name: str) -> DateInName | None:
        """The date in a group of the pattern, where one has it, or else anywhere in the name."""
        found = None if self.pattern is None else self.pattern.search(name)
        if found is not None:
            for group, text in enumerate(found.groups(default=""), start=1):
                date = self.locate(text)
                if date is not None:
                    offset = found.start(group)
                    return replace(date, start=date.start + offset, end=date.end + offset)
        return self.locate(name)


def frame_names(pattern: str | None, datetime_format: str | None) -> FrameNames:
    """The names that a regular expression and a date format describe.

    Raises:
        UsageError: One of them cannot be used.
    """
    wanted = None if pattern is None else parse_pattern(pattern)
    return FrameNames(wanted, date_locator(datetime_format))


def find_frames(folder: str, names: FrameNames) -> list[Frame]:
    """The frames in `folder`, not below it, in natural order (frame 9 before frame 10).

    Raises:
        InputNotFound: There is no such folder, or it may not be read.
    """
    try:
        entries = sorted(
            filter(_is_shown, Path(folder).iterdir()), key=lambda path: natural_order(path.name)
        )
        return [
            Frame(entry, entry.stat().st_size, names.date_in(entry.name))
            for entry in entries
            if names.takes(entry.name)
        ]
    except OSError as exc:
        raise InputNotFound(f"cannot read the folder {folder}: {exc.strerror}") from exc


def by_moment(frames: Sequence[Frame]) -> list[tuple[datetime, Frame]]:
    """The frames that have a date, with it, in the order of time."""
    dated = [(frame.moment, frame) for frame in frames if frame.moment is not None]
    return sorted(dated, key=itemgetter(0))


def _is_shown(entry: Path) -> bool:
    """Whether it is a file of the user's: hidden ones belong to the system or are not whole."""
    return not entry.name.startswith(".") and entry.is_file()
