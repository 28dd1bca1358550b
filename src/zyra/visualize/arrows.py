"""Arrows: as long as the vector they stand for, with a head that suits their length."""

import numpy as np

from zyra.visualize.vector_shapes import Shapes, strokes_of, triangles_of
from zyra.visualize.view import Numbers

# In units of the layout.
HEAD_LENGTH = 7.0
# Shares: of the arrow's length that its head takes at most, of the head its half width.
LONGEST_HEAD = 0.5
HALF_WIDTH = 0.36
# Shorter arrows are dots.
SHORTEST = 1.5


def arrow_shapes(
    columns: Numbers, rows: Numbers, across: Numbers, down: Numbers, unit: float
) -> Shapes:
    """Arrows whose middles lie at places.

    Args:
        columns: Of the places in pixels, shape (arrows,).
        rows: Of the places, same shape.
        across: Pixels that the arrows go to the right, same shape.
        down: Pixels that they go down.
        unit: Pixels in a unit of the layout, which heads grow with.
    """
    length = np.hypot(across, down)
    share = np.where(length > SHORTEST * unit, 0.5, 0.0)
    tip = columns + share * across, rows + share * down
    head = np.minimum(HEAD_LENGTH * unit, LONGEST_HEAD * length)
    forward = across / np.maximum(length, 1e-9), down / np.maximum(length, 1e-9)
    # The stroke ends inside the head, so that its round end does not stick out.
    neck = tip[0] - 0.7 * head * forward[0], tip[1] - 0.7 * head * forward[1]
    tail = columns - share * across, rows - share * down
    is_dot = share == 0.0
    neck = np.where(is_dot, columns, neck[0]), np.where(is_dot, rows, neck[1])
    kept = ~is_dot
    return Shapes(
        strokes_of(*tail, *neck),
        head_shapes(
            (tip[0][kept], tip[1][kept]), (forward[0][kept], forward[1][kept]), head[kept]
        ).triangles,
    )


def head_shapes(
    tip: tuple[Numbers, Numbers], forward: tuple[Numbers, Numbers], length: Numbers
) -> Shapes:
    """Heads of arrows: their tips, the directions they point to (of length 1), their lengths."""
    half = HALF_WIDTH * length
    back = tip[0] - length * forward[0], tip[1] - length * forward[1]
    side = -forward[1] * half, forward[0] * half
    triangles = triangles_of(
        tip, (back[0] + side[0], back[1] + side[1]), (back[0] - side[0], back[1] - side[1])
    )
    return Shapes(np.empty((0, 4), np.float32), triangles)
