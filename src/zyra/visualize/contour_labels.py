"""Write the values of contour lines into them: along the line, upright, apart from each other."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from zyra.visualize.layout import SMALL_SIZE
from zyra.visualize.text import MINUS, font
from zyra.visualize.view import Numbers, Segments

Rgb = tuple[int, int, int]

# In units of the layout: between labels of one value, and from the rim of the map.
APART = 200.0
RIM = 5.0
PADDING = 3.0
# Least length of a line, in lengths of its label.
LONG_ENOUGH = 2.0
# A stretch of line is straight enough if its ends are this share of its length apart.
STRAIGHT = 0.96
# Most length of other lines in the room of a label, in lengths of its own.
CROWDED = 0.5
MOST_LABELS = 500
# Pixels of the squares that line is counted in, and where along a label it is looked at.
CROWD_CELL = 2
STATIONS = (-0.4, -0.2, 0.0, 0.2, 0.4)
# Small text is drawn larger and made smaller, so that it stays even when it is turned.
FINER = 3.0
HALO: tuple[int, int, int, int] = (255, 255, 255, 215)
# Lines under a label are left out in pieces of this many pixels.
PIECE = 2.0


@dataclass(frozen=True)
class Label:
    """A value in its line.

    Attributes:
        level: Number of the level.
        text: What is written.
        column, row: Of its middle, in pixels.
        slope: Degrees that it climbs from left to right, from -90 to 90.
        length, height: Room that it takes along and across the line, in pixels.
    """

    level: int
    text: str
    column: float
    row: float
    slope: float
    length: float
    height: float

    @property
    def direction(self) -> tuple[float, float]:
        """(columns, rows) of a step of one pixel along the text."""
        turn = np.radians(self.slope)
        return float(np.cos(turn)), float(-np.sin(turn))

    def covers(self, columns: Numbers, rows: Numbers) -> NDArray[np.bool_]:
        """Whether places lie in its room."""
        ahead, down = self.direction
        x, y = columns - self.column, rows - self.row
        inside: NDArray[np.bool_] = np.abs(x * ahead + y * down) < self.length / 2
        return inside & (np.abs(y * ahead - x * down) < self.height / 2)


def written_level(value: float) -> str:
    """A level as it is written in its line."""
    return f"{value:.6g}".replace("-", MINUS)


def placed_labels(
    lines: Sequence[Segments],
    values: Sequence[float],
    size: tuple[int, int],
    unit: float,
    first: Sequence[bool] = (),
) -> list[Label]:
    """Labels for the lines of each value, long lines first.

    Args:
        lines: Pieces of the lines of each value in pixels, in the order they run.
        values: The levels.
        size: (width, height) of the map.
        unit: Pixels in a unit of the layout.
        first: Which values are labelled before the others; empty for none.
    """
    crowd = _Crowd(lines, size)
    chosen = font(SMALL_SIZE * unit)
    height = SMALL_SIZE * unit * 1.1
    chains = [(level, chain) for level, segments in enumerate(lines) for chain in _chains(segments)]
    before = [*first] or [False] * len(lines)
    chains.sort(key=lambda each: (not before[each[0]], -len(each[1])))
    placed = _Placed(APART * unit)
    for level, chain in chains:
        text = written_level(values[level])
        length = chosen.getlength(text) + 2 * PADDING * unit
        wanted = Label(level, text, 0.0, 0.0, 0.0, length, height)
        for label in _candidates(chain, wanted, size, crowd, RIM * unit):
            if len(placed.labels) < MOST_LABELS:
                placed.add_if_free(label)
    return placed.labels


def _chains(segments: Segments) -> Iterator[Numbers]:
    """The points of each unbroken line, shape (points, 2)."""
    if not len(segments):
        return
    broken = np.flatnonzero((segments[1:, :2] != segments[:-1, 2:]).any(axis=1)) + 1
    for part in np.split(segments.astype(np.float64), broken):
        yield np.concatenate([part[:1, :2], part[:, 2:]])


def _candidates(
    chain: Numbers, wanted: Label, size: tuple[int, int], crowd: "_Crowd", rim: float
) -> Iterator[Label]:
    """Where `wanted` fits on a line, the best place first."""
    length, height = wanted.length, wanted.height
    run = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(chain, axis=0).T))])
    if run[-1] < LONG_ENOUGH * length:
        return
    middles = np.arange(length * 0.75, run[-1] - length * 0.75, length / 4)
    start, middle, end = (
        np.array([np.interp(middles + shift, run, line) for line in chain.T])
        for shift in (-length / 2, 0.0, length / 2)
    )
    chord = end - start
    bend = np.hypot(*(middle - (start + end) / 2))
    slope = np.degrees(np.arctan2(-chord[1], chord[0]))
    slope = np.where(slope > 90, slope - 180, np.where(slope <= -90, slope + 180, slope))
    across, down = np.abs(np.cos(np.radians(slope))), np.abs(np.sin(np.radians(slope)))
    half = (np.array([across, down]) * length + np.array([down, across]) * height) / 2 + rim
    limits = np.array(size, float)[:, None]
    near = crowd.beside(middle, chord, height)
    fits = (
        (np.hypot(*chord) > STRAIGHT * length)
        & (bend < height / 4)
        & (middle > half).all(axis=0)
        & (middle < limits - half).all(axis=0)
        & (near < CROWDED)
    )
    score = np.abs(slope) / 90 + 2 * bend / height + 2 * np.maximum(near, 0)
    for best in np.flatnonzero(fits)[np.argsort(score[fits], kind="stable")]:
        column, row = middle[:, best]
        yield replace(wanted, column=float(column), row=float(row), slope=float(slope[best]))


class _Crowd:
    """How much line there is in parts of the map."""

    def __init__(self, lines: Sequence[Segments], size: tuple[int, int]) -> None:
        self.cell = CROWD_CELL
        shape = size[1] // self.cell + 2, size[0] // self.cell + 2
        total = np.zeros(shape)
        for segments in lines:
            length = np.hypot(segments[:, 2] - segments[:, 0], segments[:, 3] - segments[:, 1])
            column, row = self._cells((segments[:, :2] + segments[:, 2:]).T / 2, shape)
            np.add.at(total, (row, column), length)
        self.sums = np.pad(total.cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))

    def _cells(
        self, places: NDArray[np.floating], shape: tuple[int, ...]
    ) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        column = np.clip((places[0] / self.cell).astype(np.intp), 0, shape[1] - 1)
        row = np.clip((places[1] / self.cell).astype(np.intp), 0, shape[0] - 1)
        return column, row

    def beside(self, middle: Numbers, chord: Numbers, height: float) -> Numbers:
        """How much other line lies in the room of labels, in lengths of their own.

        Args:
            middle: Of the labels, shape (2, labels).
            chord: From the start to the end of each, likewise.
            height: Of all.
        """
        half = 0.6 * height
        total = np.zeros(middle.shape[1])
        for share in STATIONS:
            total += self._length_in(middle + share * chord, half)
        return np.asarray(total / (len(STATIONS) * 2 * half) - 1.0)

    def _length_in(self, middle: Numbers, half: float) -> Numbers:
        """Pixels of line in squares around places."""
        left, top = self._cells(middle - half, self.sums.shape)
        right, bottom = self._cells(middle + half + self.cell / 2, self.sums.shape)
        sums = self.sums
        found: Numbers = (
            sums[bottom, right] - sums[top, right] - sums[bottom, left] + sums[top, left]
        )
        return found


class _Placed:
    """Labels that have their place, which keep others away."""

    def __init__(self, apart: float) -> None:
        self.labels: list[Label] = []
        self.apart = apart
        self._discs = np.empty((0, 2))

    def add_if_free(self, label: Label) -> None:
        """Take `label` unless it would touch another, or one of its value is near."""
        for other in self.labels:
            away = np.hypot(other.column - label.column, other.row - label.row)
            if other.level == label.level and away < self.apart:
                return
        count = max(2, round(label.length / label.height) + 1)
        along = np.linspace(-0.5, 0.5, count) * (label.length - label.height)
        discs = np.array([label.column, label.row]) + np.outer(along, label.direction)
        gaps = np.hypot(*(discs[:, None] - self._discs[None]).transpose(2, 0, 1))
        if gaps.size and gaps.min() < label.height * 1.25:
            return
        self._discs = np.concatenate([self._discs, discs])
        self.labels.append(label)


def without_labels(lines: Sequence[Segments], labels: Sequence[Label]) -> list[Segments]:
    """The lines with gaps where their labels stand."""
    cut = []
    for level, segments in enumerate(lines):
        own = [label for label in labels if label.level == level]
        pieces = _divided(segments) if own else segments
        middle = (pieces[:, :2] + pieces[:, 2:]) / 2
        for label in own:
            kept = ~label.covers(middle[:, 0], middle[:, 1])
            pieces, middle = pieces[kept], middle[kept]
        cut.append(pieces)
    return cut


def _divided(segments: Segments) -> Segments:
    """The same lines in pieces of at most `PIECE` pixels."""
    run = segments[:, 2:] - segments[:, :2]
    parts = np.maximum(np.ceil(np.hypot(run[:, 0], run[:, 1]) / PIECE), 1).astype(np.intp)
    of_piece = np.repeat(np.arange(len(segments)), parts)
    part = np.arange(len(of_piece)) - np.repeat(np.cumsum(parts) - parts, parts)
    step = (run / parts[:, None])[of_piece]
    start = segments[of_piece, :2] + step * part[:, None]
    return np.concatenate([start, start + step], axis=1).astype(np.float32)


def draw_labels(
    picture: Image.Image, labels: Sequence[Label], colours: Sequence[Rgb], unit: float
) -> Image.Image:
    """Write labels on `picture` (RGBA), each in the colour of its level; changed and returned."""
    for label in labels:
        tile = _tile(label, colours[label.level], unit)
        left, top = round(label.column - tile.width / 2), round(label.row - tile.height / 2)
        picture.alpha_composite(tile, (max(left, 0), max(top, 0)))
    return picture


def _tile(label: Label, colour: Rgb, unit: float) -> Image.Image:
    finer = max(1, round(FINER / unit))
    chosen = font(SMALL_SIZE * unit * finer)
    halo = max(1, round(1.6 * unit * finer))
    room = round(label.length * finer) + 2 * halo, round(label.height * finer * 1.4) + 2 * halo
    upright = Image.new("RGBA", room, (*HALO[:3], 0))
    ImageDraw.Draw(upright).text(
        (room[0] / 2, room[1] / 2), label.text, (*colour, 255), chosen,
        anchor="mm", stroke_width=halo, stroke_fill=HALO,
    )  # fmt: skip
    turned = upright.rotate(
        label.slope, Image.Resampling.BICUBIC, expand=True, fillcolor=(*HALO[:3], 0)
    )
    return turned.reduce(finer) if finer > 1 else turned
