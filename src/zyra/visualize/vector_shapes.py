"""What arrows, barbs and streamlines are made of: strokes of one width, and filled triangles."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from zyra.visualize.inking import Coverage
from zyra.visualize.map_lines import draw_lines
from zyra.visualize.view import Numbers, Segments

# Columns and rows of three corners, shape (triangles, 6), in pixels.
Triangles = NDArray[np.float32]
Size = tuple[int, int]

NO_TRIANGLES: Triangles = np.empty((0, 6), np.float32)


@dataclass(frozen=True)
class Shapes:
    """Shapes of one colour.

    Attributes:
        strokes: Straight pieces, shape (pieces, 4); one without length is a dot.
        triangles: Filled, shape (triangles, 6).
    """

    strokes: Segments
    triangles: Triangles

    @classmethod
    def joined(cls, *parts: Self) -> Self:
        """All of several shapes."""
        return cls(
            np.concatenate([part.strokes for part in parts]),
            np.concatenate([part.triangles for part in parts]),
        )

    def coverage(self, size: Size, width_px: float) -> Coverage:
        """Share of each pixel that they cover, 0 to 255, shape (height, width).

        Args:
            size: (width, height) of the picture.
            width_px: Of the strokes.
        """
        return self.layers(size, width_px, None)[-1]

    def layers(self, size: Size, width_px: float, margin_px: float | None) -> list[Coverage]:
        """Coverage of a halo, unless its margin is None, and of the shapes over it.

        Args:
            size: (width, height) of the picture.
            width_px: Of the strokes.
            margin_px: How much wider the halo is on all sides; it is round at corners.
        """
        filled = draw_triangles(self.triangles, size)
        over = np.maximum(draw_lines(self.strokes, size, width_px), filled)
        if margin_px is None:
            return [over]
        sides = [self.triangles[:, [a, a + 1, b, b + 1]] for a, b in ((0, 2), (2, 4), (4, 0))]
        around = np.concatenate([self.strokes, *sides])
        wide = draw_lines(around, size, width_px + 2 * margin_px)
        return [np.maximum(wide, filled, out=wide), over]


def strokes_of(columns: Numbers, rows: Numbers, to_columns: Numbers, to_rows: Numbers) -> Segments:
    """Straight pieces from places to others, each of shape (pieces,)."""
    return np.column_stack([columns, rows, to_columns, to_rows]).astype(np.float32)


def triangles_of(*corners: tuple[Numbers, Numbers]) -> Triangles:
    """Triangles from the columns and rows of three corners, each of shape (triangles,)."""
    return np.column_stack([each for corner in corners for each in corner]).astype(np.float32)


def draw_triangles(triangles: Triangles, size: Size) -> Coverage:
    """Draw filled triangles, antialiased.

    A pixel's share is told from the distance between its centre and the nearest side, as in
    `map_lines`; of several triangles over it the largest share counts.

    Args:
        triangles: Shape (triangles, 6): column and row of each corner; may lie outside.
        size: (width, height) of the picture.

    Returns:
        Coverage from 0 to 255, shape (height, width).
    """
    width, height = size
    mask = np.zeros(height * width, np.uint8)
    triangles, area = _turned_alike(triangles)
    triangles = triangles[area > 0]
    owner, column, row = _pixels_around(triangles, size)
    x, y = column + np.float32(0.5), row + np.float32(0.5)
    inside = np.full(len(owner), np.inf, np.float32)
    for a, b in ((0, 2), (2, 4), (4, 0)):
        start_x, start_y = triangles[:, a], triangles[:, a + 1]
        run_x, run_y = triangles[:, b] - start_x, triangles[:, b + 1] - start_y
        length = np.hypot(run_x, run_y)
        across_x, across_y = -run_y / length, run_x / length
        offset = across_x * start_x + across_y * start_y
        distance = across_x[owner] * x + across_y[owner] * y - offset[owner]
        np.minimum(inside, distance, out=inside)
    share = np.clip(inside + np.float32(0.5), 0, 1)
    near = np.flatnonzero(share > 0)
    levels = (share[near] * 255 + np.float32(0.5)).astype(np.uint8)
    np.maximum.at(mask, row[near] * width + column[near], levels)
    return mask.reshape(height, width)


def _turned_alike(triangles: Triangles) -> tuple[Triangles, NDArray[np.float32]]:
    """The same triangles, all turning the same way, with twice their areas."""
    one_x, one_y, two_x, two_y, three_x, three_y = triangles.T
    area = (two_x - one_x) * (three_y - one_y) - (two_y - one_y) * (three_x - one_x)
    turned = np.where((area < 0)[:, None], triangles[:, [0, 1, 4, 5, 2, 3]], triangles)
    return turned, np.abs(area)


def _pixels_around(
    triangles: Triangles, size: Size
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """Each pixel of each triangle's surrounding box: number of the triangle, column and row."""
    box = []
    for axis, limit in enumerate(size):
        line = triangles[:, axis::2]
        first = np.clip(np.floor(line.min(axis=1, initial=np.inf) - 1), 0, limit).astype(np.intp)
        last = np.clip(np.ceil(line.max(axis=1, initial=-np.inf) + 1), 0, limit).astype(np.intp)
        box.append((first, np.maximum(last - first, 0)))
    (left, across), (top, down) = box
    count = across * down
    owner = np.repeat(np.arange(len(triangles)), count)
    place = np.arange(len(owner)) - (np.cumsum(count) - count)[owner]
    wide = across[owner]
    return owner, left[owner] + place % wide, top[owner] + place // wide
