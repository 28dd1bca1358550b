"""Draw curves on axes: a chart with title, grid, legend and labels."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageColor, ImageDraw

from zyra.core.errors import UsageError
from zyra.visualize.axes import Axis, number_axis, padded
from zyra.visualize.axes_time import time_axis
from zyra.visualize.chart_legend import SAMPLE, Entry, Legend
from zyra.visualize.chart_lines import dot_segments, line_segments, lone_points
from zyra.visualize.colour_bar import INK, LABEL_SIZE
from zyra.visualize.curves import Curves, Numbers
from zyra.visualize.inking import Colour, inked
from zyra.visualize.layout import PADDING, TITLE_SIZE, Box, unit_of
from zyra.visualize.map_lines import draw_lines
from zyra.visualize.page import PAPER, QUIET_INK
from zyra.visualize.palettes import named_palette
from zyra.visualize.text import Font, font, shortened, written_power, written_units

ChartStyle = Literal["line", "scatter"]

# Told apart with every kind of colour vision (Okabe and Ito, 2008), yellow and black left out.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
MANY_COLOURS = "turbo"
GRID_INK = (226, 226, 224)
# In units of the layout.
LINE_WIDTH = 1.6
DOT_WIDTH = 5.0
# Of a value without neighbours, which no line shows.
LONE_WIDTH = 3.0
TICK = 4.0
LINE_HEIGHT = 15.0
LEGEND_GAP = 5.0
# Room that a label takes, so that so many ticks fit.
ROOM_ACROSS = 64.0
ROOM_DOWN = 34.0
SMALLEST_PLOT = 16


@dataclass(frozen=True)
class Chart:
    """Curves with all that is written around them.

    Attributes:
        curves: In the order of x, with some value in them.
        width, height: Of the picture in pixels.
        dpi: Pixels per inch, which text and lines grow with.
        style: Lines or dots.
        title, xlabel, ylabel: Texts instead of those from the data, or None.
    """

    curves: Curves
    width: int
    height: int
    dpi: int = 96
    style: ChartStyle = "line"
    title: str | None = None
    xlabel: str | None = None
    ylabel: str | None = None

    @property
    def unit(self) -> float:
        """Pixels in a unit of the layout."""
        return unit_of(self.width, self.height, self.dpi)

    @property
    def shown_title(self) -> str:
        """What stands above it."""
        if self.title is not None:
            return self.title
        if self.curves.title:
            return self.curves.title
        return self.curves.curves[0].name if len(self.curves.curves) == 1 else ""

    @property
    def shown_xlabel(self) -> str:
        """What stands below the x axis."""
        if self.xlabel is not None:
            return self.xlabel
        units = "UTC" if self.curves.is_time else written_units(self.curves.x_units)
        return _with_units(self.curves.x_name, _scaled(units, self._x_axis.exponent))

    @property
    def shown_ylabel(self) -> str:
        """What stands beside the y axis; what was taken out of the numbers always does."""
        exponent = self._y_axis.exponent
        if self.ylabel is not None:
            return _with_units(self.ylabel, written_power(exponent))
        units = _scaled(written_units(self.curves.units), exponent)
        is_named = len(self.curves.curves) == 1 and self.shown_title != self.curves.curves[0].name
        return _with_units(self.curves.curves[0].name, units) if is_named else units

    @cached_property
    def plot(self) -> Box:
        """Where the curves are drawn.

        Raises:
            UsageError: The text around them leaves no room.
        """
        unit, pad = self.unit, round(PADDING * self.unit)
        above = bool(self.shown_title) * TITLE_SIZE * 1.5
        top = pad + round(above * unit)
        if self._has_legend:
            top += self._legend.height + round(LEGEND_GAP * unit)
        lines_below = (1 + self.curves.is_time + bool(self.shown_xlabel)) * LINE_HEIGHT + TICK + 2
        left = pad + round(bool(self.shown_ylabel) * LINE_HEIGHT * 1.25 * unit)
        left += round(self._widest_number + (TICK + 4) * unit)
        right = pad + round(8 * unit)
        width = self.width - left - right
        height = self.height - top - round(lines_below * unit) - pad // 2
        if min(width, height) < SMALLEST_PLOT:
            raise UsageError(
                f"{self.width} x {self.height} pixels leave no room for curves beside the text",
                hint="ask for a larger picture or a lower dpi",
            )
        return Box(left, top, width, height)

    def places(self, values: Numbers) -> tuple[Numbers, Numbers]:
        """Columns and rows, in pixels of the plot from its corner, of values of a curve."""
        columns = self._x_axis.shares(self.curves.x) * self.plot.width
        rows = (1.0 - self._y_axis.shares(values)) * self.plot.height
        return columns, rows

    def drawn(self) -> NDArray[np.uint8]:
        """The picture, RGB, shape (height, width, 3)."""
        picture = Image.new("RGB", (self.width, self.height), PAPER)
        ink = ImageDraw.Draw(picture)
        self._grid(ink)
        plot = self._plot()
        picture.paste(plot, (self.plot.left, self.plot.top), plot)
        self._axes(ink)
        self._texts(picture, ink)
        return np.asarray(picture)

    @cached_property
    def _x_axis(self) -> Axis:
        low, high = float(self.curves.x[0]), float(self.curves.x[-1])
        margin = (high - low) * (0.02 if self.style == "scatter" else 0.01)
        make = time_axis if self.curves.is_time else number_axis
        room = self.width * 0.86 / (ROOM_ACROSS * self.unit)
        return make(low - margin, high + margin, max(2, min(12, int(room))))

    @cached_property
    def _y_axis(self) -> Axis:
        room = self.height * 0.75 / (ROOM_DOWN * self.unit)
        return number_axis(*padded(*self.curves.span), max(2, min(9, int(room))))

    @property
    def _font(self) -> Font:
        return font(LABEL_SIZE * self.unit)

    @property
    def _widest_number(self) -> float:
        return max((self._font.getlength(tick.text) for tick in self._y_axis.ticks), default=0.0)

    @property
    def _has_legend(self) -> bool:
        return len(self.curves.curves) > 1

    @cached_property
    def _legend(self) -> Legend:
        is_line = self.style == "line"
        sample = (SAMPLE, LINE_WIDTH * 1.5) if is_line else (DOT_WIDTH, DOT_WIDTH)
        entries = []
        for curve, colour in zip(self.curves.curves, self._colours, strict=True):
            # The unit of all of them stands beside the axis.
            units = "" if self.curves.units else written_units(curve.units)
            entries.append(Entry(_with_units(curve.name, units), colour, sample))
        return Legend(entries, self.width * 0.86, self.unit)

    @cached_property
    def _colours(self) -> Sequence[Colour]:
        count = len(self.curves.curves)
        if count <= len(COLOURS):
            return [(*ImageColor.getrgb(text)[:3], 255) for text in COLOURS[:count]]
        sampled = named_palette(MANY_COLOURS).sampled(count + 2)[1:-1]
        return [(int(red), int(green), int(blue), 255) for red, green, blue, _ in sampled]

    @property
    def _hair(self) -> int:
        return max(1, round(self.unit * 0.8))

    def _grid(self, ink: ImageDraw.ImageDraw) -> None:
        plot = self.plot
        for tick in self._x_axis.ticks:
            column = self._column(tick.value)
            ink.line([(column, plot.top), (column, plot.bottom)], GRID_INK, self._hair)
        for tick in self._y_axis.ticks:
            row = self._row(tick.value)
            ink.line([(plot.left, row), (plot.right, row)], GRID_INK, self._hair)

    def _plot(self) -> Image.Image:
        """The curves alone, RGBA."""
        size = self.plot.width, self.plot.height
        picture = Image.new("RGBA", size, (255, 255, 255, 0))
        for curve, colour in zip(self.curves.curves, self._colours, strict=True):
            columns, rows = self.places(curve.values)
            if self.style == "line":
                mask = draw_lines(line_segments(columns, rows), size, LINE_WIDTH * self.unit)
                dotted, width = lone_points(rows), LONE_WIDTH * self.unit
            else:
                mask = np.zeros(size[::-1], np.uint8)
                dotted, width = np.isfinite(rows), DOT_WIDTH * self.unit
            dots = dot_segments(columns[dotted], rows[dotted])
            np.maximum(mask, draw_lines(dots, size, width), out=mask)
            picture = inked(picture, mask, colour)
        return picture

    def _axes(self, ink: ImageDraw.ImageDraw) -> None:
        plot, tick_px = self.plot, round(TICK * self.unit)
        ink.line([(plot.left, plot.top), (plot.left, plot.bottom)], QUIET_INK, self._hair)
        ink.line([(plot.left, plot.bottom), (plot.right, plot.bottom)], QUIET_INK, self._hair)
        below = plot.bottom + tick_px + round(3 * self.unit)
        for tick in self._x_axis.ticks:
            column = self._column(tick.value)
            ink.line(
                [(column, plot.bottom), (column, plot.bottom + tick_px)], QUIET_INK, self._hair
            )
            ink.text((column, below), tick.text, INK, self._font, anchor="mt")
        self._contexts(ink, below + round(LINE_HEIGHT * self.unit))
        for tick in self._y_axis.ticks:
            row = self._row(tick.value)
            ink.line([(plot.left - tick_px, row), (plot.left, row)], QUIET_INK, self._hair)
            where = (plot.left - tick_px - round(4 * self.unit), row)
            ink.text(where, tick.text, INK, self._font, anchor="rm")

    def _contexts(self, ink: ImageDraw.ImageDraw, top: int) -> None:
        """Dates and years below the labels, as many as have room beside each other."""
        end = -1.0
        for tick in self._x_axis.ticks:
            half = self._font.getlength(tick.context) / 2
            middle = min(max(self._column(tick.value), half + 2), self.width - half - 2)
            if tick.context and middle - half > end:
                ink.text((middle, top), tick.context, QUIET_INK, self._font, anchor="mt")
                end = middle + half + 6 * self.unit

    def _texts(self, picture: Image.Image, ink: ImageDraw.ImageDraw) -> None:
        unit, plot = self.unit, self.plot
        room = self.width - 2 * PADDING * unit
        if self.shown_title:
            title, chosen = shortened(self.shown_title, room, TITLE_SIZE * unit, bold=True)
            ink.text((plot.left, round(PADDING * unit)), title, INK, chosen, anchor="lt")
        if self.shown_xlabel:
            label, chosen = shortened(self.shown_xlabel, plot.width, LABEL_SIZE * unit)
            where = (plot.left + plot.width / 2, self.height - round(PADDING * unit * 0.7))
            ink.text(where, label, INK, chosen, anchor="ms")
        if self.shown_ylabel:
            self._upright_label(picture)
        if self._has_legend:
            bottom = plot.top - round(LEGEND_GAP * unit)
            self._legend.draw(ink, plot.left, bottom - self._legend.height)

    def _upright_label(self, picture: Image.Image) -> None:
        label, chosen = shortened(self.shown_ylabel, self.plot.height, LABEL_SIZE * self.unit)
        ascent, descent = chosen.getmetrics()
        length = round(chosen.getlength(label)) + 2
        mask = Image.new("L", (length, ascent + descent), 0)
        ImageDraw.Draw(mask).text((1, ascent), label, 255, chosen, anchor="ls")
        upright = mask.transpose(Image.Transpose.ROTATE_90)
        top = self.plot.top + (self.plot.height - length) // 2
        picture.paste(INK, (round(PADDING * self.unit * 0.7), top), upright)

    def _column(self, value: float) -> int:
        return self.plot.left + round(
            float(self._x_axis.shares(np.array([value]))[0]) * self.plot.width
        )

    def _row(self, value: float) -> int:
        share = float(self._y_axis.shares(np.array([value]))[0])
        return self.plot.top + round((1.0 - share) * self.plot.height)


def _scaled(units: str, exponent: int) -> str:
    return " ".join(part for part in (written_power(exponent), units) if part)


def _with_units(name: str, units: str) -> str:
    if not name or not units:
        return name or units
    return f"{name} ({units})"
