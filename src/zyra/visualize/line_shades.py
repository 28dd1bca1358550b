"""Lines over a field that is kept as levels: blended colours as further palette entries.

A picture of levels with lines over it would need many more colours than a palette has.
Under a line, though, nobody tells 192 colours apart: the stronger the line, the fewer
field colours are kept under it. So the picture stays one byte for each pixel, which
halves the time and the size of the PNG.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zyra.visualize.palettes import Colours
from zyra.visualize.scale import FIELD_LEVELS, MISSING

# Opacity of the lines' palette entries, and how many field colours are kept under each: the
# fainter a line, the nearer to the field's own colour its ground must be. With one entry each
# for missing values below, these fill the 256 entries.
OPACITIES = (0.15, 0.32, 0.5, 0.68, 0.86)
FIELD_SHADES = (29, 13, 8, 5, 3)
FIRST_SHADE = FIELD_LEVELS + 1

DARK_LINES = (20, 20, 24)
LIGHT_LINES = (158, 158, 158)
# ITU-R BT.601. Lines turn light only below this luma, where dark ones can no longer be seen:
# many palettes never come to it, and a coast of two shades looks broken.
LUMA_WEIGHTS = np.array([0.299, 0.587, 0.114])
DARK_LUMA = 45.0


@dataclass(frozen=True)
class LineShades:
    """Palette of a picture with lines, and how to put lines into its levels.

    Attributes:
        colours: All 256 colours, shape (256, 4).
        shaded: Level of a pixel whose level was `column` under a line of strength `row`
            (0 is no line), shape (6, 256). Where lines cross, the stronger one counts.
    """

    colours: Colours
    shaded: NDArray[np.uint8]

    def draw(self, levels: NDArray[np.uint8], line_work: "LineWork") -> None:
        """Put the lines into `levels` in place; they must be contiguous."""
        flat = levels.reshape(-1)
        flat[line_work.pixels] = self.shaded[line_work.strengths, flat[line_work.pixels]]


@dataclass(frozen=True)
class LineWork:
    """The pixels that lines of one kind touch.

    Attributes:
        pixels: Numbers of the pixels, row by row.
        strengths: 1 to 5, place in `OPACITIES` plus one, same shape.
    """

    pixels: NDArray[np.intp]
    strengths: NDArray[np.uint8]


def line_work(coverage: NDArray[np.uint8], opacity: float) -> LineWork:
    """Line work of lines of an `opacity` (to 1) that cover `coverage` (to 255) of each pixel."""
    pixels, shares = covered(np.ascontiguousarray(coverage).reshape(-1))
    strengths = _strength_of_coverage(opacity)[shares]
    seen = strengths > 0
    return LineWork(pixels[seen], strengths[seen])


def work_of_pixels(pixels: NDArray[np.intp], opacity: float) -> LineWork:
    """Line work of lines of an `opacity` (to 1) that wholly cover `pixels`."""
    strength = _strength_of_coverage(opacity)[255]
    return LineWork(pixels, np.full(pixels.shape, strength, np.uint8))


def covered(flat: NDArray[np.uint8]) -> tuple[NDArray[np.intp], NDArray[np.uint8]]:
    """Where `flat` is not 0, and what it is there.

    Looks at eight bytes at a time, since nearly all of them are 0.
    """
    if len(flat) % 8:
        flat = np.append(flat, np.zeros(-len(flat) % 8, np.uint8))
    words = flat.view(np.uint64)
    lines = np.flatnonzero(words != 0)
    near = words[lines].view(np.uint8)
    found = np.flatnonzero(near != 0)
    return lines[found >> 3] * 8 + (found & 7), near[found]


def line_shades(field_colours: Colours) -> LineShades:
    """Shades for dark lines, light ones over dark colours, over up to `FIELD_LEVELS` colours."""
    count = len(field_colours)
    colours = np.zeros((256, 4), np.uint8)
    colours[:count] = field_colours
    shaded = np.tile(np.arange(256, dtype=np.uint8), (len(OPACITIES) + 1, 1))
    # Of each entry, the strength of the line in it and the level that shows through.
    strength_of = np.zeros(256, int)
    level_of = np.arange(256)
    entry = FIRST_SHADE
    for strength, (opacity, shades) in enumerate(zip(OPACITIES, FIELD_SHADES, strict=True), 1):
        shade_of, shown = _kept_shades(field_colours, min(shades, count))
        missing = entry + len(shown)
        colours[entry:missing] = _over(field_colours[shown], opacity)
        colours[missing] = (*DARK_LINES, round(opacity * 255))
        shaded[strength, :count] = entry + shade_of
        shaded[strength, MISSING] = missing
        strength_of[entry : missing + 1] = strength
        level_of[entry : missing + 1] = (*shown, MISSING)
        entry = missing + 1
    crossed = slice(FIRST_SHADE, entry)
    for strength in range(1, len(OPACITIES) + 1):
        stronger = np.maximum(strength, strength_of[crossed])
        shaded[strength, crossed] = shaded[stronger, level_of[crossed]]
    return LineShades(colours, shaded)


def _kept_shades(field_colours: Colours, kept: int) -> tuple[NDArray[np.intp], list[int]]:
    """Group the field's colours: the group of each, and the level that stands for a group.

    Dark and light colours are never in one group, so that lines change from light to dark
    at the same value whatever their strength.
    """
    dark = _is_dark(field_colours)
    groups = np.zeros(len(dark), np.intp)
    shown: list[int] = []
    for members in (np.flatnonzero(dark), np.flatnonzero(~dark)):
        if members.size:
            share = round(kept * members.size / len(dark))
            parts = min(max(share, 1), kept - (members.size < len(dark)), members.size)
            part = np.arange(members.size) * parts // members.size
            groups[members] = len(shown) + part
            shown += [
                int(members[part == each][(part == each).sum() // 2]) for each in range(parts)
            ]
    return groups, shown


def _is_dark(colours: Colours) -> NDArray[np.bool_]:
    luma = colours[:, :3] @ LUMA_WEIGHTS
    dark: NDArray[np.bool_] = (luma < DARK_LUMA) & (colours[:, 3] > 127)
    return dark


def _over(below: Colours, opacity: float) -> Colours:
    """A line at `opacity` over each colour, which may be transparent itself."""
    line = np.where(_is_dark(below)[:, None], LIGHT_LINES, DARK_LINES)
    alpha = below[:, 3:] / 255.0
    covered = opacity + alpha * (1.0 - opacity)
    mixed = (line * opacity + below[:, :3] * alpha * (1.0 - opacity)) / covered
    blended: Colours = np.rint(np.hstack([mixed, covered * 255.0])).astype(np.uint8)
    return blended


def _strength_of_coverage(opacity: float) -> NDArray[np.uint8]:
    """Number of the nearest of `OPACITIES` for each of 256 coverages; 0 for none."""
    steps = np.array((0.0, *OPACITIES))
    limits = (steps[1:] + steps[:-1]) / 2.0
    return np.searchsorted(limits, np.arange(256) / 255.0 * opacity).astype(np.uint8)
