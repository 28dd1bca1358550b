"""Draw fields as coloured maps in one style; what they share is worked out once."""

from dataclasses import dataclass, field
from functools import partial

from zyra.core.errors import UsageError
from zyra.fields.field import Array, Field
from zyra.visualize.colouring import Colouring
from zyra.visualize.directions import is_direction
from zyra.visualize.extent import extent_of
from zyra.visualize.painter import Interpolation, Painter, Picture
from zyra.visualize.projection import MapView
from zyra.visualize.resample import shown_values
from zyra.visualize.scale import Scale
from zyra.visualize.sheet import Drawing, Sheet
from zyra.visualize.style import Style
from zyra.visualize.view import Extent, View

# A page and the map without it; pictures of grids that move have a view each.
VIEWS_KEPT = 3


@dataclass(frozen=True)
class Artist:
    """Draws fields in one style and colouring.

    Attributes:
        style: How the pictures look.
        colouring: Which colours the values get.
        interpolation: How values between grid points are found.
    """

    style: Style
    colouring: Colouring
    interpolation: Interpolation = "auto"
    _painters: dict[tuple[View, Interpolation], Painter] = field(default_factory=dict, repr=False)

    def draw(self, drawn: Field) -> Drawing:
        """Draw one field.

        Raises:
            UsageError: The extent shows nothing of it, the range of colours is empty, or
                there is no room for the map on its page, or directions are to be blended.
            DataError: It has no value to take the range of colours from.
        """
        shown = self.shown_values(drawn)
        scale = self.colouring.scale_of(drawn, shown)
        bar = self.style.bar_of(drawn, shown, scale)
        paint = partial(self.paint, drawn, scale)
        return Sheet(self.style).drawing(drawn, drawn.grid, paint, bar)

    def shown_values(self, drawn: Field) -> Array:
        """The values whose range the colours cover by default: those inside the extent."""
        style = self.style
        if style.choice.extent is None:
            return drawn.values
        view = style.choice.view(drawn.grid, style.width, style.height)
        return shown_values(drawn.values, self.painter(drawn, view).places(drawn.grid))

    def painter(self, drawn: Field, view: View) -> Painter:
        """The painter of a map, which must show some of the field.

        Raises:
            UsageError: It shows nothing of it, or directions are to be blended.
        """
        interpolation = _interpolation_of(drawn, self.interpolation)
        painter = self._painters.get((view, interpolation))
        if painter is None:
            if len(self._painters) >= VIEWS_KEPT:
                self._painters.clear()
            painter = Painter(view, self.style.features, self.style.unit, interpolation)
            self._painters[view, interpolation] = painter
        if painter.places(drawn.grid).is_outside:
            _refuse_outside(drawn, self.style)
        return painter

    def paint(self, drawn: Field, scale: Scale, view: View) -> Picture:
        """The map of one field in the colours of `scale`.

        Raises:
            UsageError: As `painter`.
        """
        return self.painter(drawn, view).draw(drawn.values, drawn.grid, scale)


def _refuse_outside(drawn: Field, style: Style) -> None:
    covered = extent_of(drawn.grid)
    asked = style.choice.extent or covered
    raise UsageError(
        f"the extent {edges_text(asked)} shows nothing of {drawn.variable}",
        hint=f"its grid covers {edges_text(covered)}",
    )


def _interpolation_of(drawn: Field, asked: Interpolation) -> Interpolation:
    """How values of a field are found: the mean of 350 and 10 degrees would be south."""
    if not is_direction(drawn):
        return asked
    if asked == "linear":
        raise UsageError(
            f"{drawn.variable} holds directions, which cannot be blended linearly",
            hint="leave out --interpolation, or give nearest",
        )
    return "nearest"


def edges_text(extent: Extent) -> str:
    """West, east, south and north edge, for messages."""
    view = MapView.over(extent, 1, 1)
    return f"{view.west:g} {view.east:g} {view.south:g} {view.north:g}"
