"""The known names that look most like one that is not known, for hints."""

from collections.abc import Iterable
from difflib import get_close_matches


def closest(wanted: str, known: Iterable[str]) -> list[str]:
    """At most three names, best first; none when nothing looks like `wanted`."""
    return get_close_matches(wanted, list(known), n=3, cutoff=0.5)


def closest_or_all(wanted: str, known: Iterable[str]) -> str:
    """The closest names, or all when none is close, with commas between them."""
    names = list(known)
    return ", ".join(closest(wanted, names) or names)
