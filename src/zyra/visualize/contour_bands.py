"""Colours of contours, and the areas between contour lines as classes of colour."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from zyra.fields.field import Array
from zyra.visualize.contour_ground import Ground
from zyra.visualize.contour_levels import Levels
from zyra.visualize.line_shades import LUMA_WEIGHTS, LineShades, line_shades
from zyra.visualize.painter import Painter
from zyra.visualize.palettes import Colours, Palette
from zyra.visualize.places import BLOCK_PIXELS
from zyra.visualize.resample import Levels as Indices
from zyra.visualize.resample import gathered, linear_levels, linear_values
from zyra.visualize.scale import FIELD_LEVELS, MISSING, Scale

Extend = Literal["auto", "neither", "min", "max", "both"]
Flags = NDArray[np.bool_]

RAMP = 256
# Lines lighter than this luma are hard to see on paper, where bands of that colour are not.
LINE_LUMA = 190.0
# Shades between the colours of two bands, where their bound crosses a pixel.
SHADES = 3
# Pixels of the largest map that gets them: they double the time, and matter less the finer it is.
MOST_SOFTENED = 1 << 22


@dataclass(frozen=True)
class Ends:
    """Whether values below the lowest and above the highest level are drawn as well."""

    below: bool
    above: bool


def ends_of(extend: Extend, levels: Levels, *, low_fixed: bool, high_fixed: bool) -> Ends:
    """What is drawn beyond the levels.

    Args:
        extend: As asked for; `auto` draws it where the levels come from a fixed range, which
            need not cover the values, but not beside levels that are listed.
        levels: Which there are.
        low_fixed: The lower end of the range does not come from the values themselves.
        high_fixed: Nor does the upper one.
    """
    if extend == "auto":
        return Ends(low_fixed and not levels.is_listed, high_fixed and not levels.is_listed)
    return Ends(extend in ("min", "both"), extend in ("max", "both"))


def band_scale(levels: Levels, ends: Ends, base: Scale, *, anchored: bool) -> Scale:
    """The scale whose classes are the bands between levels, and what is drawn beyond them.

    Args:
        levels: Bounds of the bands, two at least unless an end is open.
        ends: Which ends are open.
        base: Colours of values.
        anchored: A band has the colour of its middle in `base`; else all colours are spread
            evenly over the bands.
    """
    bounds = [*([-np.inf] * ends.below), *levels.values, *([np.inf] * ends.above)]
    inner = np.array(levels.values)
    spread = inner[-1] - inner[0] or 1.0
    closed = np.clip(bounds, inner[0] - spread * 1e-3, inner[-1] + spread * 1e-3)
    colours = contour_colours((closed[:-1] + closed[1:]) / 2, base, anchored=anchored)
    top = None if ends.above else levels.values[-1]
    palette = Palette(colours, bounds=tuple(bounds[:-1]), top=top, hides_below=not ends.below)
    return Scale(levels.values[0], levels.values[-1], palette)


def line_scale(levels: Levels, base: Scale, *, anchored: bool) -> Scale:
    """A scale with one class, and colour, for each line; pale ends of a palette are left out."""
    values = np.array(levels.values)
    if anchored or not base.is_affine:
        colours = contour_colours(values, base, anchored=anchored)
    else:
        colours = _spread(without_pale_ends(base.palette.sampled(RAMP)), len(values))
    return Scale(levels.values[0], levels.values[-1], Palette(colours, bounds=levels.values))


def contour_colours(values: NDArray[np.float64], base: Scale, *, anchored: bool) -> Colours:
    """The colour of each of ascending values, shape (n, 4)."""
    if not base.is_affine:
        known = np.vstack([base.colours, np.zeros((1, 4), np.uint8)])
        found: Colours = known[np.minimum(base.levels(values.astype(np.float32)), base.count)]
        return found
    ramp = base.palette.sampled(RAMP)
    if not anchored:
        return _spread(ramp, len(values))
    places = np.clip((values - base.low) / (base.high - base.low), 0.0, 1.0)
    at_values: Colours = ramp[np.rint(places * (RAMP - 1)).astype(np.intp)]
    return at_values


def without_pale_ends(ramp: Colours) -> Colours:
    """The part of a ramp between its pale ends; all of it if less than half would be left."""
    strong = np.flatnonzero(ramp[:, :3] @ LUMA_WEIGHTS <= LINE_LUMA)
    if not strong.size or strong[-1] - strong[0] < len(ramp) / 2:
        return ramp
    return ramp[strong[0] : strong[-1] + 1]


def _spread(ramp: Colours, count: int) -> Colours:
    """`count` colours of a ramp, evenly from its first to its last."""
    places = np.linspace(0.0, 1.0, count) if count > 1 else np.array([0.5])
    chosen: Colours = ramp[np.rint(places * (len(ramp) - 1)).astype(np.intp)]
    return chosen


@dataclass(frozen=True)
class Bands:
    """Bands on a map, before lines are drawn over them.

    Attributes:
        levels: Shape (height, width).
        shades: Their colours, and those of lines over them.
    """

    levels: Indices
    shades: LineShades


def painted_bands(ground: Ground, painter: Painter, scale: Scale) -> Bands:
    """The bands of `scale` with no lines over them; their bounds are soft on all but large maps."""
    places = painter.places(ground.grid)
    shades = line_shades(scale.colours)
    if painter.view.width * painter.view.height > MOST_SOFTENED:
        levels = linear_levels(ground.values, places, scale)
    else:
        values = linear_values(ground.values, places)
        levels = scale.levels(values)
        shades = _soften(levels, values, scale, shades)
    shown = shown_pixels(ground, painter)
    if shown is not None:
        levels[~shown] = MISSING
    return Bands(levels, shades)


def shown_pixels(ground: Ground, painter: Painter) -> Flags | None:
    """Which pixels lie in cells with a value, shape (height, width); None if all in the grid."""
    if ground.known is None:
        return None
    shown: Flags = gathered(ground.known.view(np.uint8), painter.places(ground.grid)) == 1
    return shown


def _soften(levels: Indices, values: Array, scale: Scale, shades: LineShades) -> LineShades:
    """Blend bands in the pixels that their bounds cross; changes `levels`."""
    bounds = _bounds(scale)
    steps = min(SHADES, (FIELD_LEVELS - scale.count) // len(bounds)) if len(bounds) else 0
    if steps < 1:
        return shades
    hard, width = levels.copy(), levels.shape[1]
    rows = max(1, BLOCK_PIXELS // width)
    # Pixels at the rim stay as they are: they have no neighbour on one side.
    for first in range(1, len(levels) - 1, rows):
        last = min(first + rows, len(levels) - 1)
        around = slice(first - 1, last + 1)
        pixels = np.flatnonzero(_beside_bounds(hard[around])) + width
        blends = _blends(values[around].reshape(-1), pixels, width, bounds, steps)
        crossed = blends >= 0
        levels[around].reshape(-1)[pixels[crossed]] = scale.count + blends[crossed]
    return _with_blends(shades, scale, bounds, steps)


def _blends(
    flat: Array, pixels: NDArray[np.intp], width: int, bounds: Array, steps: int
) -> NDArray[np.intp]:
    """Number of the blend that pixels get, each bound's `steps` in turn; -1 for none.

    Args:
        flat: Values of rows of `width` pixels, one after the other.
        pixels: Numbers of pixels that have one on each side.
        width: Of a row.
        bounds: Values between bands.
        steps: Blends between two bands.
    """
    value = flat.take(pixels)
    across = flat.take(pixels + 1) - flat.take(pixels - 1)
    down = flat.take(pixels + width) - flat.take(pixels - width)
    slope = np.sqrt(across * across + down * down) / 2
    bound = np.searchsorted((bounds[1:] + bounds[:-1]) / 2, value)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.rint(((value - bounds[bound]) / slope + np.float32(0.5)) * (steps + 1))
    crossed = (share >= 1) & (share <= steps)
    return np.where(crossed, bound * steps + np.where(crossed, share, 1).astype(np.intp) - 1, -1)


def _bounds(scale: Scale) -> Array:
    palette = scale.palette
    bounds = [*(palette.bounds or ()), *(() if palette.top is None else (palette.top,))]
    first = 0 if palette.hides_below else 1
    return np.array(bounds[first:], np.float32)


def _beside_bounds(levels: Indices) -> Flags:
    """Which pixels differ from one beside, above or below them; without those at the rim."""
    across = levels[1:-1, 1:] != levels[1:-1, :-1]
    down = levels[1:] != levels[:-1]
    beside: Flags = np.zeros((len(levels) - 2, levels.shape[1]), bool)
    inner = beside[:, 1:-1]
    np.logical_or(across[:, 1:], across[:, :-1], out=inner)
    inner |= down[1:, 1:-1]
    inner |= down[:-1, 1:-1]
    return beside


def _with_blends(shades: LineShades, scale: Scale, bounds: Array, steps: int) -> LineShades:
    """Shades with entries for the blends at each bound; under lines they look like a band."""
    colours, shaded = shades.colours.copy(), shades.shaded.copy()
    for number in range(len(bounds)):
        above = number if scale.palette.hides_below else number + 1
        pair = _seen(scale.colours, above - 1), _seen(scale.colours, above)
        for step in range(1, steps + 1):
            entry = scale.count + number * steps + step - 1
            colours[entry] = _mixed(*pair, step / (steps + 1))
            base = above if 0 <= above < scale.count else above - 1
            shaded[1:, entry] = shaded[1:, base]
            shaded[0, entry] = entry
    return LineShades(colours, shaded)


def _seen(colours: Colours, level: int) -> NDArray[np.float64]:
    """Colour of a level with its opacity to 1; beyond the ends it is transparent."""
    if 0 <= level < len(colours):
        return np.append(colours[level, :3], colours[level, 3] / 255.0)
    return np.zeros(4)


def _mixed(
    below: NDArray[np.float64], above: NDArray[np.float64], share: float
) -> NDArray[np.uint8]:
    """`share` of the colour above and the rest of that below, by what is seen of them."""
    weights = below[3] * (1 - share), above[3] * share
    total = sum(weights)
    if total == 0:
        return np.zeros(4, np.uint8)
    rgb = (below[:3] * weights[0] + above[:3] * weights[1]) / total
    mixed: Colours = np.rint(np.append(rgb, total * 255.0)).astype(np.uint8)
    return mixed
