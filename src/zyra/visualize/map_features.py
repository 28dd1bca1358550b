"""Coastlines, borders and gridlines: which are asked for, and how strong they are drawn."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from zyra.core.errors import UsageError
from zyra.visualize.graticule import graticule_lines
from zyra.visualize.line_shades import LineWork, line_work
from zyra.visualize.map_lines import draw_lines
from zyra.visualize.natural_earth import Kind, Lines, read_features, scale_for
from zyra.visualize.projection import MapView, Segments

FEATURES = ("coastline", "borders", "gridlines")
OTHER_NAMES = {"coastlines": "coastline", "border": "borders", "gridline": "gridlines"}


@dataclass(frozen=True)
class Stroke:
    """How lines of one kind are drawn: width in units of the layout, opacity to 1."""

    width: float
    opacity: float


STROKES = {
    "gridlines": Stroke(0.7, 0.32),
    "borders": Stroke(0.8, 0.62),
    "coastline": Stroke(1.1, 0.86),
}


def chosen_features(listed: str | None, without: Collection[str]) -> tuple[str, ...]:
    """Names of the features to draw: those listed, or all, less those refused.

    Raises:
        UsageError: A name is not known.
    """
    names = FEATURES if listed is None else [name.strip().lower() for name in listed.split(",")]
    named = [OTHER_NAMES.get(name, name) for name in names if name]
    for name in named:
        if name not in FEATURES:
            raise UsageError(f"no map feature {name!r}", hint=f"there is {', '.join(FEATURES)}")
    return tuple(name for name in FEATURES if name in named and name not in without)


def feature_work(view: MapView, features: Collection[str], unit: float) -> list[LineWork]:
    """Line work of each feature on a map.

    Args:
        view: The map.
        features: Names from `FEATURES`.
        unit: Pixels in a unit of the layout, which line widths grow with.
    """
    work = []
    for name, stroke in STROKES.items():
        if name in features:
            segments = view.segments_of(_lines(name, view))
            if name == "gridlines":
                segments = _on_pixel_centres(segments)
            width = max(stroke.width * unit, 0.6)
            mask = draw_lines(segments, (view.width, view.height), width)
            work.append(line_work(mask, stroke.opacity))
    return work


def _lines(name: str, view: MapView) -> Lines:
    if name == "gridlines":
        return graticule_lines(view)
    extent = (view.west, view.east, view.south, view.north)
    kind: Kind = "coastline" if name == "coastline" else "borders"
    return read_features(kind, scale_for(extent, view.width))


def _on_pixel_centres(segments: Segments) -> Segments:
    """Upright and level lines moved by up to half a pixel, so that all look equally wide."""
    moved = segments.copy()
    for start, end in ((0, 2), (1, 3)):
        level = segments[:, start] == segments[:, end]
        moved[level, start] = moved[level, end] = np.floor(segments[level, start]) + 0.5
    return moved
