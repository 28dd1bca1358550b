"""Draw fields in one style: as maps from edge to edge, or as pages around a map."""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from zyra.core.errors import UsageError
from zyra.fields.field import Array, Field, FieldInfo
from zyra.visualize.basemap import basemap_for
from zyra.visualize.colour_bar import ColourBar, Orientation
from zyra.visualize.directions import is_direction
from zyra.visualize.extent import extent_of
from zyra.visualize.graticule import graticule_labels
from zyra.visualize.layout import laid_out, unit_of
from zyra.visualize.page import Page, stamped
from zyra.visualize.painter import Interpolation, Painter
from zyra.visualize.palettes import Colours, Palette
from zyra.visualize.png import Pixels
from zyra.visualize.projection import Extent, MapView
from zyra.visualize.resample import shown_values
from zyra.visualize.scale import Scale, scale_of
from zyra.visualize.text import field_period, field_time, field_title

AUTOMATIC = "auto"
# A page and the map without it; pictures of grids that move have a view each.
VIEWS_KEPT = 3


@dataclass(frozen=True)
class Style:
    """How the pictures of a run look.

    Attributes:
        width, height: Of the picture in pixels.
        dpi: Pixels per inch, which text and lines grow with.
        extent: What the map shows, or None for all of the field.
        palette: Colours of the values.
        vmin, vmax: Values of the first and last colour, or None for those of the values shown.
        features: Names of the map features drawn over the field.
        interpolation: How values between grid points are found.
        basemap: Picture of the whole Earth that lies under the field, RGBA, or None.
        is_page: Whether there is a page around the map, with title, time and degrees.
        has_bar: Whether the page has a colour bar.
        orientation: How the colour bar lies.
        label: Title instead of the field's own, or None.
        timestamp: Text on the map, `auto` for the field's time, or None.
        timestamp_corner: Where it stands, such as `lower_right`.
    """

    width: int
    height: int
    dpi: int
    extent: Extent | None
    palette: Palette
    vmin: float | None
    vmax: float | None
    features: tuple[str, ...]
    interpolation: Interpolation
    basemap: Image.Image | None
    is_page: bool
    has_bar: bool
    orientation: Orientation
    label: str | None
    timestamp: str | None
    timestamp_corner: str

    @property
    def unit(self) -> float:
        """Pixels in a unit of the layout."""
        return unit_of(self.width, self.height, self.dpi)

    def title_of(self, field: Field) -> str:
        """What the picture of `field` is called."""
        return field_title(field) if self.label is None else self.label

    def note_of(self, info: FieldInfo) -> str:
        """What the values sum up, and when they hold unless that stands on the map."""
        time = field_time(info) if self.timestamp is None else ""
        valid = f"valid {time}" if time else ""
        return ", ".join(part for part in (field_period(info), valid) if part)

    def bar_of(self, field: Field, shown: Array, scale: Scale) -> ColourBar:
        """The colour bar of `scale`, with arrows where the values `shown` lie beyond it."""
        below = scale.is_affine and bool((shown < scale.low).any())
        above = scale.is_affine and bool((shown > scale.high).any())
        return ColourBar(scale, field.units, self.orientation, self.unit, below=below, above=above)


@dataclass(frozen=True)
class Drawing:
    """A finished picture.

    Attributes:
        pixels: Shape (height, width) of indices of `colours`, or with RGB or RGBA besides.
        colours: RGBA of each index, or None.
        bar: The colour bar that belongs to it, whether it is on the picture or not.
    """

    pixels: Pixels
    colours: Colours | None
    bar: ColourBar


class Artist:
    """Draws fields in one style; what they share is worked out once."""

    def __init__(self, style: Style) -> None:
        self.style = style
        self._painters: dict[tuple[MapView, Interpolation], Painter] = {}

    def draw(self, field: Field) -> Drawing:
        """Draw one field.

        Raises:
            UsageError: The extent shows nothing of it, the range of colours is empty, or
                there is no room for the map on its page, or directions are to be blended.
            DataError: It has no value to take the range of colours from.
        """
        style = self.style
        shown = self._shown_values(field)
        scale = scale_of(shown, style.palette, style.vmin, style.vmax)
        bar = style.bar_of(field, shown, scale)
        if style.is_page:
            return Drawing(np.asarray(self._page(field, bar)), None, bar)
        view = self._view(field, style.width, style.height)
        if style.timestamp is None and style.basemap is None:
            picture = self._painter(field, view).draw(field.values, field.grid, scale)
            return Drawing(picture.levels, picture.colours, bar)
        return Drawing(np.asarray(self._map(field, scale, view)), None, bar)

    def _view(self, field: Field, width: int, height: int) -> MapView:
        extent = extent_of(field.grid) if self.style.extent is None else self.style.extent
        return MapView.over(extent, width, height)

    def _shown_values(self, field: Field) -> Array:
        """The values whose range the colours cover by default: those inside the extent."""
        if self.style.extent is None:
            return field.values
        view = self._view(field, self.style.width, self.style.height)
        return shown_values(field.values, self._painter(field, view).places(field.grid))

    def _painter(self, field: Field, view: MapView) -> Painter:
        style = self.style
        interpolation = _interpolation_of(field, style.interpolation)
        painter = self._painters.get((view, interpolation))
        if painter is None:
            if len(self._painters) >= VIEWS_KEPT:
                self._painters.clear()
            painter = Painter(view, style.features, style.unit, interpolation)
            self._painters[view, interpolation] = painter
        if painter.places(field.grid).is_outside:
            covered = MapView.over(extent_of(field.grid), 1, 1)
            raise UsageError(
                f"the extent {edges_text(view)} shows nothing of {field.variable}",
                hint=f"its grid covers {edges_text(covered)}",
            )
        return painter

    def _map(self, field: Field, scale: Scale, view: MapView) -> Image.Image:
        """The map with what lies under it and on it, RGBA."""
        style = self.style
        picture = self._painter(field, view).draw(field.values, field.grid, scale)
        drawn = Image.fromarray(picture.rgba())
        if style.basemap is not None:
            drawn = Image.alpha_composite(basemap_for(style.basemap, view), drawn)
        if style.timestamp is not None:
            text = _timestamp(field, style.timestamp)
            drawn = stamped(drawn, text, style.timestamp_corner, style.unit)
        return drawn

    def _page(self, field: Field, bar: ColourBar) -> Image.Image:
        style = self.style
        degrees = "gridlines" in style.features
        whole = self._view(field, style.width, style.height)
        layout = laid_out(
            style.width,
            style.height,
            whole.true_aspect,
            bar if style.has_bar else None,
            unit=style.unit,
            degrees=degrees,
        )
        view = self._view(field, layout.map.width, layout.map.height)
        return Page(
            layout=layout,
            title=style.title_of(field),
            note=style.note_of(field),
            bar=bar if style.has_bar else None,
            degrees=graticule_labels(view) if degrees else (),
        ).drawn_around(self._map(field, bar.scale, view))


def _interpolation_of(field: Field, asked: Interpolation) -> Interpolation:
    """How values of `field` are found: the mean of 350 and 10 degrees would be south."""
    if not is_direction(field):
        return asked
    if asked == "linear":
        raise UsageError(
            f"{field.variable} holds directions, which cannot be blended linearly",
            hint="leave out --interpolation, or give nearest",
        )
    return "nearest"


def _timestamp(field: Field, asked: str) -> str:
    if asked != AUTOMATIC:
        return asked
    known = field_time(field)
    if not known:
        raise UsageError("the field has no valid time", hint="give the text as timestamp")
    return known


def edges_text(view: MapView) -> str:
    """West, east, south and north edge, for messages."""
    return f"{view.west:g} {view.east:g} {view.south:g} {view.north:g}"
