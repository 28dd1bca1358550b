"""Land and sea as areas: filled from the coastlines, under the field.

The coastlines have no edges along 180 degrees, which closed them once. So whether a place is
land is counted: from open water at the north pole down the meridian of 180 degrees, then
eastward along the parallel; each coast on the way changes it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from zyra.visualize.natural_earth import Lines, read_features, scale_for
from zyra.visualize.plane_graticule import shown_extent
from zyra.visualize.projection import MapView
from zyra.visualize.view import Numbers, View

Colour = tuple[int, int, int]
Flags = NDArray[np.bool_]

AREAS = ("land", "ocean")
LAND: Colour = (240, 236, 226)
OCEAN: Colour = (214, 226, 236)
# Points of a coastline and its crossings with parallels that are worked out at once.
PIECES_AT_ONCE = 4096


@dataclass(frozen=True)
class LandAndSea:
    """A basemap of plain colours.

    Attributes:
        areas: Which of `AREAS` are filled.
    """

    areas: frozenset[str]

    def under(self, view: View) -> Image.Image:
        """The areas that `view` shows, RGBA; transparent where nothing is filled."""
        land, globe = is_land(view)
        pixels = np.zeros((view.height, view.width, 4), np.uint8)
        if "ocean" in self.areas:
            pixels[~land & globe] = (*OCEAN, 255)
        if "land" in self.areas:
            pixels[land & globe] = (*LAND, 255)
        return Image.fromarray(pixels)


def is_land(view: View) -> tuple[Flags, Flags]:
    """Which pixels of a map are land, and which show the globe at all; shape (height, width)."""
    coast = read_features("coastline", scale_for(view.resolution))
    if isinstance(view, MapView):
        lon, lat = view.lonlat_lines()
        return land_mask(coast, lon, lat), np.ones((view.height, view.width), bool)
    lon_2d, lat_2d = np.broadcast_arrays(*view.lonlat_of_pixels())
    globe = np.isfinite(lon_2d) & np.isfinite(lat_2d)
    # A mask as fine as the map, of what it shows of the Earth.
    step = view.resolution
    west, east, south, north = shown_extent(view)
    rows = np.arange(north + step, south - 2 * step, -step)
    columns = np.arange(west, min(east + step, west + 360.0 - step / 2), step)
    mask = land_mask(coast, columns, rows)
    row = np.rint((rows[0] - np.where(globe, lat_2d, rows[0])) / step).astype(np.intp)
    turned = (np.where(globe, lon_2d, west) - west + step / 2) % 360.0
    column = np.minimum((turned / step).astype(np.intp), len(columns) - 1)
    return mask[np.clip(row, 0, len(rows) - 1), column], globe


def land_mask(coast: Lines, lon: Numbers, lat: Numbers) -> Flags:
    """Whether the places of a lattice are land.

    Args:
        coast: Closed but for 180 degrees and the south pole.
        lon: Of the columns, ascending, any turn, at most one turn altogether.
        lat: Of the rows, descending.

    Returns:
        Shape (rows, columns).
    """
    # In one turn from 180 degrees west; the lattice may begin anywhere in it.
    turned = (lon + 180.0) % 360.0 - 180.0
    begin = int(turned.argmin())
    changes = _crossings(coast, np.roll(turned, -begin), lat)
    changes[:, 0] += _crossings_of_180(coast, lat)
    # Sums of bytes overflow, but an even number stays even.
    odd = (np.cumsum(changes[:, :-1], axis=1, dtype=np.uint8) & 1).view(bool)
    return np.roll(odd, begin, axis=1)


def _crossings(coast: Lines, lon: Numbers, lat: Numbers) -> NDArray[np.uint8]:
    """How many coasts each row crosses before each column, shape (rows, columns + 1)."""
    changes = np.zeros((len(lat), len(lon) + 1), np.uint8)
    starts = np.flatnonzero(coast.joined())
    upward = -lat
    first = np.searchsorted(upward, -coast.lat[:-1].astype(np.float64))
    last = np.searchsorted(upward, -coast.lat[1:].astype(np.float64))
    crossing = starts[first[starts] != last[starts]]
    for begin in range(0, len(crossing), PIECES_AT_ONCE):
        piece = crossing[begin : begin + PIECES_AT_ONCE]
        low, high = np.minimum(first, last)[piece], np.maximum(first, last)[piece]
        count = high - low
        of_piece = np.repeat(piece, count)
        row = np.arange(count.sum()) + np.repeat(low - (np.cumsum(count) - count), count)
        start_lat, start_lon = (
            line[of_piece].astype(np.float64) for line in (coast.lat, coast.lon)
        )
        end_lat, end_lon = (
            line[of_piece + 1].astype(np.float64) for line in (coast.lat, coast.lon)
        )
        share = (lat[row] - start_lat) / (end_lat - start_lat)
        place = start_lon + share * (end_lon - start_lon)
        np.add.at(changes, (row, np.searchsorted(lon, place)), 1)
    return changes


def _crossings_of_180(coast: Lines, lat: Numbers) -> NDArray[np.uint8]:
    """How many coasts the meridian of 180 degrees west crosses north of each row."""
    is_end = np.zeros(len(coast.lon), bool)
    is_end[coast.starts] = True
    is_end[np.append(coast.starts[1:], len(coast.lon)) - 1] = True
    at_west = coast.lat[is_end & (coast.lon <= -180.0 + 1e-4)].astype(np.float64)
    crossed = at_west[:, None] > lat[None, :]
    count: NDArray[np.uint8] = crossed.sum(axis=0).astype(np.uint8)
    return count
