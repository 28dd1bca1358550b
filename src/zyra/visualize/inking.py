"""Put lines and areas of one colour on a picture: arrows, contour lines, labels' grounds."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageColor

from zyra.core.errors import UsageError
from zyra.visualize.line_shades import line_shades
from zyra.visualize.map_features import feature_work
from zyra.visualize.painter import Picture
from zyra.visualize.palettes import Palette
from zyra.visualize.scale import MISSING
from zyra.visualize.view import View

Colour = tuple[int, int, int, int]
Coverage = NDArray[np.uint8]


def colour_from(text: str) -> Colour:
    """The colour that `#333`, `#333333`, `#333333cc` or a name such as `navy` means, RGBA.

    Raises:
        UsageError: It means none.
    """
    try:
        red, green, blue, alpha = (*ImageColor.getrgb(text), 255)[:4]
    except ValueError as exc:
        raise UsageError(
            f"{text!r} is no colour", hint="give #rrggbb, #rrggbbaa or a name such as navy"
        ) from exc
    return red, green, blue, alpha


def inked(picture: Image.Image, coverage: Coverage, colour: Colour) -> Image.Image:
    """`picture` (RGBA) with `colour` over it, as strong as `coverage` (0 to 255) of each pixel.

    Args:
        picture: Of any size; changed and returned.
        coverage: Shape (height, width), such as `map_lines.draw_lines` gives it.
        colour: RGBA; its alpha weakens all of it.
    """
    red, green, blue, alpha = colour
    strength = coverage if alpha == 255 else (coverage.astype(np.uint16) * alpha // 255)
    layer = Image.new("RGBA", picture.size, (red, green, blue, 0))
    layer.putalpha(Image.fromarray(strength.astype(np.uint8)))
    picture.alpha_composite(layer)
    return picture


def blank_map(view: View, features: tuple[str, ...], unit: float) -> Picture:
    """A transparent map with nothing but its lines, for what is drawn without a field."""
    levels = np.full((view.height, view.width), MISSING, np.uint8)
    shades = line_shades(NO_FIELD.sampled(2))
    for work in feature_work(view, features, unit):
        shades.draw(levels, work)
    return Picture(levels, shades.colours)


# Stands for the colours of a field where there is none.
NO_FIELD = Palette(np.array([(255, 255, 255, 255)] * 2, np.uint8))
