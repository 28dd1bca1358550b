"""The legend of a chart: a sample and the name of each curve, in as many rows as it takes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from PIL import ImageDraw

from zyra.visualize.colour_bar import INK, LABEL_SIZE
from zyra.visualize.inking import Colour
from zyra.visualize.text import Font, font, shortened

# In units of the layout.
ROW_HEIGHT = 15.0
SAMPLE = 18.0
GAP = 6.0


@dataclass(frozen=True)
class Entry:
    """One curve: its name, its colour, and the size of its sample in units of the layout."""

    name: str
    colour: Colour
    sample: tuple[float, float]


@dataclass(frozen=True)
class Legend:
    """The names of curves, `width` pixels wide at most.

    Attributes:
        entries: In the order of the curves.
        width: That there is room for, pixels.
        unit: Pixels in a unit of the layout.
    """

    entries: Sequence[Entry]
    width: float
    unit: float

    @property
    def height(self) -> int:
        """Pixels that it takes down."""
        return round(len(self._rows) * ROW_HEIGHT * self.unit)

    def draw(self, ink: ImageDraw.ImageDraw, left: int, top: int) -> None:
        """Draw it with its upper left corner there."""
        for number, row in enumerate(self._rows):
            middle = top + (number + 0.5) * ROW_HEIGHT * self.unit
            for entry, name, chosen, x in row:
                self._sample(ink, entry, left + x, middle)
                where = (left + x + (SAMPLE + GAP) * self.unit, middle)
                ink.text(where, name, INK, chosen, anchor="lm")

    def _sample(self, ink: ImageDraw.ImageDraw, entry: Entry, left: float, middle: float) -> None:
        length, width = (size * self.unit for size in entry.sample)
        start = left + (SAMPLE * self.unit - length) / 2
        ink.rectangle(
            (start, middle - width / 2, start + length, middle + width / 2), entry.colour[:3]
        )

    @cached_property
    def _rows(self) -> list[list[tuple[Entry, str, Font, float]]]:
        rows: list[list[tuple[Entry, str, Font, float]]] = [[]]
        x = 0.0
        for entry, name, chosen, length in self._measured():
            if x > 0 and x + length > self.width:
                rows.append([])
                x = 0.0
            rows[-1].append((entry, name, chosen, x))
            x += length + 2 * GAP * self.unit
        return rows

    def _measured(self) -> Iterator[tuple[Entry, str, Font, float]]:
        """Each entry with its name as it is written, and the pixels it takes across."""
        own = (SAMPLE + GAP) * self.unit
        for entry in self.entries:
            name, chosen = entry.name, font(LABEL_SIZE * self.unit)
            if own + chosen.getlength(name) > self.width:
                name, chosen = shortened(name, self.width - own, LABEL_SIZE * self.unit)
            yield entry, name, chosen, own + chosen.getlength(name)
