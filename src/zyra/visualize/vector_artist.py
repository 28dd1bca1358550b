"""Draw vectors in one style, alone or over a coloured field."""

from dataclasses import dataclass, field, replace

import numpy as np
from PIL import Image

from zyra.core.errors import UsageError
from zyra.fields.field import Array, Field, FieldInfo
from zyra.visualize.artist import VIEWS_KEPT, Artist
from zyra.visualize.colour_bar import ColourBar
from zyra.visualize.colouring import Colouring
from zyra.visualize.inking import blank_map
from zyra.visualize.painter import Picture
from zyra.visualize.scale import Scale
from zyra.visualize.sheet import Drawing, Sheet
from zyra.visualize.style import Style
from zyra.visualize.text import field_title
from zyra.visualize.units import converted
from zyra.visualize.vector_key import with_key
from zyra.visualize.vector_pairs import Vectors
from zyra.visualize.vectors import VectorLook, VectorPainter
from zyra.visualize.view import View

KNOTS = "kt"


@dataclass(frozen=True)
class VectorArtist:
    """Draws vectors in one style.

    Attributes:
        style: How the pictures look.
        colouring: Which colours a background gets.
        look: How the vectors look.
        key: Speed of the key's arrow, 0 for none, None for a round one on pages.
    """

    style: Style
    colouring: Colouring
    look: VectorLook
    key: float | None = None
    _painters: dict[View, VectorPainter] = field(default_factory=dict, repr=False)

    def draw(self, vectors: Vectors, background: Field | None) -> tuple[Drawing, FieldInfo]:
        """The picture of vectors, over `background` if there is one, and what it shows.

        Raises:
            UsageError: The extent shows nothing of them, barbs have no knots to show, the range
                of colours is empty, or there is no room for the map on its page.
            DataError: They have no values.
        """
        vectors.require_values()
        shown = in_knots(vectors) if self.look.kind == "barbs" else vectors
        ground = _Ground.of(self.style, self.colouring, background)

        def paint(view: View) -> Image.Image:
            pixels = ground.picture(view).rgba()
            painter = self.painter(view)
            painter.ink(shown, pixels)
            return self._with_key(Image.fromarray(pixels), painter, shown)

        info = _info_of(vectors, background)
        return Sheet(self.style).drawing(info, vectors.grid, paint, ground.bar), info

    def painter(self, view: View) -> VectorPainter:
        """The painter of a map; the same for the same map."""
        if view not in self._painters:
            if len(self._painters) >= VIEWS_KEPT:
                self._painters.clear()
            self._painters[view] = VectorPainter(view, self.look)
        return self._painters[view]

    def _with_key(
        self, picture: Image.Image, painter: VectorPainter, vectors: Vectors
    ) -> Image.Image:
        is_wanted = self.style.is_page if self.key is None else self.key > 0
        if not is_wanted or self.look.kind != "arrows":
            return picture
        style = self.style
        is_free = style.timestamp is None or style.timestamp_corner != "lower_left"
        return with_key(
            picture,
            painter,
            painter.scale_of(vectors),
            vectors.units,
            speed=self.key,
            corner="lower_left" if is_free else "lower_right",
        )


@dataclass(frozen=True)
class _Ground:
    """What lies under the vectors: a coloured field, or nothing but the lines of the map."""

    artist: Artist
    field: Field | None = None
    scale: Scale | None = None
    bar: ColourBar | None = None

    @classmethod
    def of(cls, style: Style, colouring: Colouring, drawn: Field | None) -> "_Ground":
        artist = Artist(style, colouring)
        if drawn is None:
            return cls(artist)
        shown = artist.shown_values(drawn)
        scale = colouring.scale_of(drawn, shown)
        return cls(artist, drawn, scale, style.bar_of(drawn, shown, scale))

    def picture(self, view: View) -> Picture:
        if self.field is None or self.scale is None:
            return blank_map(view, self.artist.style.features, self.artist.style.unit)
        return self.artist.paint(self.field, self.scale, view)


def in_knots(vectors: Vectors) -> Vectors:
    """The same vectors in knots, which barbs count.

    Raises:
        UsageError: Their unit is unknown, or none of speed.
    """
    parts = []
    for part in (vectors.u, vectors.v):
        exact = converted(part.values.astype(np.float64), part.units, KNOTS)
        if exact is None:
            raise _no_knots(part)
        values: Array = exact.astype(np.float32)
        parts.append(replace(part, values=values, units=KNOTS))
    return replace(vectors, u=parts[0], v=parts[1])


def _no_knots(part: Field) -> UsageError:
    if not part.units:
        return UsageError(
            f"barbs show knots, and the unit of {part.variable} is unknown",
            hint="say which it is, such as --units m/s, or draw --style arrows",
        )
    return UsageError(
        f"barbs show knots, and {part.variable} is in {part.units}, which is no unit of speed",
        hint="draw --style arrows",
    )


def _info_of(vectors: Vectors, background: Field | None) -> FieldInfo:
    """What the picture is called."""
    if background is None:
        return vectors.info
    if background.variable == "speed":
        return background
    name = field_title(vectors.info)
    title = f"{field_title(background)}; {name[:1].lower()}{name[1:]}"
    return replace(background, long_name=title, level=None, member=None, dimensions={})
