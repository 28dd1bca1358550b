"""How a plan names an object that a job reads."""

_MARK = "object:"


def place_of(key: str) -> str:
    """The place of an object of the depot."""
    return f"{_MARK}{key}"


def key_at(place: str | None) -> str | None:
    """The key of the object at `place`; None where it is no object."""
    return place.removeprefix(_MARK) if place and place.startswith(_MARK) else None
