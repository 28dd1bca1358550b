"""Put a map on a page: title, time, degrees and colour bar around it, a stamp on it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from zyra.visualize.colour_bar import INK, LABEL_SIZE, ColourBar
from zyra.visualize.graticule import DegreeLabel, even_labels
from zyra.visualize.layout import HEADER, SMALL_SIZE, TITLE_SIZE, Box, Layout
from zyra.visualize.text import Font, font, shortened

Flags = NDArray[np.bool_]

PAPER = (255, 255, 255)
# Where a coloured field has no values: lighter than any line, darker than the paper.
NO_DATA = (238, 238, 236)
QUIET_INK = (85, 85, 85)
STAMP_PAPER = (255, 255, 255, 215)


@dataclass(frozen=True)
class Page:
    """What stands around a map.

    Attributes:
        layout: Where.
        title: Above it on the left.
        note: Above it on the right, quieter.
        bar: Colour bar, or None.
        degrees: Labels of meridians below, and of parallels on the left or on the map.
        globe: Which pixels of the map show the Earth, or None if all do.
        has_frame: Whether a line goes around the map.
        ground: RGB under the map, where it is transparent.
    """

    layout: Layout
    title: str
    note: str
    bar: ColourBar | None
    degrees: Sequence[DegreeLabel] = ()
    globe: Flags | None = None
    has_frame: bool = True
    ground: tuple[int, int, int] = NO_DATA

    def drawn_around(self, map_picture: Image.Image) -> Image.Image:
        """The whole page, RGB, with `map_picture` (RGBA, of the size of the layout's map)."""
        page = Image.new("RGB", (self.layout.width, self.layout.height), PAPER)
        box = self.layout.map
        ground = Image.new("RGB", (box.width, box.height), self.ground)
        mask = None if self.globe is None else Image.fromarray(self.globe.astype(np.uint8) * 255)
        page.paste(ground, (box.left, box.top), mask)
        page.paste(map_picture, (box.left, box.top), map_picture)
        ink = ImageDraw.Draw(page)
        if self.has_frame:
            self._frame(ink, box)
        self._header(ink, box)
        self._degrees(ink, box)
        if self.bar is not None and self.layout.bar is not None:
            self._bar(page, self.bar, self.layout.bar)
        return page

    def _frame(self, ink: ImageDraw.ImageDraw, box: Box) -> None:
        width = max(1, round(self.layout.unit))
        around = (box.left - width, box.top - width, box.right + width - 1, box.bottom + width - 1)
        ink.rectangle(around, outline=INK, width=width)

    def _header(self, ink: ImageDraw.ImageDraw, box: Box) -> None:
        unit = self.layout.unit
        baseline = box.top - round((HEADER - TITLE_SIZE) * unit)
        left, right = self._header_span(box)
        note, note_font = shortened(self.note, (right - left) * 0.6, SMALL_SIZE * unit)
        room = right - left - note_font.getlength(note) - 12 * unit
        title, title_font = shortened(self.title, room, TITLE_SIZE * unit, bold=True)
        ink.text((left, baseline), title, INK, title_font, anchor="ls")
        ink.text((right, baseline), note, QUIET_INK, note_font, anchor="rs")

    def _header_span(self, box: Box) -> tuple[int, int]:
        """From where to where the header goes: the map's width, or as much more as it needs."""
        unit = self.layout.unit
        title = font(TITLE_SIZE * unit, bold=True).getlength(self.title)
        needed = title + font(SMALL_SIZE * unit).getlength(self.note) + 24 * unit
        margin = round(12 * unit)
        more = max(0, round((needed - box.width) / 2))
        left, right = box.left - more, box.right + more
        shift = max(0, margin - left) - max(0, right - self.layout.width + margin)
        return max(left + shift, margin), min(right + shift, self.layout.width - margin)

    def _degrees(self, ink: ImageDraw.ImageDraw, box: Box) -> None:
        unit = self.layout.unit
        chosen = font(LABEL_SIZE * 0.9 * unit)
        gap = round(5 * unit)
        for label in self.parallels():
            where = (box.left + label.inset - gap - unit, box.top + label.position)
            ink.text(where, label.text, QUIET_INK, chosen, anchor="rm")
        halo = max(1, round(1.5 * unit))
        for label in self._labels("on"):
            where = (box.left + label.inset, box.top + label.position)
            ink.text(
                where, label.text, QUIET_INK, chosen, "mm", stroke_width=halo, stroke_fill=PAPER
            )
        for label in self.meridians(chosen):
            where = (box.left + label.position, box.bottom + gap)
            ink.text(where, label.text, QUIET_INK, chosen, anchor="mt")

    def meridians(self, chosen: Font) -> Sequence[DegreeLabel]:
        """As many labels of longitude as have room beside each other, at even steps."""
        room = self.layout.width - self.layout.map.left
        below = [
            label
            for label in self._labels("below")
            if label.position + chosen.getlength(label.text) / 2 <= room
        ]
        widths = [chosen.getlength(label.text) for label in below]
        return even_labels(below, widths, 4 * self.layout.unit)

    def parallels(self) -> Sequence[DegreeLabel]:
        """As many labels of latitude as have room below each other, at even steps."""
        left = sorted(self._labels("left"), key=lambda label: label.position)
        heights = [LABEL_SIZE * self.layout.unit] * len(left)
        return even_labels(left, heights, 2 * self.layout.unit)

    def _labels(self, side: str) -> list[DegreeLabel]:
        return [label for label in self.degrees if label.side == side]

    def _bar(self, page: Image.Image, bar: ColourBar, box: Box) -> None:
        ink = ImageDraw.Draw(page)
        chosen = font(LABEL_SIZE * bar.unit)
        if bar.is_horizontal:
            bar.draw(page, box.left, box.top, box.width)
            where = (box.right + round(8 * bar.unit), box.top + round(6 * bar.unit))
            ink.text(where, bar.caption(box.width), INK, chosen, anchor="lm")
        else:
            bar.draw(page, box.left, box.top, box.height)
            caption = bar.caption(box.height)
            # To the right of the last meridian's label, as far as the page goes.
            farthest = self.layout.width - chosen.getlength(caption) - 2 * bar.unit
            left = min(box.left + 8 * bar.unit, farthest)
            ink.text((left, box.bottom + round(5 * bar.unit)), caption, INK, chosen, anchor="lt")


def stamped(picture: Image.Image, text: str, location: str, unit: float) -> Image.Image:
    """`picture` (RGBA) with `text` in a light box in a corner, such as `lower_right`."""
    text, chosen = shortened(text, picture.width * 0.9, TITLE_SIZE * 0.87 * unit, bold=True)
    pad = round(5 * unit)
    ascent, descent = chosen.getmetrics()
    size = (round(chosen.getlength(text)) + 2 * pad, ascent + descent + pad)
    stamp = Image.new("RGBA", size, (255, 255, 255, 0))
    ink = ImageDraw.Draw(stamp)
    ink.rounded_rectangle((0, 0, size[0] - 1, size[1] - 1), radius=3 * unit, fill=STAMP_PAPER)
    ink.text((size[0] / 2, size[1] / 2), text, (*INK, 255), chosen, anchor="mm")
    margin = round(8 * unit)
    left = margin if location.endswith("left") else picture.width - size[0] - margin
    top = margin if location.startswith("upper") else picture.height - size[1] - margin
    picture.alpha_composite(stamp, (max(left, 0), max(top, 0)))
    return picture
