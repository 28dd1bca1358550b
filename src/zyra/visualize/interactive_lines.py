"""Coasts, borders and land for a page: as fine as it can be zoomed to be of use."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zyra.visualize.interactive_mesh import Mesh
from zyra.visualize.interactive_packing import packed_places, packed_text
from zyra.visualize.land import is_land
from zyra.visualize.natural_earth import Kind, Lines, Scale, read_features
from zyra.visualize.projection import MapView
from zyra.visualize.view import Extent

KINDS: tuple[Kind, ...] = ("coastline", "borders")
# A page of a smaller part of the Earth has finer lines there.
REGION_DEGREES = 60.0
# Around a region, in relation to its size: it can be moved about.
MARGIN = 0.5
# Degrees in a pixel of the screen at which finer lines take over.
FINER_BELOW = 0.2
ANY = 1e9
GROUND_WIDTH = 1440


@dataclass(frozen=True)
class LineSet:
    """Lines of one kind.

    Attributes:
        name: Of its block in the page.
        kind: Coasts or borders.
        text: Its numbers, packed.
        coarsest, finest: Degrees per pixel between which it is drawn.
    """

    name: str
    kind: Kind
    text: str
    coarsest: float
    finest: float

    def facts(self) -> dict[str, Any]:
        """As the page reads it."""
        ends = {"coarsest": self.coarsest, "finest": self.finest}
        return {"id": self.name, "kind": self.kind} | ends


def line_sets(extent: Extent, features: tuple[str, ...]) -> Iterator[LineSet]:
    """The lines that a page of `extent` needs."""
    is_region = extent[1] - extent[0] <= REGION_DEGREES
    fine: Scale = "10m" if is_region else "50m"
    for kind in (kind for kind in KINDS if kind in features):
        coarse = packed_text(_numbers(read_features(kind, "110m")))
        yield LineSet(f"{kind}-110m", kind, coarse, ANY, FINER_BELOW)
        lines = read_features(kind, fine)
        if is_region:
            lines = _within(lines, _widened(extent))
        yield LineSet(f"{kind}-{fine}", kind, packed_text(_numbers(lines)), FINER_BELOW, 0.0)


def land_mesh(extent: Extent) -> tuple[Mesh, NDArray[np.uint16]]:
    """Where land is (1) and where not (0), on a mesh around a page's extent."""
    west, east, south, north = extent
    if east - west > REGION_DEGREES:
        view = MapView(-180.0, 180.0, -90.0, 90.0, GROUND_WIDTH, GROUND_WIDTH // 2)
    else:
        west, east, south, north = _widened(extent)
        height = max(1, round(GROUND_WIDTH * (north - south) / (east - west)))
        view = MapView(west, east, south, north, GROUND_WIDTH, height)
    return Mesh.of_view(view), is_land(view)[0].astype(np.uint16)


def _widened(extent: Extent) -> Extent:
    west, east, south, north = extent
    across, up = (east - west) * MARGIN, (north - south) * MARGIN
    return west - across, east + across, max(south - up, -90.0), min(north + up, 90.0)


def _numbers(lines: Lines) -> NDArray[np.int32]:
    """How many lines, the points of each, all longitudes, all latitudes."""
    counts = np.diff(np.append(lines.starts, len(lines.lon)))
    head = np.append(len(counts), counts).astype(np.int32)
    return np.concatenate([head, packed_places(lines.lon), packed_places(lines.lat)])


def _within(lines: Lines, extent: Extent) -> Lines:
    """The parts of lines in an extent, each with the point before and after."""
    west, east, south, north = extent
    inside = ((lines.lon - west) % 360.0 <= east - west) & (lines.lat >= south)
    inside &= lines.lat <= north
    joined = lines.joined()
    kept = inside.copy()
    kept[:-1] |= inside[1:] & joined
    kept[1:] |= inside[:-1] & joined
    goes_on = np.append(False, kept[:-1] & joined)
    numbers = np.cumsum(kept) - 1
    return Lines(lines.lon[kept], lines.lat[kept], numbers[kept & ~goes_on])
