"""Regular expressions as people give them."""

import re

from zyra.core.errors import UsageError

LONGEST = 1000  # characters; long ones take seconds to compile and nobody reads them


def parse_pattern(text: str, flags: re.RegexFlag = re.NOFLAG) -> re.Pattern[str]:
    """Compile a regular expression.

    Raises:
        UsageError: It is none, or one that is too long, too deep or repeats too often.
    """
    if len(text) > LONGEST:
        raise UsageError(f"a pattern has at most {LONGEST} characters, not {len(text)}")
    try:
        return re.compile(text, flags)
    except (re.error, RecursionError, OverflowError) as exc:
        raise UsageError(f"{text!r} is not a regular expression: {exc}") from exc
