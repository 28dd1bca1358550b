"""Where the parts of a picture stand: map, title, colour bar, degree labels."""

from dataclasses import dataclass

from zyra.core.errors import UsageError
from zyra.visualize.colour_bar import ColourBar

# In units of the layout: one pixel of a picture 1024 x 512 at 96 dpi.
PADDING = 12.0
HEADER = 22.0
TITLE_SIZE = 15.0
SMALL_SIZE = 11.0
DEGREES_BELOW = 15.0
DEGREES_LEFT = 34.0
BAR_GAP = 8.0
SMALLEST_MAP = 16


@dataclass(frozen=True)
class Box:
    """A rectangle of pixels from its upper left corner."""

    left: int
    top: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """First column after it."""
        return self.left + self.width

    @property
    def bottom(self) -> int:
        """First row after it."""
        return self.top + self.height


@dataclass(frozen=True)
class Layout:
    """The parts of a page.

    Attributes:
        width, height: Of the page.
        unit: Pixels in a unit of the layout.
        map: Where the map is drawn.
        bar: Where the colour bar begins and how long it is, or None.
    """

    width: int
    height: int
    unit: float
    map: Box
    bar: Box | None


def unit_of(width: int, height: int, dpi: int) -> float:
    """Pixels in a unit: text keeps its share of the picture, and grows with `dpi`."""
    return dpi / 96.0 * max(min(width / 1024.0, height / 512.0), 0.75)


def laid_out(
    width: int, height: int, aspect: float, bar: ColourBar | None, *, unit: float, degrees: bool
) -> Layout:
    """Fit a map of the given `aspect` (width / height) with what belongs to it on a page.

    Args:
        width: Of the page, pixels.
        height: Of the page, pixels.
        aspect: Width of the map divided by its height.
        bar: Colour bar below or right of the map, or None.
        unit: Pixels in a unit of the layout.
        degrees: Whether the map has labels of longitude and latitude at its sides.

    Raises:
        UsageError: Nothing is left for the map.
    """
    pad = round(PADDING * unit)
    left = pad + round(DEGREES_LEFT * unit) * degrees
    top = pad + round(HEADER * unit)
    below = pad + round(DEGREES_BELOW * unit) * degrees
    right = pad + round(6 * unit)
    depth = bar.depth(min(width, height)) + round(BAR_GAP * unit) if bar else 0
    if bar is not None and bar.is_horizontal:
        below += depth + round(2 * unit)
    elif bar is not None:
        right += depth
    room = Box(left, top, width - left - right, height - top - below)
    if min(room.width, room.height) < SMALLEST_MAP:
        raise UsageError(
            f"{width} x {height} pixels leave no room for a map beside title and colour bar",
            hint="ask for a larger picture, a lower dpi, or leave out --colorbar and --label",
        )
    inner = _centred(room, aspect)
    return Layout(width, height, unit, inner, _bar_box(inner, bar, unit, degrees))


def _centred(room: Box, aspect: float) -> Box:
    """The largest box of that aspect in `room`, in its middle."""
    width = min(room.width, round(room.height * aspect))
    height = min(room.height, round(width / aspect))
    width, height = max(width, SMALLEST_MAP), max(height, SMALLEST_MAP)
    return Box(
        room.left + (room.width - width) // 2, room.top + (room.height - height) // 2, width, height
    )


def _bar_box(inner: Box, bar: ColourBar | None, unit: float, degrees: bool) -> Box | None:
    if bar is None:
        return None
    gap = round(BAR_GAP * unit)
    if bar.is_horizontal:
        below = inner.bottom + gap + round(DEGREES_BELOW * unit) * degrees
        inset = round(inner.width * 0.1)
        length = inner.width - 2 * inset
        return Box(inner.left + inset, below, length, bar.depth(length))
    length = inner.height
    return Box(inner.right + gap + round(2 * unit), inner.top, bar.depth(length), length)
