"""Which of the names in a listing are meant; the same arguments for every command that lists."""

from collections.abc import Callable
from typing import Annotated

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from zyra.core.arguments import Args, arg
from zyra.core.errors import UsageError
from zyra.core.fitting_args import Conflict
from zyra.core.name_dates import date_finder
from zyra.core.patterns import parse_pattern
from zyra.core.times import parse_period, parse_time


def readable(parse: Callable[[str], object]) -> Callable[[str], str]:
    """A validator that refuses, with the other wrong arguments, what `parse` cannot read."""

    def check(text: str) -> str:
        try:
            parse(text)
        except UsageError as exc:
            hint = f"; {exc.hint}" if exc.hint else ""
            problem = {"problem": exc.message + hint}
            raise PydanticCustomError("unreadable", "{problem}", problem) from exc
        return text

    return check


Pattern = Annotated[str, AfterValidator(readable(parse_pattern))]
Moment = Annotated[str, AfterValidator(readable(parse_time))]
Period = Annotated[str, AfterValidator(readable(parse_period))]
DateFormat = Annotated[str, AfterValidator(readable(date_finder))]


class ListingArgs(Args):
    """Arguments that choose names in a listing."""

    pattern: Pattern | None = arg(None, "Regular expression that names or paths have to contain")
    since: Moment | None = arg(None, "First date, such as 2024-08-01 or 2024-08-01T06:00 (UTC)")
    since_period: Period | None = arg(None, "First date as a time before now: P7D, PT24H, 7d, 24h")
    until: Moment | None = arg(None, "Last date; one without a time counts to the end of its day")
    date_format: DateFormat | None = arg(
        None, "How names write their date, such as %Y%m%d or YYYYMMDD; default: the usual forms"
    )

    @property
    def has_dates(self) -> bool:
        """Whether names are chosen by date."""
        return any(text is not None for text in (self.since, self.since_period, self.until))

    @property
    def has_filters(self) -> bool:
        """Whether names are chosen at all."""
        return self.pattern is not None or self.date_format is not None or self.has_dates

    def filter_conflicts(self) -> tuple[Conflict, ...]:
        """What is wrong with the filters as they stand together: whether, and in words."""
        return (
            (
                self.since is not None and self.since_period is not None,
                "give either since or since_period",
            ),
            (
                self.date_format is not None and not self.has_dates,
                "date_format is for since, since_period and until",
            ),
        )
