"""Coastlines, borders and gridlines: which are asked for, and how strong they are drawn."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from zyra.core.errors import UsageError
from zyra.visualize.extent import WORLD
from zyra.visualize.graticule import graticule_lines
from zyra.visualize.land import AREAS
from zyra.visualize.layout import unit_of
from zyra.visualize.line_shades import LineWork, line_work, work_of_pixels
from zyra.visualize.map_lines import draw_lines
from zyra.visualize.natural_earth import Kind, Lines, read_features, scale_for
from zyra.visualize.plane_graticule import plane_graticule
from zyra.visualize.plane_view import PlaneView
from zyra.visualize.projection import MapView
from zyra.visualize.view import Segments, View

FEATURES = ("coastline", "borders", "gridlines")
OTHER_NAMES = {
    "coastlines": "coastline",
    "border": "borders",
    "gridline": "gridlines",
    "sea": "ocean",
}
# Large pictures are looked at closer: four times the size, twice the width.
WIDTH_GROWTH = 0.5
MAPS_KEPT = 8
USUAL_SIZES = ((1024, 512), (2048, 1024), (4096, 2048))
USUAL_DPI = 96


@dataclass(frozen=True)
class Stroke:
    """How lines of one kind are drawn: width in units of the layout, opacity to 1."""

    width: float
    opacity: float


STROKES = {
    "gridlines": Stroke(1.0, 0.2),
    "borders": Stroke(0.8, 0.62),
    "coastline": Stroke(1.1, 0.86),
}
OUTLINE = Stroke(1.3, 0.86)


def chosen_features(listed: str | None, without: Collection[str]) -> tuple[str, ...]:
    """Names of the features to draw: those listed, or all lines, less those refused.

    Raises:
        UsageError: A name is not known.
    """
    names = FEATURES if listed is None else [name.strip().lower() for name in listed.split(",")]
    named = [OTHER_NAMES.get(name, name) for name in names if name]
    for name in named:
        if name not in (*FEATURES, *AREAS):
            raise UsageError(
                f"no map feature {name!r}",
                hint=f"there is {', '.join((*FEATURES, *AREAS))}; the packaged maps have no others",
            )
    return tuple(name for name in (*AREAS, *FEATURES) if name in named and name not in without)


@lru_cache(maxsize=MAPS_KEPT)
def feature_work(view: View, features: tuple[str, ...], unit: float) -> tuple[LineWork, ...]:
    """Line work of each feature on a map; it depends on nothing else, so it is remembered.

    Most pictures show the whole Earth in one of a few sizes: `warm_up` draws their lines
    before a command needs them, which is a third of the time of a large picture.

    Args:
        view: The map.
        features: Names from `FEATURES`; the rim of a round globe is drawn in any case.
        unit: Pixels in a unit of the layout; line widths grow with it, but slower.
    """
    work = []
    for name, stroke in STROKES.items():
        if name in features:
            segments = view.segments_of(_lines(name, view))
            work.append(_work(name, segments, view, _width(stroke, unit), stroke.opacity))
    rim = view.outline()
    if len(rim):
        work.append(_work("outline", rim, view, _width(OUTLINE, unit), OUTLINE.opacity))
    return tuple(work)


def warm_up() -> None:
    """Draw the lines of the whole Earth in the usual sizes."""
    for width, height in USUAL_SIZES:
        view = MapView.over(WORLD, width, height)
        feature_work(view, FEATURES, unit_of(width, height, USUAL_DPI))


def _width(stroke: Stroke, unit: float) -> float:
    return float(max(stroke.width * unit**WIDTH_GROWTH, 0.6))


def _work(name: str, segments: Segments, view: View, width: float, opacity: float) -> LineWork:
    if name == "gridlines" and isinstance(view, MapView):
        # They lie on rows and columns of pixels, which needs no antialiasing.
        return work_of_pixels(_pixels_along(segments, view, round(width)), opacity)
    return line_work(draw_lines(segments, (view.width, view.height), width), opacity)


def _pixels_along(segments: Segments, view: MapView, width: int) -> NDArray[np.intp]:
    """Numbers of the pixels under upright and level lines, each `width` pixels wide."""
    shape = view.height, view.width
    is_on = np.zeros(shape[0], bool), np.zeros(shape[1], bool)
    first = -((width - 1) // 2)
    for axis in (0, 1):
        level = segments[:, 1 - axis] == segments[:, 3 - axis]
        middles = np.floor(segments[level, 1 - axis]).astype(np.intp)
        lines = (middles[:, None] + np.arange(first, first + width)).reshape(-1)
        is_on[axis][lines[(lines >= 0) & (lines < shape[axis])]] = True
    starts, columns = np.arange(view.height) * view.width, np.arange(view.width)
    level_ones = starts[is_on[0]][:, None] + columns
    upright_ones = starts[~is_on[0]][:, None] + columns[is_on[1]]
    return np.concatenate([level_ones.reshape(-1), upright_ones.reshape(-1)])


def _lines(name: str, view: View) -> Lines:
    if name == "gridlines" and isinstance(view, MapView):
        return graticule_lines(view)
    if name == "gridlines" and isinstance(view, PlaneView):
        return plane_graticule(view).lines
    kind: Kind = "coastline" if name == "coastline" else "borders"
    return read_features(kind, scale_for(view.resolution))
