"""Meridians and parallels of maps on which they are curves."""

from dataclasses import dataclass

import numpy as np

from zyra.visualize.graticule import (
    MOST_INTERVALS,
    DegreeLabel,
    latitude_text,
    longitude_text,
    multiples,
    round_step,
)
from zyra.visualize.natural_earth import Lines
from zyra.visualize.plane_view import PlaneView
from zyra.visualize.view import Extent, Numbers, View

# Pixels along each side at which a map is looked at for what it shows of the Earth.
LOOKED_AT = 48
# Points of a line: its curve is smooth on the largest map.
LINE_POINTS = 361
WIDEST_STEP = 30.0
# Meridians are so near each other at a pole that all but each 90 degrees end before it.
LAST_PARALLEL = 80.0
FRACTION = 1e-6
# Pixels above the lower edge without labels: their text would lie over it.
LABEL_ROOM = 6.0


@dataclass(frozen=True)
class PlaneGraticule:
    """Lines of longitude and latitude of a map, and what they are called.

    Attributes:
        lines: All of them, meridians first.
        degrees: Of each line.
        meridians: How many of the lines are meridians.
    """

    lines: Lines
    degrees: tuple[float, ...]
    meridians: int


def plane_graticule(view: PlaneView) -> PlaneGraticule:
    """The lines at round degrees that cross the map."""
    west, east, south, north = shown_extent(view)
    spacing = max(view.width, view.height) / MOST_INTERVALS * view.resolution
    step_north = min(round_step(spacing), WIDEST_STEP)
    shrinks = max(np.cos(np.radians((south + north) / 2)), 0.3)
    step_east = min(round_step(spacing / shrinks), WIDEST_STEP)
    # All around, the last meridian would be the first.
    last = east - step_east / 2 if east - west > 360.0 - FRACTION else east
    meridians = [_meridian(lon, south, north) for lon in multiples(step_east, west, last)]
    parallels = [
        (np.linspace(west, east, LINE_POINTS), np.full(LINE_POINTS, lat))
        for lat in multiples(step_north, south, north)
        if abs(lat) < 90.0
    ]
    degrees = [line[0][0] for line in meridians] + [line[1][0] for line in parallels]
    return PlaneGraticule(_joined(meridians + parallels), tuple(degrees), len(meridians))


def plane_labels(view: PlaneView) -> list[DegreeLabel]:
    """Meridians at the lower edge of the map, parallels at its left edge, at its rim or on it."""
    graticule = plane_graticule(view)
    ends = np.append(graticule.lines.starts[1:], len(graticule.lines.lon))
    labels = []
    for number, degree in enumerate(graticule.degrees):
        part = slice(graticule.lines.starts[number], ends[number])
        lon = graticule.lines.lon[part].astype(np.float64)
        lat = graticule.lines.lat[part].astype(np.float64)
        columns, rows = view.pixels_of(lon, lat)
        if number < graticule.meridians:
            found = _crossing(rows, columns, view.height, view.width)
            labels += [DegreeLabel(longitude_text(degree), "below", place) for place in found]
        else:
            labels += _beside(view, latitude_text(degree), columns, rows)
    return sorted(labels, key=lambda label: (label.side, label.position))


def _beside(view: PlaneView, text: str, columns: Numbers, rows: Numbers) -> list[DegreeLabel]:
    """The label of a parallel: where it leaves the map on the left, or ends at the rim.

    One around a pole that does neither has it on the map, at its lowest place.
    """
    crossing = _crossing(columns, rows, 0.0, view.height)
    if crossing:
        return [DegreeLabel(text, "left", place) for place in crossing[:1]]
    if not np.isfinite(columns).any():
        return []
    is_ring = np.hypot(columns[-1] - columns[0], rows[-1] - rows[0]) < 1.0
    if is_ring and view.plane.seam is None:
        lowest = int(rows.argmax())
        row, column = float(rows[lowest]), float(columns[lowest])
        is_shown = 0 < row < view.height - LABEL_ROOM and 0 < column < view.width
        return [DegreeLabel(text, "on", row, column)] * is_shown
    # On a globe that is seen whole, a parallel ends at the rim, further left than all of it.
    first = int(np.nanargmin(columns))
    inside = 0 <= columns[first] < view.width / 2 and 0 < rows[first] < view.height
    if not inside or view.plane.seam is None:
        return []
    return [DegreeLabel(text, "left", float(rows[first]), float(columns[first]))]


def _crossing(across: Numbers, along: Numbers, edge: float, length: float) -> list[float]:
    """Where a line crosses an edge of the map: places along it, within its `length`."""
    before, after = across[:-1] - edge, across[1:] - edge
    # A tear jumps over the edge without meeting it.
    jumps = np.abs(after - before) > length
    crosses = np.flatnonzero((before * after <= 0) & (before != after) & ~jumps)
    share = before[crosses] / (before[crosses] - after[crosses])
    places = along[crosses] + share * (along[crosses + 1] - along[crosses])
    return [float(place) for place in places if 0 <= place <= length]


def shown_extent(view: View) -> Extent:
    """West, east, south and north of what the map shows; all around where it shows a pole."""
    small = view.resized(min(view.width, LOOKED_AT), min(view.height, LOOKED_AT))
    lon, lat = np.broadcast_arrays(*small.lonlat_of_pixels())
    known = np.isfinite(lon) & np.isfinite(lat)
    south, north = float(lat[known].min()), float(lat[known].max())
    # Between the pixels looked at, and at the rim, there is somewhat more.
    margin = 1.5 * small.resolution
    south, north = max(south - margin, -90.0), min(north + margin, 90.0)
    widest = _widest_gap(lon[known])
    if widest is None or abs(south) == 90.0 or north == 90.0:
        return -180.0, 180.0, south, north
    west, east = widest
    margin = min(margin / max(np.cos(np.radians(max(abs(south), abs(north)))), 0.05), 20.0)
    if east - west + 2 * margin >= 360.0:
        return -180.0, 180.0, south, north
    return west - margin, east + margin, south, north


def _widest_gap(lon: Numbers) -> tuple[float, float] | None:
    """West and east end of longitudes around the globe; None if no gap of 30 degrees is left."""
    ordered = np.unique(np.mod(lon, 360.0))
    gaps = np.diff(np.append(ordered, ordered[0] + 360.0))
    widest = int(gaps.argmax())
    if gaps[widest] < WIDEST_STEP:
        return None
    west = float(ordered[(widest + 1) % len(ordered)])
    east = float(ordered[widest])
    return west, east if east >= west else east + 360.0


def _meridian(lon: float, south: float, north: float) -> tuple[Numbers, Numbers]:
    if lon % 90.0 != 0.0:
        south, north = max(south, -LAST_PARALLEL), min(north, LAST_PARALLEL)
    return np.full(LINE_POINTS, lon), np.linspace(south, north, LINE_POINTS)


def _joined(lines: list[tuple[Numbers, Numbers]]) -> Lines:
    if not lines:
        nothing = np.empty(0, np.float32)
        return Lines(nothing, nothing, np.zeros(1, np.intp))
    lon, lat = (np.concatenate(parts).astype(np.float32) for parts in zip(*lines, strict=True))
    return Lines(lon, lat, np.arange(len(lines)) * LINE_POINTS)
