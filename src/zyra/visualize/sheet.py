"""Put what a command paints on a map where it belongs: from edge to edge, or on a page."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image

from zyra.fields.field import FieldInfo
from zyra.fields.grid import Grid
from zyra.media.png import Pixels
from zyra.visualize.colour_bar import ColourBar
from zyra.visualize.graticule import DegreeLabel, graticule_labels
from zyra.visualize.layout import Layout, laid_out
from zyra.visualize.page import NO_DATA, PAPER, Flags, Page, stamped
from zyra.visualize.painter import Picture
from zyra.visualize.palettes import Colours
from zyra.visualize.plane_graticule import plane_labels
from zyra.visualize.plane_view import PlaneView
from zyra.visualize.projection import MapView
from zyra.visualize.style import Style
from zyra.visualize.view import View

# How far the rim of a globe may lie outside its map, where that was rounded to whole pixels.
RIM_SLACK_PX = 1.0
# Paints a map: levels with their colours, or RGBA of the size of the view.
Paint = Callable[[View], Picture | Image.Image]


@dataclass(frozen=True)
class Drawing:
    """A finished picture.

    Attributes:
        pixels: Shape (height, width) of indices of `colours`, or with RGB or RGBA besides.
        colours: RGBA of each index, or None.
        bar: The colour bar that belongs to it, whether it is on the picture or not; or None.
    """

    pixels: Pixels
    colours: Colours | None
    bar: ColourBar | None


@dataclass(frozen=True)
class Sheet:
    """The pictures of one style, whatever is painted on their maps."""

    style: Style

    def drawing(
        self, info: FieldInfo, grid: Grid, paint: Paint, bar: ColourBar | None = None
    ) -> Drawing:
        """The picture of a field, whose map is painted by `paint`.

        Args:
            info: Of the field, for title and time.
            grid: Of the field, which the map shows unless another extent is asked for.
            paint: Paints the map, features included; basemap, time and page are added here.
            bar: The colour bar for the page and the legend, or None.

        Raises:
            UsageError: There is no room for the map on its page, its extent is impossible, or
                the field has no time to write.
        """
        style = self.style
        if style.is_page:
            return Drawing(np.asarray(self._page(info, grid, paint, bar)), None, bar)
        view = style.choice.view(grid, style.width, style.height)
        painted = paint(view)
        if isinstance(painted, Picture) and style.timestamp is None and style.basemap is None:
            return Drawing(painted.levels, painted.colours, bar)
        return Drawing(np.asarray(self._finished(painted, view, info)), None, bar)

    def _finished(self, painted: Picture | Image.Image, view: View, info: FieldInfo) -> Image.Image:
        """The map with what lies under it and the time on it, RGBA."""
        style = self.style
        drawn = Image.fromarray(painted.rgba()) if isinstance(painted, Picture) else painted
        if style.basemap is not None:
            drawn = Image.alpha_composite(style.basemap.under(view), drawn)
        text = style.timestamp_of(info)
        return drawn if text is None else stamped(drawn, text, style.timestamp_corner, style.unit)

    def _page(
        self, info: FieldInfo, grid: Grid, paint: Paint, bar: ColourBar | None
    ) -> Image.Image:
        style = self.style
        layout = self._layout(grid, bar if style.has_bar else None)
        view = style.choice.view(grid, layout.map.width, layout.map.height)
        return Page(
            layout=layout,
            title=style.title_of(info),
            note=style.note_of(info),
            bar=bar if style.has_bar else None,
            degrees=degree_labels(view) if "gridlines" in style.features else (),
            globe=globe_of(view),
            has_frame=not shows_whole_globe(view),
            ground=PAPER if bar is None or bar.centred else NO_DATA,
        ).drawn_around(self._finished(paint(view), view, info))

    def _layout(self, grid: Grid, bar: ColourBar | None) -> Layout:
        style = self.style
        return laid_out(
            style.width,
            style.height,
            style.choice.aspect(grid),
            bar,
            unit=style.unit,
            degrees="gridlines" in style.features,
        )


def degree_labels(view: View) -> list[DegreeLabel]:
    """What to write beside a map: names of its meridians and parallels."""
    if isinstance(view, MapView):
        return graticule_labels(view)
    return plane_labels(view) if isinstance(view, PlaneView) else []


def globe_of(view: View) -> Flags | None:
    """Which pixels show the globe, shape (height, width); None if all do."""
    if isinstance(view, MapView) or not len(view.outline()):
        return None
    return np.isfinite(view.lonlat_of_pixels()[0])


def shows_whole_globe(view: View) -> bool:
    """Whether the globe's rim, which is drawn as a line itself, lies within the map."""
    rim = view.outline()
    if not len(rim):
        return False
    size = np.array([view.width, view.height] * 2) + RIM_SLACK_PX
    return bool((rim >= -RIM_SLACK_PX).all() and (rim <= size).all())
