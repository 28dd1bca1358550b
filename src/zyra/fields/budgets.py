"""How large the data of a file may be announced, checked before anything is allocated."""

from zyra.core.errors import DataError

# Of one field. Global data at 500 m have 3.7e9 points and are beyond this, at 1 km within.
MOST_POINTS = 1 << 30

# Of one file; each takes about a kilobyte to be described.
MOST_FIELDS = 1 << 20


def refuse_too_large(name: str, shape: tuple[int, ...]) -> None:
    """Refuse an array before it is allocated.

    Raises:
        DataError: `shape` announces more points than a field may have.
    """
    points = 1
    for length in shape:
        points *= int(length)
    if points > MOST_POINTS:
        sizes = " x ".join(str(length) for length in shape)
        raise DataError(
            f"{name} is announced with {sizes} points, of which {MOST_POINTS} are read at most",
            hint="the file may be damaged",
        )
