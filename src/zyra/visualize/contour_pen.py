"""Draw contour lines: on a transparent map, or over bands of colour."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from zyra.visualize.contour_bands import Bands, Flags
from zyra.visualize.contour_labels import (
    Label,
    Rgb,
    draw_labels,
    placed_labels,
    without_labels,
)
from zyra.visualize.inking import Colour, blank_map, inked
from zyra.visualize.line_shades import LUMA_WEIGHTS, covered, line_work
from zyra.visualize.map_features import WIDTH_GROWTH
from zyra.visualize.map_lines import draw_lines
from zyra.visualize.painter import Painter, Picture
from zyra.visualize.palettes import Colours
from zyra.visualize.scale import FIELD_LEVELS, MISSING
from zyra.visualize.view import Segments

INK: Colour = (34, 34, 34, 255)
# Index lines are this much wider than the others.
INDEX_WIDTH = 1.8
# Opacity of lines over bands, which they are not to hide.
OVER_BANDS, INDEX_OVER_BANDS = 0.62, 0.86
# Most steps of opacity of a line's colour, from its rim to its middle.
STRENGTHS = 6
# Labels are no lighter than this luma, so that they can be read on white.
LABEL_LUMA = 110.0


@dataclass(frozen=True)
class Pen:
    """How lines are drawn.

    Attributes:
        width: In units of the layout.
        colour: RGBA of all lines, or None for those of the palette.
        index_every: Of even levels, each multiple of so many steps is thicker; 0 for none.
        labels: Whether values are written into the lines.
    """

    width: float = 1.2
    colour: Colour | None = None
    index_every: int = 5
    labels: bool = False


@dataclass(frozen=True)
class ContourLines:
    """The lines of a map.

    Attributes:
        values: The levels.
        segments: Pieces of the lines of each.
        colours: RGBA of each level.
        pen: How they are drawn.
        shown: Which pixels they may touch; None for all.
    """

    values: Sequence[float]
    segments: Sequence[Segments]
    colours: Colours
    pen: Pen
    shown: Flags | None

    def labels(self, painter: Painter) -> list[Label]:
        """Where values are written."""
        if not self.pen.labels:
            return []
        view = painter.view
        size = view.width, view.height
        return placed_labels(self.segments, self.values, size, painter.unit, self.is_index())

    def label_colours(self) -> list[Rgb]:
        """Of the label of each level: as dark as reading needs."""
        return [_dark((int(each[0]), int(each[1]), int(each[2]))) for each in self.colours]

    def is_index(self) -> list[bool]:
        """Which levels are drawn thicker."""
        return index_levels(self.values, self.pen.index_every)

    def coverage(
        self, numbers: Sequence[int], segments: Sequence[Segments], painter: Painter
    ) -> NDArray[np.uint8]:
        """How much of each pixel the lines of some levels of one width cover, to 255."""
        view = painter.view
        pieces = [segments[number] for number in numbers]
        joined = np.concatenate([np.empty((0, 4), np.float32), *pieces])
        thick = bool(numbers) and self.is_index()[numbers[0]]
        width = self.pen.width * painter.unit**WIDTH_GROWTH * (INDEX_WIDTH if thick else 1.0)
        mask = draw_lines(joined, (view.width, view.height), width)
        if self.shown is not None:
            mask *= self.shown
        return mask


def index_levels(values: Sequence[float], every: int) -> list[bool]:
    """Which of the levels are multiples of `every` steps between them; none if uneven."""
    steps = np.diff(values)
    if every < 2 or len(steps) < 2 or np.ptp(steps) > 1e-6 * steps[0]:
        return [False] * len(values)
    numbers = np.array(values) / (steps[0] * every)
    return [bool(abs(number - round(number)) < 1e-6) for number in numbers.tolist()]


def drawn_lines(lines: ContourLines, painter: Painter) -> Picture | Image.Image:
    """A transparent map with the lines over its features, and their labels."""
    labels = lines.labels(painter)
    segments = without_labels(lines.segments, labels) if labels else lines.segments
    picture = blank_map(painter.view, painter.features, painter.unit)
    picture = _put_in(picture, lines, segments, painter)
    if not labels:
        return picture
    finished = Image.fromarray(picture.rgba())
    return draw_labels(finished, labels, lines.label_colours(), painter.unit)


def _put_in(
    picture: Picture,
    lines: ContourLines,
    segments: Sequence[Segments],
    painter: Painter,
) -> Picture:
    """`picture`, which has no field, with lines as further colours of its palette."""
    colours = lines.colours
    steps = max(1, min(STRENGTHS, FIELD_LEVELS // len(colours)))
    levels = picture.levels.reshape(-1)
    had = np.zeros(len(levels), np.uint8)
    for number in range(len(colours)):
        if not len(segments[number]):
            continue
        pixels, shares = covered(lines.coverage([number], segments, painter).reshape(-1))
        strength = (shares.astype(np.uint16) * steps + 127) // 255
        free = (levels[pixels] == MISSING) | (shares > 127)
        put = (strength > 0) & (shares > had[pixels]) & free
        had[pixels[put]] = shares[put]
        levels[pixels[put]] = number * steps + strength[put] - 1
    palette = picture.colours.copy()
    palette[: len(colours) * steps] = _faded(colours, steps)
    return Picture(picture.levels, palette)


def _faded(colours: Colours, steps: int) -> Colours:
    """Each colour in rising opacity up to its own, shape (colours * steps, 4)."""
    faded = colours.repeat(steps, axis=0).astype(np.float64)
    faded[:, 3] *= np.tile(np.arange(1, steps + 1) / steps, len(colours))
    return np.rint(faded).astype(np.uint8)


def lines_over_bands(lines: ContourLines, bands: Bands, painter: Painter) -> Picture | Image.Image:
    """Bands with the lines between them: dark, or in the pen's colour; and their labels."""
    labels = lines.labels(painter)
    segments = without_labels(lines.segments, labels) if labels else lines.segments
    thick = lines.is_index()
    groups = [
        (OVER_BANDS, [number for number, each in enumerate(thick) if not each]),
        (INDEX_OVER_BANDS, [number for number, each in enumerate(thick) if each]),
    ]
    masks = [
        (opacity, lines.coverage(numbers, segments, painter))
        for opacity, numbers in groups
        if numbers
    ]
    picture = Picture(bands.levels, bands.shades.colours)
    if lines.pen.colour is None:
        for opacity, mask in masks:
            bands.shades.draw(bands.levels, line_work(mask, opacity))
        if not labels:
            return picture
    finished = Image.fromarray(picture.rgba())
    if lines.pen.colour is not None:
        for _, mask in masks:
            finished = inked(finished, mask, lines.pen.colour)
    return draw_labels(finished, labels, lines.label_colours(), painter.unit)


def _dark(colour: Rgb) -> Rgb:
    luma = float(np.array(colour) @ LUMA_WEIGHTS)
    if luma <= LABEL_LUMA:
        return colour
    red, green, blue = (round(channel * LABEL_LUMA / luma) for channel in colour)
    return red, green, blue
