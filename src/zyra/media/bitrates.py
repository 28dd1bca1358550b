"""Bits per second, as people write them."""

import re

from zyra.core.errors import UsageError

_FORM = re.compile(r"(\d{1,12}(?:\.\d{1,6})?)\s*([kKmM]?)")
_UNITS = {"": 1, "k": 1_000, "m": 1_000_000}
_LOWEST, _HIGHEST = 1_000, 2_000_000_000


def parse_bitrate(text: str | None, flag: str) -> int | None:
    """Bits per second of `25M`, `8000k` or a plain number.

    Raises:
        UsageError: Not of that form, or beyond reason.
    """
    if text is None:
        return None
    found = _FORM.fullmatch(text.strip())
    bits = round(float(found[1]) * _UNITS[found[2].lower()]) if found else 0
    if not _LOWEST <= bits <= _HIGHEST:
        raise UsageError(
            f"{flag} {text!r} is no rate from 1k to 2000M", hint=f"write for example {flag} 128k"
        )
    return bits
