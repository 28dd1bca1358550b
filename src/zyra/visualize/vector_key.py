"""The key of arrows: one of a known length, with the speed that it stands for."""

import math

import numpy as np
from PIL import Image, ImageDraw

from zyra.core.errors import UsageError
from zyra.visualize.arrows import arrow_shapes
from zyra.visualize.inking import inked
from zyra.visualize.layout import SMALL_SIZE
from zyra.visualize.page import STAMP_PAPER
from zyra.visualize.text import font, written_units
from zyra.visualize.vectors import VectorPainter

# The key is the longest round speed whose arrow is at most this many distances long.
LONGEST = 1.6
# Of the map's width that it may take.
WIDEST = 0.6
INK = (34, 34, 34, 255)


def round_speed(scale: float, painter: VectorPainter) -> float:
    """The speed that a key shows by default."""
    longest = LONGEST * painter.look.distance_px * scale / painter.view.width
    power = 10.0 ** math.floor(math.log10(longest))
    return max(nice * power for nice in (1, 2, 5) if nice * power <= longest)


def with_key(
    picture: Image.Image,
    painter: VectorPainter,
    scale: float,
    units: str,
    *,
    speed: float | None,
    corner: str,
) -> Image.Image:
    """`picture` (RGBA) with the key in a light box in a corner; it is changed.

    Args:
        picture: The map.
        painter: Has drawn the arrows.
        scale: Speed of an arrow that would be as long as the map is wide.
        units: Of speeds.
        speed: That the key shows, or None for a round one.
        corner: Such as `lower_left`.

    Raises:
        UsageError: The arrow of that speed does not fit on the map.
    """
    look = painter.look
    speed = round_speed(scale, painter) if speed is None else speed
    length = speed * painter.view.width / scale
    if length > WIDEST * painter.view.width:
        raise UsageError(
            f"the key's arrow of {speed:g} {units} is {length:.0f} pixels long, too long for"
            " the map",
            hint="give a lower speed as key, or a larger scale",
        )
    text = f"{speed:g} {written_units(units)}".strip()
    letters = font(SMALL_SIZE * look.unit)
    pad = round(6 * look.unit)
    size = (
        round(length + letters.getlength(text)) + 3 * pad,
        sum(letters.getmetrics()) + pad,
    )
    box = Image.new("RGBA", size, (255, 255, 255, 0))
    ink = ImageDraw.Draw(box)
    ink.rounded_rectangle((0, 0, size[0] - 1, size[1] - 1), 3 * look.unit, STAMP_PAPER)
    middle = np.array([pad + length / 2]), np.array([size[1] / 2])
    shapes = arrow_shapes(*middle, np.array([length]), np.array([0.0]), look.unit)
    inked(box, shapes.coverage(size, look.width_px), look.colour)
    ink.text((length + 2 * pad, size[1] / 2), text, INK, letters, anchor="lm")
    margin = round(8 * look.unit)
    left = margin if corner.endswith("left") else picture.width - size[0] - margin
    top = margin if corner.startswith("upper") else picture.height - size[1] - margin
    picture.alpha_composite(box, (max(left, 0), max(top, 0)))
    return picture
