"""Meridians and parallels at round degrees, and what to write beside them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np

from zyra.visualize.natural_earth import Lines
from zyra.visualize.projection import MapView

# Degrees between lines that people find round; below one degree decimals, as data use them.
STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 20, 30, 45, 60, 90)  # fmt: skip
# Lines at most along the longer side: the whole globe gets one each 30 degrees.
MOST_INTERVALS = 12
# Part of a step that rounding may cost.
ROUNDING = 1e-6


@dataclass(frozen=True)
class DegreeLabel:
    """What to write at the rim of the map where a meridian or parallel meets it, or on it.

    Attributes:
        text: Such as `30°N`, `150°W`, `180°`, `0°`.
        side: Below the map, left of it, or on it, where a parallel does not leave it.
        position: Column of the map below which it is centred, or row beside or on which it is.
        inset: Pixels from that side of the map to the line's end, where the globe is round; of
            a label on the map, from its left side to the label's middle.
    """

    text: str
    side: Literal["below", "left", "on"]
    position: float
    inset: float = 0.0


def even_labels(
    labels: Sequence[DegreeLabel], lengths: Sequence[float], gap_px: float
) -> Sequence[DegreeLabel]:
    """Every first, second, third ... of `labels`, so that none touches the next.

    Zero degrees, if it is among them, stays.

    Args:
        labels: Of one side of a map, in the order of their positions.
        lengths: Pixels that each takes along that side, its position in the middle.
        gap_px: To be left between two.
    """
    zero = next((place for place, label in enumerate(labels) if label.text == "0°"), 0)
    spans = [
        (label.position - length / 2, label.position + length / 2)
        for label, length in zip(labels, lengths, strict=True)
    ]
    for step in range(1, len(labels)):
        chosen = slice(zero % step, None, step)
        if all(end + gap_px <= start for (_, end), (start, _) in pairwise(spans[chosen])):
            return labels[chosen]
    return labels[:1]


def graticule_steps(view: MapView) -> tuple[float, float]:
    """Degrees between meridians and between parallels, so that both are equally far on paper."""
    spacing_px = max(view.width, view.height) / MOST_INTERVALS
    east, north = (round_step(spacing_px * degrees) for degrees in view.degrees_per_pixel)
    return east, north


def graticule_lines(view: MapView) -> Lines:
    """Meridians and parallels inside the map; those on its rim are left to the frame.

    They are straight pieces, as they are on this map: one for a meridian, one for a parallel
    or two where it crosses 180 degrees. Each is moved by up to half a pixel to a row or column
    of pixels, so that all look alike and none is smeared over two.
    """
    step_east, step_north = graticule_steps(view)
    east_per_pixel = view.degrees_per_pixel[0]
    meridians = [
        view.west + column * east_per_pixel
        for column in _crisp(
            [
                (lon - view.west) / east_per_pixel
                for lon in multiples(step_east, view.west, view.east)
            ]
        )
    ]
    # From below, as ever: a parallel between two rows takes the upper one.
    rows = view.rows_of(np.array(multiples(step_north, view.south, view.north), np.float64))
    crisp_rows = [view.height - row for row in _crisp([view.height - row for row in rows.tolist()])]
    parallels = view.latitudes_of(np.array(crisp_rows, np.float64)).tolist()
    pieces = [
        (_within_180(lon), view.south, _within_180(lon), view.north)
        for lon in meridians
        if lon < view.east
    ]
    pieces += [
        (start, lat, end, lat)
        for lat in parallels
        if lat < view.north
        for start, end in _parallel_pieces(view.west, view.east)
    ]
    ends = np.array(pieces, np.float32).reshape(-1, 2)
    return Lines(ends[:, 0], ends[:, 1], np.arange(0, len(ends), 2))


def graticule_labels(view: MapView) -> list[DegreeLabel]:
    """Labels of all meridians, from the left, and parallels, from below, rims included."""
    east_per_pixel = view.degrees_per_pixel[0]
    step_east, step_north = graticule_steps(view)
    latitudes = multiples(step_north, view.south, view.north)
    meridians = [
        DegreeLabel(longitude_text(lon), "below", (lon - view.west) / east_per_pixel)
        for lon in multiples(step_east, view.west, view.east)
    ]
    parallels = [
        DegreeLabel(latitude_text(lat), "left", row)
        for lat, row in zip(latitudes, view.rows_of(np.array(latitudes, np.float64)), strict=True)
    ]
    return meridians + parallels


def longitude_text(lon: float) -> str:
    """Write a longitude of any turn for people: `150°W`."""
    turned = round(_within_180(lon), 6)
    if abs(turned) in (0.0, 180.0):
        return f"{abs(turned):g}°"
    return f"{abs(turned):g}°{'E' if turned > 0 else 'W'}"


def latitude_text(lat: float) -> str:
    """Write a latitude for people: `30°N`."""
    return f"{abs(lat):g}°" + ("N" if lat > 0 else "S" if lat < 0 else "")


def round_step(least: float) -> float:
    """The smallest of the round steps that is not below `least`."""
    fitting = (step for step in STEPS if step >= least * (1 - ROUNDING))
    return next(fitting, STEPS[-1])


def multiples(step: float, low: float, high: float) -> list[float]:
    """Multiples of `step` from `low` to `high`, both included."""
    first = math.ceil(low / step - ROUNDING)
    last = math.floor(high / step + ROUNDING)
    return [round(number * step, 6) for number in range(first, last + 1)]


def _crisp(places: list[float]) -> list[float]:
    """Move to the middle of the nearest pixel; what is on the rim at 0 is left out."""
    return [math.floor(place + ROUNDING) + 0.5 for place in places if place > 0.5]


def _within_180(lon: float) -> float:
    """The same longitude in (-180, 180]."""
    return 180.0 - (180.0 - lon) % 360.0


def _parallel_pieces(west: float, east: float) -> list[tuple[float, float]]:
    """Cut the longitudes from `west` to `east` at 180 degrees; each piece in [-180, 180]."""
    turns = range(math.floor((west + 180.0) / 360.0), math.ceil((east + 180.0) / 360.0))
    return [(max(west - 360.0 * turn, -180.0), min(east - 360.0 * turn, 180.0)) for turn in turns]
