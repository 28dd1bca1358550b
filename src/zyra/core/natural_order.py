"""Sort names as people count: frame 9 before frame 10."""

import re


def natural_order(name: str) -> list[tuple[int, str]]:
    """A key that sorts names by the numbers in them, then by their characters."""
    parts = re.split(r"([0-9]+)", name)
    return [(int(part) if place % 2 else 0, part) for place, part in enumerate(parts)]
