"""Wind barbs: a shaft to where the wind comes from, with feathers that add up to its speed.

Half a feather is 5 knots, a whole one 10, a pennant 50. Feathers lie clockwise of the shaft
north of the equator and anticlockwise south of it, towards the lower pressure.

Source: WMO-No. 485, Manual on the Global Data-processing and Forecasting System, plotting model
for surface observations (element ddff).
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from zyra.visualize.vector_shapes import NO_TRIANGLES, Shapes, strokes_of, triangles_of
from zyra.visualize.view import Numbers

KNOTS_PER_HALF = 5
HALVES_PER_FEATHER, HALVES_PER_PENNANT = 2, 10
# Shares of the shaft's length.
FEATHER_LENGTH = 0.42
FEATHER_STEP = 0.13
PENNANT_WIDTH = 0.16
# How far a feather's end lies beyond its root, towards the end of the shaft.
SLANT = 0.14
CALM_RADIUS = 0.13
CALM_SIDES = 12

Counts = NDArray[np.intp]


def barb_counts(knots: Numbers) -> tuple[Counts, Counts, Counts]:
    """Pennants, feathers and half feathers of speeds in knots, rounded to 5; same shape."""
    halves = np.floor(knots / KNOTS_PER_HALF + 0.5).astype(np.intp)
    pennants, rest = np.divmod(halves, HALVES_PER_PENNANT)
    feathers, halves = np.divmod(rest, HALVES_PER_FEATHER)
    return pennants, feathers, halves


def barb_shapes(
    columns: Numbers,
    rows: Numbers,
    across: Numbers,
    down: Numbers,
    *,
    lat: Numbers,
    length_px: float,
) -> Shapes:
    """Barbs whose points lie at places; calm ones are rings.

    Args:
        columns: Of the places in pixels, shape (barbs,).
        rows: Of the places, same shape.
        across: Knots that the winds blow to the right of the map, same shape.
        down: Knots that they blow down.
        lat: Latitudes in degrees, same shape.
        length_px: Of the shafts.
    """
    knots = np.hypot(across, down)
    pennants, feathers, halves = barb_counts(knots)
    is_calm = pennants + feathers + halves == 0
    blown = ~is_calm
    speed = knots[blown]
    # In shafts: from the place to where the wind comes from, and to the side of low pressure.
    upwind = -across[blown] * length_px / speed, -down[blown] * length_px / speed
    turn = np.where(lat[blown] >= 0, 1.0, -1.0)
    shafts = _Shafts(columns[blown], rows[blown], upwind, (-upwind[1] * turn, upwind[0] * turn))
    parts = list(_feathered(shafts, pennants[blown], feathers[blown], halves[blown]))
    return Shapes.joined(*parts, _rings(columns[is_calm], rows[is_calm], CALM_RADIUS * length_px))


class _Shafts:
    """The shafts of barbs as coordinates: `along` from the place upwind, `aside` from the shaft."""

    def __init__(
        self,
        columns: Numbers,
        rows: Numbers,
        upwind: tuple[Numbers, Numbers],
        side: tuple[Numbers, Numbers],
    ) -> None:
        self.columns, self.rows, self.upwind, self.side = columns, rows, upwind, side

    def at(
        self, which: NDArray[np.bool_], along: Numbers | float, aside: float
    ) -> tuple[Numbers, Numbers]:
        """Pixels of the shafts `which`, in shares of a shaft's length."""
        up, side = self.upwind, self.side
        return (
            self.columns[which] + along * up[0][which] + aside * side[0][which],
            self.rows[which] + along * up[1][which] + aside * side[1][which],
        )


def _feathered(
    shafts: _Shafts, pennants: Counts, feathers: Counts, halves: Counts
) -> Iterator[Shapes]:
    everywhere = np.ones(len(pennants), bool)
    yield _stroke(shafts, everywhere, 0.0, (1.0, 0.0))
    for number in range(int(pennants.max(initial=0))):
        yield _pennant(shafts, pennants > number, 1.0 - number * PENNANT_WIDTH)
    # Feathers begin at the end, or a gap before the last pennant.
    first = np.where(pennants > 0, 1.0 - pennants * PENNANT_WIDTH - 0.5 * FEATHER_STEP, 1.0)
    for number in range(int(feathers.max(initial=0))):
        which = feathers > number
        root = first[which] - number * FEATHER_STEP
        yield _stroke(shafts, which, root, (root + SLANT, FEATHER_LENGTH))
    # A half feather alone stands back from the end, else it could be taken for a whole one.
    alone = (pennants == 0) & (feathers == 0)
    which = halves > 0
    root = (first - np.where(alone, 1, feathers) * FEATHER_STEP)[which]
    yield _stroke(shafts, which, root, (root + SLANT / 2, FEATHER_LENGTH / 2))


def _stroke(
    shafts: _Shafts,
    which: NDArray[np.bool_],
    root: Numbers | float,
    end: tuple[Numbers | float, float],
) -> Shapes:
    strokes = strokes_of(*shafts.at(which, root, 0.0), *shafts.at(which, *end))
    return Shapes(strokes, NO_TRIANGLES)


def _pennant(shafts: _Shafts, which: NDArray[np.bool_], end: float) -> Shapes:
    corners = (
        shafts.at(which, end, 0.0),
        shafts.at(which, end - PENNANT_WIDTH / 2 + SLANT / 2, FEATHER_LENGTH),
        shafts.at(which, end - PENNANT_WIDTH, 0.0),
    )
    return Shapes(np.empty((0, 4), np.float32), triangles_of(*corners))


def _rings(columns: Numbers, rows: Numbers, radius: float) -> Shapes:
    turn = np.linspace(0.0, 2 * np.pi, CALM_SIDES + 1)
    x, y = radius * np.cos(turn), radius * np.sin(turn)
    ends = [
        (columns[:, None] + x[part]).ravel() if axis == 0 else (rows[:, None] + y[part]).ravel()
        for part in (slice(None, -1), slice(1, None))
        for axis in (0, 1)
    ]
    return Shapes(strokes_of(*ends), NO_TRIANGLES)
