"""A pattern is compiled, or refused as the caller's mistake; it never is a fault."""

import re

import pytest

from zyra.core.errors import UsageError
from zyra.core.patterns import parse_pattern


def test_a_pattern_is_compiled_with_its_flags() -> None:
    assert parse_pattern("T[mM]P", re.IGNORECASE).search("xtmpx")


@pytest.mark.parametrize("text", ["(", "(" * 900, "x{1,99999999999}", "x" * 1001])
def test_what_cannot_be_compiled_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        parse_pattern(text)
