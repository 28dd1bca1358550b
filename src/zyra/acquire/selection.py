"""Choose names in a listing by pattern and by the date they carry."""

import re
from dataclasses import dataclass
from datetime import datetime

from zyra.acquire.listing_args import ListingArgs
from zyra.core.name_dates import FindDate, date_finder
from zyra.core.patterns import parse_pattern
from zyra.core.times import parse_period, parse_time


@dataclass(frozen=True)
class NameFilter:
    """Takes a name when it contains the pattern and its date lies within the limits.

    Attributes:
        pattern: Searched for in the name.
        first, last: Limits of the date, both included; None is no limit.
        find_date: Finds the date in a name.
    """

    pattern: re.Pattern[str]
    first: datetime | None
    last: datetime | None
    find_date: FindDate

    def takes(self, name: str) -> bool:
        """Whether a name or path is chosen; with a limit on dates, one without a date is not."""
        own = name.rstrip("/").rpartition("/")[2]
        if not (self.pattern.search(own) or self.pattern.search(name)):
            return False
        if self.first is None and self.last is None:
            return True
        # Of a path, the file's own name is asked first, then the folders that it is in.
        date = self.find_date(own) or self.find_date(name)
        return (
            date is not None
            and (self.first is None or self.first <= date)
            and (self.last is None or date <= self.last)
        )


def name_filter(args: ListingArgs, now: datetime) -> NameFilter:
    """The filter that the arguments describe.

    Args:
        args: Pattern and dates.
        now: What `since_period` counts back from.
    """
    first = parse_time(args.since) if args.since is not None else None
    if args.since_period is not None:
        first = parse_period(args.since_period).before(now)
    last = parse_time(args.until, last_of_day=True) if args.until is not None else None
    return NameFilter(parse_pattern(args.pattern or ""), first, last, date_finder(args.date_format))
