"""How large the data of a file may be announced, checked before anything is allocated."""

from collections.abc import Callable
from math import prod

from zyra.core.errors import DataError

# Of one field. Global data at 500 m have 3.7e9 points and are beyond this, at 1 km within.
MOST_POINTS = 1 << 30

# Of one file; each takes about a kilobyte to be described.
MOST_FIELDS = 1 << 20

# A constant field, or a mask of which little is set, takes no room at all by right, up to so many
# points: 0.025 degrees on a globe are within. More of them have to be stored in some bytes:
# deflate, at its best, makes 1032 of one.
ANYHOW_POINTS = 1 << 27
MOST_POINTS_OF_A_BYTE = 1024


def refuse_too_large(name: str, shape: tuple[int, ...]) -> None:
    """Refuse an array before it is allocated.

    Raises:
        DataError: `shape` announces more points than a field may have.
    """
    if prod(map(int, shape)) > MOST_POINTS:
        sizes = " x ".join(str(length) for length in shape)
        raise DataError(
            f"{name} is announced with {sizes} points, of which {MOST_POINTS} are read at most",
            hint="the file may be damaged",
        )


def refuse_bomb(name: str, points: int, stored_bytes: Callable[[], int]) -> None:
    """Refuse an array of which so little is stored that it is made to fill the memory.

    Raises:
        DataError: It has more points than that many bytes can hold.
    """
    if points > ANYHOW_POINTS and points > MOST_POINTS_OF_A_BYTE * (stored := stored_bytes()):
        raise DataError(
            f"{name} is announced with {points} points in {stored} bytes",
            hint=f"more than {ANYHOW_POINTS} points are read of larger files only",
        )
