"""Particles that drift over a map: where they start, how long they live, the way behind them."""

from collections import deque
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from zyra.visualize.inking import Coverage
from zyra.visualize.map_features import WIDTH_GROWTH
from zyra.visualize.map_lines import draw_lines
from zyra.visualize.particle_steps import Drift
from zyra.visualize.view import Extent, Numbers, View, touching

Flags = NDArray[np.bool_]
# Degrees of the start and the end of each particle's last way, shape (4, points).
Ways = NDArray[np.float64]

# Frames that a particle's way can be seen for, each fainter than the one after it.
TRAIL_FRAMES = 8
FAINTEST = 0.12
WIDTH = 1.5
# Ways longer than this part of the map have jumped over its edge.
LONGEST_WAY = 0.25
# Chances that a particle gets to find a place with data.
TRIES = 8
# Steps of a sequence in two dimensions that never clusters.
# Source: Roberts, The unreasonable effectiveness of quasirandom sequences (2018), R2.
SPREAD = 0.7548776662466927, 0.5698402909980532


@dataclass
class Swarm:
    """Particles in the wind; changes with every frame.

    Attributes:
        count: How many there are.
        extent: Where they start; their density is even on Earth.
        lifetime: Frames after which one starts again elsewhere.
        seed: Of what is left to chance.
        is_random: Whether their first places are left to chance too.
    """

    count: int
    extent: Extent
    lifetime: int
    seed: int = 0
    is_random: bool = False
    lon: Numbers = field(init=False)
    lat: Numbers = field(init=False)
    _ages: NDArray[np.intp] = field(init=False)
    _chance: np.random.Generator = field(init=False)
    _trail: deque[Ways] = field(init=False)

    def __post_init__(self) -> None:
        """Place the particles, of all ages."""
        self._chance = np.random.default_rng(self.seed)
        shares = self._chance.random((2, self.count)) if self.is_random else _even(self.count)
        self.lon, self.lat = _places(self.extent, *shares)
        self._ages = self._chance.permutation(self.count) % self.lifetime
        self._trail = deque(maxlen=TRAIL_FRAMES)

    def start(self, wind: Drift, hours: float) -> None:
        """Move those that stand where no data are, and mark all where they stand; once."""
        self._restart(~_has_data(wind, hours, self.lon, self.lat), wind, hours)
        self._trail.append(np.stack([self.lon, self.lat, self.lon, self.lat]))

    def drift(self, wind: Drift, hours: float, steps: int) -> None:
        """Move all with the wind; those that left the data or grew old start again elsewhere."""
        before = self.lon, self.lat
        lon, lat = wind.moved(self.lon, self.lat, hours, steps)
        self._ages += 1
        gone = np.isnan(lon) | (self._ages >= self.lifetime)
        self.lon, self.lat = lon, lat
        self._restart(gone, wind, hours)
        ways = np.stack([*before, self.lon, self.lat])
        ways[:2, gone] = ways[2:, gone]
        self._trail.append(ways)

    def trail(self) -> tuple[Ways, ...]:
        """The last ways of all particles, the newest last; they do not change any more."""
        return tuple(self._trail)

    def _restart(self, gone: Flags, wind: Drift, hours: float) -> None:
        self._ages[gone] = 0
        left = np.flatnonzero(gone)
        for _ in range(TRIES):
            if not left.size:
                return
            self.lon[left], self.lat[left] = _places(
                self.extent, *self._chance.random((2, left.size))
            )
            left = left[~_has_data(wind, hours, self.lon[left], self.lat[left])]
        # Nothing was found for these: they wait, unseen, for the next frame.
        self.lon[left] = self.lat[left] = np.nan


def trail_coverage(trail: tuple[Ways, ...], view: View, unit: float) -> Coverage:
    """Share of each pixel that the ways of particles cover, fainter the older they are.

    Args:
        trail: Ways, the newest last.
        view: The map.
        unit: Pixels in a unit of the layout.

    Returns:
        0 to 255, shape (height, width).
    """
    size = view.width, view.height
    covered = np.zeros((view.height, view.width), np.uint8)
    width_px = max(WIDTH * unit**WIDTH_GROWTH, 0.8)
    for ways, strength in zip(
        trail, np.linspace(FAINTEST, 1.0, TRAIL_FRAMES)[-len(trail) :], strict=True
    ):
        lines = draw_lines(_segments(ways, view), size, width_px)
        faint = (lines * np.float32(strength)).astype(np.uint8)
        np.maximum(covered, faint, out=covered)
    return covered


def _has_data(wind: Drift, hours: float, lon: Numbers, lat: Numbers) -> Flags:
    """Where a particle can make one step at least."""
    known: Flags = ~np.isnan(wind.moved(lon, lat, hours, 1)[0])
    return known


def _segments(ways: Ways, view: View) -> NDArray[np.float32]:
    known = ways[:, np.isfinite(ways).all(axis=0)]
    start, end = view.pixels_of(known[0], known[1]), view.pixels_of(known[2], known[3])
    pieces = np.column_stack([*start, *end])
    pieces = pieces[np.isfinite(pieces).all(axis=1)]
    run = np.abs(pieces[:, 2:] - pieces[:, :2])
    whole = pieces[(run <= LONGEST_WAY * np.array([view.width, view.height])).all(axis=1)]
    return touching(whole.astype(np.float32), view.width, view.height)


def _even(count: int) -> Numbers:
    """Places in a square that are spread evenly, shape (2, count)."""
    spread: Numbers = (np.arange(1, count + 1) * np.array(SPREAD)[:, None]) % 1.0
    return spread


def _places(extent: Extent, across: Numbers, up: Numbers) -> tuple[Numbers, Numbers]:
    """Degrees of places in an extent, even on Earth, from shares of its width and area."""
    west, east, south, north = extent
    east = east + 360.0 if east < west else east
    low, high = np.sin(np.radians([south, north]))
    return west + (east - west) * across, np.degrees(np.arcsin(low + (high - low) * up))
