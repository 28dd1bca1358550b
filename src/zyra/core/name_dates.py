"""Find the date that is part of a file's name."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from zyra.core.errors import UsageError

FindDate = Callable[[str], datetime | None]


@dataclass(frozen=True)
class DateInName:
    """A date, where it stands in a name, and how it is written there.

    Attributes:
        moment: The date (UTC, aware).
        start, end: The characters of the name that say it.
        date_format: Their form, in directives of strptime.
    """

    moment: datetime
    start: int
    end: int
    date_format: str


LocateDate = Callable[[str], DateInName | None]

# What each directive of strptime looks like in a name.
_DIRECTIVES = {
    "Y": r"\d{4}",
    "y": r"\d{2}",
    "m": r"\d{2}",
    "d": r"\d{2}",
    "j": r"\d{3}",
    "H": r"\d{2}",
    "I": r"\d{2}",
    "M": r"\d{2}",
    "S": r"\d{2}",
    "f": r"\d{1,6}",
    "b": r"[A-Za-z]{3}",
    "B": r"[A-Za-z]{3,9}",
    "p": r"[AaPp][Mm]",
}

# Without a format: the usual ways to write a date and time in a name, the longest first.
_USUAL = (
    "%Y%m%d%H%M%S",
    "%Y%m%dT%H%M%S",
    "%Y%m%d_%H%M%S",
    "%Y%m%d-%H%M%S",
    "%Y-%m-%dT%H-%M-%S",
    "%Y%m%d%H%M",
    "%Y%m%dT%H%M",
    "%Y%m%d_%H%M",
    "%Y%m%d%H",
    "%Y%m%dT%H",
    "%Y%m%d_%H",
    "%Y-%m-%d_%H",
    "%Y%m%d",
    "%Y-%m-%d",
    "%Y_%m_%d",
    "%Y.%m.%d",
)


def date_finder(date_format: str | None) -> FindDate:
    """A function that finds the date in a name; it gives None for a name without one.

    Args:
        date_format: As for `date_locator`.

    Raises:
        UsageError: The format has unknown directives, or none.
    """
    locate = date_locator(date_format)

    def find(name: str) -> datetime | None:
        found = locate(name)
        return None if found is None else found.moment

    return find


def date_locator(date_format: str | None) -> LocateDate:
    """A function that finds the date in a name, and tells where and how it is written.

    Args:
        date_format: Directives of strptime (%Y%m%d) or letters (YYYYMMDD); the usual
            forms are tried when None. It may stand anywhere in the name.

    Raises:
        UsageError: The format has unknown directives, or none.
    """
    if date_format is not None:
        return _locator(_as_directives(date_format), r"(?<!\d)")
    locators = [_locator(usual, r"(?<!\d)", r"(?!\d)") for usual in _USUAL]

    def locate(name: str) -> DateInName | None:
        return next((found for locator in locators if (found := locator(name))), None)

    return locate


def _locator(date_format: str, before: str, after: str = "") -> LocateDate:
    pattern = re.compile(f"{before}(?=({_as_pattern(date_format)}){after})")

    def locate(name: str) -> DateInName | None:
        for found in pattern.finditer(name):
            try:
                moment = datetime.strptime(found[1], date_format).replace(tzinfo=UTC)
            except ValueError:  # digits that are no date, such as a 13th month
                continue
            return DateInName(moment, found.start(1), found.end(1), date_format)
        return None

    return locate


def _as_pattern(date_format: str) -> str:
    parts = re.split(r"%(.)", date_format)
    directives = parts[1::2]
    unknown = [directive for directive in directives if directive not in _DIRECTIVES]
    if unknown or not directives or date_format.endswith("%"):
        raise UsageError(
            f"{date_format!r} is not a date format",
            hint="write it like %Y%m%d_%H%M or YYYYMMDD; known are "
            + ", ".join(f"%{directive}" for directive in _DIRECTIVES),
        )
    patterns = [_DIRECTIVES[directive] for directive in directives]
    literals = [re.escape(literal) for literal in parts[0::2]]
    return literals[0] + "".join(map("".join, zip(patterns, literals[1:], strict=True)))


def _as_directives(date_format: str) -> str:
    """Directives for a format in letters; MM means minutes once hours have been named."""
    if "%" in date_format:
        return date_format
    text = re.sub("YYYY", "%Y", date_format)
    text = re.sub("DDD|JJJ", "%j", text)
    head, hours, tail = text.partition("HH")
    head, tail = head.replace("MM", "%m"), tail.replace("MM", "%M")
    text = f"{head}{'%H' if hours else ''}{tail}"
    return re.sub("SS|ss", "%S", re.sub("mm", "%M", re.sub("DD", "%d", text)))
