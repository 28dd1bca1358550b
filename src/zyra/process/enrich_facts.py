"""What is known of a dataset, from whatever source, and its form in JSON."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Self

BoundingBox = tuple[float, float, float, float]

LONGITUDE_LATITUDE = "EPSG:4326"


@dataclass(frozen=True)
class Variable:
    """One variable of a dataset; None is unknown."""

    name: str
    standard_name: str | None = None
    long_name: str | None = None
    units: str | None = None
    dims: tuple[str, ...] | None = None
    shape: tuple[int, ...] | None = None


@dataclass(frozen=True)
class Facts:
    """What one source says of a dataset; None is unknown.

    Attributes:
        variables: In the order of the source.
        start, end: First and last time, ISO 8601.
        cadence: From time to time, an ISO 8601 period.
        bbox: (west, south, east, north) in units of `crs`.
        crs: Such as EPSG:4326.
        approx_bytes: Size.
        n_features, n_frames: How many features of a collection, or times or bands, there are.
        format_detail: Format or service in words.
        license: Its text or name.
    """

    variables: tuple[Variable, ...] = ()
    start: str | None = None
    end: str | None = None
    cadence: str | None = None
    bbox: BoundingBox | None = None
    crs: str | None = None
    approx_bytes: int | None = None
    n_features: int | None = None
    n_frames: int | None = None
    format_detail: str | None = None
    license: str | None = None

    def over(self, below: Self) -> "Facts":
        """These facts, and where they are silent, those of `below`."""
        known = {part.name: getattr(self, part.name) for part in fields(Facts)}
        return replace(
            below, **{name: value for name, value in known.items() if value not in (None, ())}
        )

    def to_json(self) -> dict[str, Any]:
        """The form in which items carry them; groups that say nothing are null."""
        return {
            "variables": [asdict(variable) for variable in self.variables],
            "time": _group(self, "start", "end", "cadence"),
            "spatial": _group(self, "bbox", "crs"),
            "size": _group(self, "approx_bytes", "n_features", "n_frames"),
            "format_detail": self.format_detail,
            "license": self.license,
        }

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> "Facts":
        """What `to_json` gave, after a round through a file."""
        flat = {**record, **(record["time"] or {}), **(record["spatial"] or {})}
        flat |= record["size"] or {}
        known: dict[str, Any] = {part.name: flat.get(part.name) for part in fields(Facts)}
        known["variables"] = tuple(Variable(**variable) for variable in record["variables"])
        return cls(**known)


def union(boxes: Iterable[BoundingBox]) -> BoundingBox | None:
    """The smallest box around all of them; None of none."""
    sides = list(zip(*boxes, strict=True))
    if not sides:
        return None
    return min(sides[0]), min(sides[1]), max(sides[2]), max(sides[3])


def _group(facts: Facts, *names: str) -> dict[str, Any] | None:
    found = {name: getattr(facts, name) for name in names}
    return found if any(value is not None for value in found.values()) else None
