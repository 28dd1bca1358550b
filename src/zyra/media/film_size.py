"""The sizes that films have."""

import re

from zyra.core.errors import LimitExceeded, UsageError

MOST_PIXELS = 16384 * 8192  # of one picture: four times as wide and high as films for spheres

_SIZE = re.compile(r"(-?\d{1,6})\s*[xX:]\s*(-?\d{1,6})")
_DERIVED = (-1, -2)


def even_size(size: tuple[int, int]) -> tuple[int, int]:
    """The size with odd numbers raised by one.

    Raises:
        UsageError: A side has no pixels.
        LimitExceeded: More pixels than any film has.
    """
    width, height = size
    if min(size) < 1:
        raise UsageError(f"a film of {width}x{height} has no pixels")
    if width * height > MOST_PIXELS:
        raise LimitExceeded(
            f"a film of {width}x{height} has more than {MOST_PIXELS:,} pixels",
            hint="choose a smaller size",
        )
    return width + width % 2, height + height % 2


def parse_size(text: str) -> tuple[int, int]:
    """Width and height of `WxH` or `W:H`; -1 or -2 on one side derives it from the other.

    Raises:
        UsageError: Not of that form.
    """
    found = _SIZE.fullmatch(text.strip())
    size = (int(found[1]), int(found[2])) if found else (0, 0)
    sides = [side for side in size if side not in _DERIVED]
    if not sides or min(sides) < 1:
        raise UsageError(
            f"{text!r} is not a size", hint="write 1920x1080, or 1920x-2 to keep the shape"
        )
    return size


def scaled_size(wanted: tuple[int, int], shape: tuple[int, int]) -> tuple[int, int]:
    """The wanted size, its side of -1 or -2 derived from a picture's `shape`; both even."""
    width, height = wanted
    if width in _DERIVED:
        width = max(1, round(height * shape[0] / shape[1]))
    if height in _DERIVED:
        height = max(1, round(width * shape[1] / shape[0]))
    return even_size((width, height))
