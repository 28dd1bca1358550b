"""Put lines and areas of one colour on a picture: arrows, contour lines, labels' grounds."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageColor

from zyra.core.errors import UsageError
from zyra.visualize.line_shades import covered, line_shades
from zyra.visualize.map_features import feature_work
from zyra.visualize.painter import Picture
from zyra.visualize.palettes import Palette
from zyra.visualize.scale import MISSING
from zyra.visualize.view import View

Colour = tuple[int, int, int, int]
Coverage = NDArray[np.uint8]
Pixels = NDArray[np.uint8]


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


def ink_pixels(pixels: Pixels, coverage: Coverage, colour: Colour) -> None:
    """Put `colour` over pixels, as strong as `coverage`: the same as `inked`, for few pixels.

    Only those that are covered are looked at, which for thin lines on a large picture takes a
    tenth of the time.

    Args:
        pixels: RGBA of shape (height, width, 4), contiguous; changed.
        coverage: Shape (height, width).
        colour: RGBA; its alpha weakens all of it.
    """
    places, strength = covered(coverage.reshape(-1))
    flat = pixels.reshape(-1, 4)
    below = flat[places].astype(np.float32)
    share = strength[:, None].astype(np.float32) * np.float32(colour[3] / 255**2)
    alpha = below[:, 3:]
    alpha += (np.float32(255) - alpha) * share
    # Of the pixel's colour then, the ink's part is what the pixel's own opacity leaves to it.
    part = np.divide(share * np.float32(255), alpha, out=share, where=alpha > 0)
    below[:, :3] += (np.array(colour[:3], np.float32) - below[:, :3]) * part
    below += np.float32(0.5)
    flat[places] = below.astype(np.uint8)


def blank_map(view: View, features: tuple[str, ...], unit: float) -> Picture:
    """A transparent map with nothing but its lines, for what is drawn without a field."""
    levels = np.full((view.height, view.width), MISSING, np.uint8)
    shades = line_shades(NO_FIELD.sampled(2))
    for work in feature_work(view, features, unit):
        shades.draw(levels, work)
    return Picture(levels, shades.colours)


# Stands for the colours of a field where there is none.
NO_FIELD = Palette(np.array([(255, 255, 255, 255)] * 2, np.uint8))
