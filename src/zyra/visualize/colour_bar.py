"""The colour bar of a scale: which colour stands for which value."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from PIL import Image, ImageDraw

from zyra.visualize.scale import Scale
from zyra.visualize.text import (
    Font,
    font,
    nice_ticks,
    written_numbers,
    written_power,
    written_units,
)

Orientation = Literal["horizontal", "vertical"]

INK = (34, 34, 34)
# Sizes in units of the layout (one pixel of a picture 1024 wide at 96 dpi).
THICKNESS = 12.0
TICK = 4.0
LABEL_SIZE = 11.0
GAP = 3.0
FINE_TICKS = 9
LEGEND_LENGTH = 480.0
LEGEND_PADDING = 24.0


@dataclass(frozen=True)
class ColourBar:
    """A colour bar that is to be drawn.

    Attributes:
        scale: What it shows.
        units: Unit of the values, as the data spell it.
        orientation: Along which side it lies.
        unit: Pixels in a unit of the layout.
        below, above: Whether the field has values beyond the ends: they become arrows. Of
            classes, the first or last one is then the arrow.
        centred: Each class stands for its bound alone, as a contour line does: what is
            written stands in its middle.
    """

    scale: Scale
    units: str
    orientation: Orientation
    unit: float
    below: bool = False
    above: bool = False
    centred: bool = False

    @property
    def is_horizontal(self) -> bool:
        """Whether values grow to the right, not upwards."""
        return self.orientation == "horizontal"

    def depth(self, length: int) -> int:
        """Pixels it takes across, labels included, when it is `length` pixels long."""
        if self.is_horizontal:
            return round((THICKNESS + TICK + GAP + LABEL_SIZE * 1.2) * self.unit)
        texts, _ = self._labels(length)
        widest = max((self._font.getlength(text) for text in texts), default=0.0)
        return round((THICKNESS + TICK + GAP) * self.unit + widest)

    def caption(self, length: int) -> str:
        """The unit of the labels, with the power of ten that was taken out of them."""
        _, exponent = self._labels(length)
        return " ".join(
            part for part in (written_power(exponent), written_units(self.units)) if part
        )

    @property
    def _font(self) -> Font:
        return font(LABEL_SIZE * self.unit)

    def draw(self, page: Image.Image, left: int, top: int, length: int) -> None:
        """Draw it on `page` (RGB or RGBA), `length` pixels long, from its upper left corner."""
        bar = self._bar(length)
        page.paste(bar, (left, top), bar)
        ink = ImageDraw.Draw(page)
        texts, _ = self._labels(length)
        for tick, text in zip(self._ticks(length), texts, strict=True):
            place = round(self._place(tick, length))
            if self.is_horizontal:
                self._draw_lying_tick(ink, left + place, top + self._thickness(), text)
            else:
                self._draw_standing_tick(
                    ink, left + self._thickness(), top + length - 1 - place, text
                )

    @property
    def _line_width(self) -> int:
        return max(1, round(self.unit * 0.8))

    def _thickness(self) -> int:
        return max(2, round(THICKNESS * self.unit))

    def _arrow(self) -> int:
        return round(THICKNESS * self.unit * 0.8)

    def _bar(self, length: int) -> Image.Image:
        """The coloured strip with its frame and arrows, RGBA, lying or standing."""
        low_arrow, high_arrow = self.below * self._arrow(), self.above * self._arrow()
        body = length - low_arrow - high_arrow
        first, last = self._shown_levels()
        row = first + np.arange(body) * (last - first) // body
        ends = [0] * low_arrow, [self.scale.count - 1] * high_arrow
        levels = np.concatenate([ends[0], row, ends[1]]).astype(int)
        thick = self._thickness()
        strip = np.broadcast_to(self.scale.colours[levels], (thick, length, 4))
        picture = Image.fromarray(np.ascontiguousarray(strip), "RGBA")
        outline = self._outline(length, low_arrow, high_arrow)
        mask = Image.new("L", (length * 4, thick * 4), 0)
        ImageDraw.Draw(mask).polygon([(x * 4, y * 4) for x, y in outline], fill=255)
        visible = np.asarray(mask.resize((length, thick), Image.Resampling.BOX))
        alpha = np.asarray(picture.getchannel("A")).astype(np.uint16) * visible // 255
        picture.putalpha(Image.fromarray(alpha.astype(np.uint8)))
        frame = ImageDraw.Draw(picture)
        frame.line([*outline, outline[0]], fill=(*INK, 255), width=self._line_width)
        return picture if self.is_horizontal else picture.transpose(Image.Transpose.ROTATE_90)

    def _outline(self, length: int, low_arrow: int, high_arrow: int) -> list[tuple[float, float]]:
        bottom, right = self._thickness() - 1, length - 1
        points: list[tuple[float, float]] = [(low_arrow, 0), (right - high_arrow, 0)]
        points += [(right, bottom / 2)] if high_arrow else []
        points += [(right - high_arrow, bottom), (low_arrow, bottom)]
        points += [(0, bottom / 2)] if low_arrow else []
        return points

    def _shown_levels(self) -> tuple[int, int]:
        """First level between the arrows, and the one after the last."""
        if self.scale.is_affine:
            return 0, self.scale.count
        return int(self.below), self.scale.count - self.above

    def _bounds(self) -> list[float]:
        """Bounds of the classes between the arrows."""
        bounds, top = self.scale.palette.bounds or (), self.scale.palette.top
        return [*bounds[int(self.below) :], *(() if top is None else (top,))]

    def _ticks(self, length: int) -> list[float]:
        if self.scale.is_affine:
            room = (60 if self.is_horizontal else 34) * self.unit
            return _ticks(self.scale, max(2, min(11, int(length / room))))
        bounds = self._bounds()
        room = LABEL_SIZE * 1.4 * self.unit
        if self.is_horizontal:
            texts, _ = written_numbers(bounds)
            room = max(map(self._font.getlength, texts)) + 6 * self.unit
        every = max(1, math.ceil(len(bounds) * room / max(length, 1)))
        return bounds[::every]

    def _labels(self, length: int) -> tuple[list[str], int]:
        return written_numbers(self._ticks(length))

    def _place(self, value: float, length: int) -> float:
        """Pixels from the low end of the bar to `value`."""
        low_arrow, high_arrow = self.below * self._arrow(), self.above * self._arrow()
        if self.scale.is_affine:
            share = (value - self.scale.low) / (self.scale.high - self.scale.low)
        else:
            first, last = self._shown_levels()
            share = (self._bounds().index(value) + 0.5 * self.centred) / (last - first)
        return low_arrow + share * (length - 1 - low_arrow - high_arrow)

    def _draw_lying_tick(self, ink: ImageDraw.ImageDraw, x: int, y: int, text: str) -> None:
        tick = round(TICK * self.unit)
        ink.line([(x, y), (x, y + tick - 1)], fill=INK, width=self._line_width)
        ink.text((x, y + tick + round(GAP * self.unit / 2)), text, INK, self._font, anchor="mt")

    def _draw_standing_tick(self, ink: ImageDraw.ImageDraw, x: int, y: int, text: str) -> None:
        tick = round(TICK * self.unit)
        ink.line([(x, y), (x + tick - 1, y)], fill=INK, width=self._line_width)
        ink.text((x + tick + round(GAP * self.unit), y), text, INK, self._font, anchor="lm")


def _ticks(scale: Scale, most: int) -> list[float]:
    """Round values, at least two: one number alone tells nothing of a range."""
    ticks = nice_ticks(scale.low, scale.high, most)
    if len(ticks) > 1:
        return ticks
    finer = nice_ticks(scale.low, scale.high, FINE_TICKS)
    return [finer[0], finer[-1]]


def legend(bar: ColourBar) -> Image.Image:
    """The colour bar alone on a transparent ground, RGBA, with its unit."""
    length, pad = round(LEGEND_LENGTH * bar.unit), round(LEGEND_PADDING * bar.unit)
    caption, chosen = bar.caption(length), font(LABEL_SIZE * bar.unit)
    depth, line = bar.depth(length), round(LABEL_SIZE * 1.6 * bar.unit)
    longer = length + 2 * pad
    if bar.is_horizontal:
        picture = Image.new("RGBA", (longer, depth + line + pad), (255, 255, 255, 0))
        bar.draw(picture, pad, pad // 2, length)
        where, anchor = (longer / 2, depth + line / 2 + pad / 2), "mm"
    else:
        wide = max(depth, round(chosen.getlength(caption))) + pad
        picture = Image.new("RGBA", (wide, longer + line), (255, 255, 255, 0))
        bar.draw(picture, pad // 2, pad, length)
        where, anchor = (pad / 2, longer + line / 2 - pad / 2), "ls"
    ImageDraw.Draw(picture).text(where, caption, (*INK, 255), chosen, anchor=anchor)
    return picture
