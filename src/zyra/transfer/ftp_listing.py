"""Read what FTP servers write when they list a folder.

Source: RFC 3659, section 7 (MLSD), whose facts are exact. LIST has no standard: lines like
those of `ls -l` and of Windows are read for name, kind and size; their times are not, since
they lack zone and year or minute.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

_UNIX = re.compile(
    r"([-dl])[-rwxsStTlL]{9}[.+@]?\s+(?:\d+\s+)?\S+\s+(?:\S+\s+)?(\d+)\s+"
    r"(?:[A-Z][a-z]{2}\s+\d{1,2}|\d{1,2}\s+[A-Z][a-z]{2}|\d{4}-\d\d-\d\d)\s+[\d:]{4,8}\s(.+)"
)
_WINDOWS = re.compile(r"[\d/-]{8,10}\s+\d\d:\d\d(?:\s?[AP]M)?\s+(<DIR>|\d+)\s+(.+)")
_OWN = ("", ".", "..")  # no entries: the folder itself and the one above
_TIME = re.compile(r"(\d{14})(?:\.(\d{1,6})\d*)?")


@dataclass(frozen=True)
class Listed:
    """A line of a listing; its name may be anything but the folder's own."""

    name: str
    is_folder: bool
    size: int | None = None
    modified: datetime | None = None


def parse_mlsd(lines: Sequence[str]) -> list[Listed]:
    """The files and folders of an answer to MLSD."""
    return [found for line in lines if (found := _machine_line(line)) is not None]


def parse_list(lines: Sequence[str]) -> list[Listed]:
    """The files and folders of an answer to LIST; lines of other forms are passed over."""
    return [found for line in lines if (found := _human_line(line)) is not None]


def parse_ftp_time(text: str) -> datetime | None:
    """The time that MDTM and MLSD write, such as 20240801060000.123; None where it is none."""
    found = _TIME.fullmatch(text.strip())
    if found is None:
        return None
    try:
        moment = datetime.strptime(found[1], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:  # digits that are no time
        return None
    return moment.replace(microsecond=int((found[2] or "0").ljust(6, "0")))


def _machine_line(line: str) -> Listed | None:
    facts, _, name = line.rstrip("\r\n").partition(" ")
    told = {
        key.lower(): value
        for key, equals, value in (fact.partition("=") for fact in facts.split(";"))
        if equals
    }
    kind = told.get("type", "").lower()
    if kind not in ("file", "dir") or name in _OWN:
        return None
    size = told.get("size", "")
    return Listed(
        name,
        kind == "dir",
        int(size) if kind == "file" and re.fullmatch(r"[0-9]{1,18}", size) else None,
        parse_ftp_time(told.get("modify", "")),
    )


def _human_line(line: str) -> Listed | None:
    unix = _UNIX.fullmatch(line.rstrip("\r\n"))
    if unix is not None:
        name = unix[3].partition(" -> ")[0] if unix[1] == "l" else unix[3]
        # A link may lead to either; it is fetched as a file, which tells.
        listed = Listed(name, unix[1] == "d", int(unix[2]) if unix[1] == "-" else None)
        return None if name in _OWN else listed
    windows = _WINDOWS.fullmatch(line.rstrip("\r\n"))
    if windows is None or windows[2] in _OWN:
        return None
    is_folder = windows[1] == "<DIR>"
    return Listed(windows[2], is_folder, None if is_folder else int(windows[1]))
