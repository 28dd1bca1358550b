"""Streamlines that fill a map evenly: none nearer to another than a distance, no gaps.

After the idea of Jobard and Lefer, Creating Evenly-Spaced Streamlines of Arbitrary Density
(1997): a line begins where no other is near, and ends before it comes too near to one. Here all
lines that may begin are followed at once, and taken in turn as far as they are free.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zyra.visualize.streamline_tracing import Flow, Points, Seam, traced

# Of the distance between lines: a step, and a box that a line is noticed in.
STEP_SHARE = 0.22
BOXES = 4
# Boxes around the map on each side, for what is near to it.
MARGIN = BOXES + 1
# Of the distance: where a line may begin beside another, where it ends before another, and the
# shortest line.
BEGINNING = 0.9
NEAREST = 0.5
SHORTEST = 1.6
# Steps to both sides of a seed: lines cross at most this many distances.
STEPS = 110
# Distances between the seeds of each wave: first few, so that long lines come first.
WAVES = (4.0, 2.0, 1.0, 0.35)
# Of a step: how near the two ends of a ring come.
MEETING = 0.75
# Ways that are followed at once: large pictures at a low dpi have room for many.
SEEDS_AT_ONCE = 2048
# Steps after which a line may come back to where it was.
GAP = 9

Offsets = NDArray[np.intp]
Boxes = NDArray[np.intp]


def streamlines(flow: Flow, distance_px: float) -> list[Points]:
    """Lines along a flow, about `distance_px` from their neighbours; rings end where they begin."""
    room = _Room.of(flow, distance_px)
    lines: list[Points] = []
    for wave in WAVES:
        seeds = room.free(_seeds(flow, wave * distance_px))
        seeds = seeds[np.isfinite(flow.headings(seeds).real)]
        for first in range(0, len(seeds), SEEDS_AT_ONCE):
            # Lines of the batch before may have come near since.
            batch = room.free(seeds[first : first + SEEDS_AT_ONCE])
            lines += _taken(flow, room, batch, distance_px)
    return lines


def _seeds(flow: Flow, spacing: float) -> Points:
    """Places in the middles of boxes, in an order that jumps all over the map."""
    across, down = max(1, round(flow.width / spacing)), max(1, round(flow.height / spacing))
    columns = (np.arange(across) + 0.5) * (flow.width / across)
    rows = (np.arange(down) + 0.5) * (flow.height / down)
    places = (columns[None, :] + 1j * rows[:, None]).ravel()
    golden = (np.sqrt(5.0) - 1.0) / 2.0
    return places[np.argsort(np.arange(len(places)) * golden % 1.0)]


def _taken(flow: Flow, room: "_Room", seeds: Points, distance_px: float) -> Iterator[Points]:
    step = STEP_SHARE * distance_px
    ways = traced(flow, seeds, step, STEPS)
    meetings = _meetings(ways, flow, step)
    rows, columns = room.boxes(ways)
    least = SHORTEST / STEP_SHARE
    for way, meeting, row, column in zip(ways, meetings, rows, columns, strict=True):
        if room.taken[row[STEPS], column[STEPS]]:
            continue
        ring = slice(STEPS - meeting, STEPS + meeting + 1)
        is_ring = meeting > 0 and not room.near[row[ring], column[ring]].any()
        part = ring if is_ring else room.free_part(row, column)
        if not is_ring and part.stop - part.start <= least:
            continue
        line = way[part]
        room.take(line)
        yield np.append(line, line[0]) if is_ring else line


def _meetings(ways: Points, flow: Flow, step: float) -> NDArray[np.intp]:
    """After how many steps to both sides of its seed each way meets itself; 0 where it does not.

    On a ring the two ends go towards each other: they meet when one step further would pass.
    """
    forward, backward = ways[:, STEPS:], ways[:, STEPS::-1]
    away = np.abs(_shortest(forward - backward, forward, flow))
    after = np.abs(_shortest(forward[:, 1:] - backward[:, :-1], backward[:, :-1], flow))
    with np.errstate(invalid="ignore"):
        meets = away < MEETING * step
        # The ends are a step from each other: a ring of an odd number of steps.
        meets[:, :-1] |= after < MEETING * step
    meets[:, : GAP // 2] = False
    return np.where(meets.any(axis=1), meets.argmax(axis=1), 0)


def _shortest(away: Points, points: Points, flow: Flow) -> Points:
    """Distances from `points`, over the seam where that is shorter."""
    return away if flow.seam is None else flow.seam.shortest(away, points.imag)


def _disc(radius: float) -> tuple[Offsets, Offsets]:
    """Offsets of rows and columns within a distance in boxes."""
    reach = np.arange(-int(radius), int(radius) + 1)
    down, across = (line.ravel() for line in np.meshgrid(reach, reach, indexing="ij"))
    inside = down**2 + across**2 < radius**2
    return down[inside], across[inside]


WIDE, NARROW = _disc(BEGINNING * BOXES), _disc(NEAREST * BOXES)


@dataclass(frozen=True)
class _Room:
    """Which boxes of a map are near to a line already.

    Attributes:
        taken: Within the distance of a line, so that none may begin there.
        near: Within `NEAREST` of it, so that none may go there.
        box: Side of a box in pixels, (across, down).
        seam: Over which lines have neighbours, or None.
    """

    taken: NDArray[np.bool_]
    near: NDArray[np.bool_]
    box: tuple[float, float]
    seam: Seam | None

    @classmethod
    def of(cls, flow: Flow, distance_px: float) -> "_Room":
        across = max(1, round(flow.width * BOXES / distance_px))
        down = max(1, round(flow.height * BOXES / distance_px))
        shape = down + 2 * MARGIN + 1, across + 2 * MARGIN + 1
        box = flow.width / across, flow.height / down
        return cls(np.zeros(shape, bool), np.zeros(shape, bool), box, flow.seam)

    def boxes(self, points: Points) -> tuple[Boxes, Boxes]:
        """Rows and columns of the boxes that hold points; -1 for NaN."""
        known = np.isfinite(points.real)
        place = np.where(known, points, 0)
        rows = np.floor(place.imag / self.box[1]).astype(np.intp) + MARGIN
        columns = np.floor(place.real / self.box[0]).astype(np.intp) + MARGIN
        rows[~known] = -1
        return rows, columns

    def free(self, points: Points) -> Points:
        """Those points where a line may begin."""
        return points[~self.taken[self.boxes(points)]]

    def free_part(self, rows: Boxes, columns: Boxes) -> slice:
        """The steps of the way around its seed that keeps off lines and itself."""
        seed = len(rows) // 2
        stops = self.near[rows, columns] | (rows < 0) | self._returns(rows, columns)
        after = np.flatnonzero(stops[seed + 1 :])
        before = np.flatnonzero(stops[:seed][::-1])
        first = seed - int(before[0]) if before.size else 0
        return slice(first, seed + 1 + int(after[0]) if after.size else len(rows))

    def _returns(self, rows: Boxes, columns: Boxes) -> NDArray[np.bool_]:
        """Where a way comes to boxes (of `NEAREST`) that it has left long before."""
        steps = np.arange(len(rows)) - len(rows) // 2
        outward = np.argsort(np.abs(steps), kind="stable")
        size = max(1, round(NEAREST * BOXES))
        box = (rows // size * self.taken.shape[1] + columns // size)[outward]
        _, first, which = np.unique(box, return_index=True, return_inverse=True)
        apart = np.abs(steps[outward] - steps[outward][first][which]) > GAP
        returns = np.zeros(len(rows), bool)
        returns[outward] = apart
        return returns

    def take(self, line: Points) -> None:
        """Keep others off a line, also those on the other side of the seam."""
        if self.seam is not None:
            spans = self.seam.spans(line.imag)
            line = np.concatenate([line, line - spans, line + spans])
        rows, columns = self.boxes(line)
        shown = (columns > BOXES) & (columns < self.taken.shape[1] - BOXES)
        rows, columns = rows[shown], columns[shown]
        for flags, (down, across) in ((self.taken, WIDE), (self.near, NARROW)):
            flags[rows[:, None] + down, columns[:, None] + across] = True
