"""Draw contours of fields in one style."""

from dataclasses import dataclass
from functools import partial

import numpy as np
from PIL import Image

from zyra.core.errors import DataError, UsageError
from zyra.fields.field import Array, Field, FieldInfo
from zyra.visualize.artist import Artist
from zyra.visualize.colour_bar import ColourBar
from zyra.visualize.contour_bands import (
    Ends,
    Extend,
    band_scale,
    ends_of,
    line_scale,
    painted_bands,
    shown_pixels,
)
from zyra.visualize.contour_ground import Ground, ground_of
from zyra.visualize.contour_levels import LevelChoice, Levels
from zyra.visualize.contour_lines import contour_segments
from zyra.visualize.contour_pen import INK, ContourLines, Pen, drawn_lines, lines_over_bands
from zyra.visualize.directions import is_direction
from zyra.visualize.map_features import feature_work
from zyra.visualize.painter import Painter, Picture
from zyra.visualize.scale import Scale, finite_range, parted
from zyra.visualize.sheet import Drawing, Sheet
from zyra.visualize.view import View

__all__ = ["ContourArtist", "ContourPlan", "Pen"]


@dataclass(frozen=True)
class ContourPlan:
    """What pictures of one quantity share.

    Attributes:
        levels: Values that lines are drawn at.
        scale: Colours of the bands between them, or of the lines.
        bar: Their colour bar.
    """

    levels: Levels
    scale: Scale
    bar: ColourBar


@dataclass(frozen=True)
class ContourArtist:
    """Draws fields as contour lines, as bands, or as both.

    Attributes:
        artist: How the pictures look, and which colours values get.
        choice: How levels are chosen.
        pen: How lines are drawn; None draws none.
        is_filled: Whether the bands between levels are coloured.
        extend: Beyond which end of the levels they are.
    """

    artist: Artist
    choice: LevelChoice
    pen: Pen | None = None
    is_filled: bool = False
    extend: Extend = "auto"

    def draw(self, drawn: Field) -> Drawing:
        """Draw one field.

        Raises:
            UsageError: The extent shows nothing of it, no level lies within its values, or it
                holds directions.
            DataError: It has no values, or they are all the same.
        """
        plan = self.plan(drawn, self.artist.shown_values(drawn))
        paint = partial(self.paint, drawn, plan)
        return Sheet(self.artist.style).drawing(drawn, drawn.grid, paint, plan.bar)

    def plan(self, info: FieldInfo, shown: Array) -> ContourPlan:
        """Levels and colours for a quantity of which the values `shown` are seen.

        Raises:
            UsageError: No level lies within them, or they are directions.
            DataError: There are none, or they are all the same.
        """
        _refuse_directions(info)
        base = self.artist.colouring.scale_of(info, parted(shown))
        levels = self.choice.levels(base)
        self._check(info, finite_range(shown), levels, base)
        scale = self._scale(levels, base)
        return ContourPlan(levels, scale, self._bar(info, scale))

    def _scale(self, levels: Levels, base: Scale) -> Scale:
        """Colours of bands, or of lines."""
        colouring = self.artist.colouring
        low_fixed = colouring.vmin is not None or base.palette.span is not None
        high_fixed = colouring.vmax is not None or base.palette.span is not None
        anchored = levels.is_listed and (low_fixed or high_fixed)
        if not self.is_filled:
            return line_scale(levels, base, anchored=anchored)
        if base.palette.bounds == levels.values and self.extend == "auto":
            return base
        ends = ends_of(self.extend, levels, low_fixed=low_fixed, high_fixed=high_fixed)
        return band_scale(levels, ends, base, anchored=anchored)

    def _bar(self, drawn: FieldInfo, scale: Scale) -> ColourBar:
        style, ends = self.artist.style, _open_ends(scale)
        if not self.is_filled:
            return ColourBar(scale, drawn.units, style.orientation, style.unit, centred=True)
        return ColourBar(
            scale, drawn.units, style.orientation, style.unit, below=ends.below, above=ends.above
        )

    def _check(
        self, drawn: FieldInfo, ends: tuple[float, float], levels: Levels, base: Scale
    ) -> None:
        """Refuse what would give an empty picture for no reason in the data."""
        low, high = ends
        if self.is_filled and self._fills_any(ends, levels, base):
            return
        if low == high:
            raise DataError(
                f"every value of {drawn.variable} is {low:g}: it has no contours",
                hint="draw it with visualize heatmap, or list levels around it with filled",
            )
        if not any(low < level <= high for level in levels.values):
            raise UsageError(
                f"no level from {levels.values[0]:g} to {levels.values[-1]:g} lies within"
                f" {drawn.variable}, which goes from {low:g} to {high:g}",
                hint="give levels in its unit between these, or leave them out",
            )

    def _fills_any(self, ends: tuple[float, float], levels: Levels, base: Scale) -> bool:
        """Whether bands that do not come from the values themselves make a picture of them."""
        colouring, (first, last) = self.artist.colouring, (levels.values[0], levels.values[-1])
        if not levels.is_listed:
            # A dry day among maps of rain is no mistake.
            return not base.is_affine or None not in (colouring.vmin, colouring.vmax)
        if first == last and self.extend in ("auto", "neither"):
            raise UsageError(
                f"one level, {first:g}, bounds no band",
                hint="give two levels at least, or extend both",
            )
        return self.extend == "both" or (first <= ends[1] and last >= ends[0])

    def paint(self, drawn: Field, plan: ContourPlan, view: View) -> Picture | Image.Image:
        """The map of one field, its features included.

        Raises:
            UsageError: The map shows nothing of it.
        """
        levels, scale = plan.levels, plan.scale
        painter = self.artist.painter(drawn, view)
        ground = ground_of(drawn.values, drawn.grid, painter.places(drawn.grid))
        lines = None if self.pen is None else self._lines(self.pen, ground, painter, levels, scale)
        if not self.is_filled and lines is not None:
            return drawn_lines(lines, painter)
        bands = painted_bands(ground, painter, scale)
        for work in feature_work(view, painter.features, painter.unit):
            bands.shades.draw(bands.levels, work)
        picture = Picture(bands.levels, bands.shades.colours)
        return picture if lines is None else lines_over_bands(lines, bands, painter)

    def _lines(
        self, pen: Pen, ground: Ground, painter: Painter, levels: Levels, scale: Scale
    ) -> ContourLines:
        one = pen.colour or (INK if self.is_filled else None)
        count = len(levels.values)
        colours = scale.colours if one is None else np.tile(np.array(one, np.uint8), (count, 1))
        return ContourLines(
            values=levels.values,
            segments=contour_segments(ground, painter.view, levels.values),
            colours=colours,
            pen=pen,
            shown=shown_pixels(ground, painter),
        )


def _open_ends(scale: Scale) -> Ends:
    """Which end classes of bands go on beyond the levels."""
    bounds, top = scale.palette.bounds or (), scale.palette.top
    below = bool(bounds) and bounds[0] == -np.inf
    # Palettes with bounds of their own show the last class like the others.
    return Ends(below, bool(bounds) and top is None and bounds[-1] == scale.high)


def _refuse_directions(drawn: FieldInfo) -> None:
    if is_direction(drawn):
        raise UsageError(
            f"{drawn.variable} holds directions, whose values have no contours at north",
            hint="draw it with visualize heatmap",
        )
