"""The mapping between the pixels of a map and the world."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from zyra.core.errors import UsageError
from zyra.visualize.natural_earth import Lines

Extent = tuple[float, float, float, float]
Numbers = NDArray[np.float64]
# Straight pieces in pixels, shape (pieces, 4): column and row of the start, then of the end.
Segments = NDArray[np.float32]

# How far outside the map a line may still colour a pixel at its rim.
RIM_PIXELS = 8.0


@dataclass(frozen=True)
class MapView:
    """A plate carree map: longitude and latitude evenly spaced.

    Columns and rows are counted in pixels from the upper left corner of the map, so the first
    pixel's centre is at (0.5, 0.5). The window of longitudes may lie anywhere: 0 to 360, or
    170 to 190 across the date line.

    Attributes:
        west: Longitude of the left edge in degrees, from -360 to 360.
        east: Of the right edge, more than `west` and at most `west` + 360.
        south: Latitude of the lower edge.
        north: Of the upper edge.
        width: Of the map in pixels.
        height: Of the map in pixels.
    """

    west: float
    east: float
    south: float
    north: float
    width: int
    height: int

    def __post_init__(self) -> None:
        """Refuse a window that is empty or does not fit on the globe.

        Raises:
            UsageError: The extent or the size is impossible.
        """
        if not -90 <= self.south < self.north <= 90:
            raise UsageError(
                f"extent reaches from {self.south:g} to {self.north:g} degrees north",
                hint="give west, east, south, north with -90 <= south < north <= 90",
            )
        if not (-360 <= self.west <= 360 and self.west < self.east <= self.west + 360):
            raise UsageError(
                f"extent reaches from {self.west:g} to {self.east:g} degrees east",
                hint="give west, east, south, north with longitudes from -180 to 360",
            )
        if self.width < 1 or self.height < 1:
            raise UsageError(f"a map of {self.width} x {self.height} pixels is empty")

    @classmethod
    def over(cls, extent: Extent, width: int, height: int) -> Self:
        """Make a view of (west, east, south, north); `east` below `west` means beyond 180.

        Raises:
            UsageError: The extent or the size is impossible.
        """
        west, east, south, north = extent
        return cls(west, east + 360.0 if east < west else east, south, north, width, height)

    @property
    def degrees_per_pixel(self) -> tuple[float, float]:
        """(east, north) size of a pixel."""
        return (self.east - self.west) / self.width, (self.north - self.south) / self.height

    @property
    def true_aspect(self) -> float:
        """Width / height of a map whose middle parallel is as long as it is beside a meridian.

        Two for the whole globe, whose middle is the equator.

        Source: the equirectangular projection with its standard parallel in the middle
        (Snyder, Map Projections: A Working Manual, 1987, p. 90).
        """
        middle = np.radians((self.south + self.north) / 2)
        return float((self.east - self.west) / (self.north - self.south) * np.cos(middle))

    @property
    def is_global(self) -> bool:
        """Whether the map goes all the way round."""
        return self.east - self.west > 360.0 - 1e-6

    def pixels_of(self, lon: Numbers, lat: Numbers) -> tuple[Numbers, Numbers]:
        """Columns and rows of places, which may be outside the map.

        A longitude is moved by whole turns into the map, or else to within half a turn of
        its middle.

        Args:
            lon: Degrees east, any shape and any turn.
            lat: Degrees north, same shape.
        """
        middle = (self.west + self.east) / 2
        nearest = middle + (lon - middle + 180.0) % 360.0 - 180.0
        inside = (lon >= self.west) & (lon <= self.east)
        east_per_pixel, north_per_pixel = self.degrees_per_pixel
        columns: Numbers = (np.where(inside, lon, nearest) - self.west) / east_per_pixel
        rows: Numbers = (self.north - lat) / north_per_pixel
        return columns, rows

    def lonlat_of_pixels(self) -> tuple[Numbers, Numbers]:
        """Longitudes of the columns' centres and latitudes of the rows' centres.

        Returns:
            Longitudes, shape (width,), ascending from `west` without a jump, so possibly beyond
            180; latitudes, shape (height,), descending.
        """
        east_per_pixel, north_per_pixel = self.degrees_per_pixel
        lon = self.west + (np.arange(self.width, dtype=np.float64) + 0.5) * east_per_pixel
        lat = self.north - (np.arange(self.height, dtype=np.float64) + 0.5) * north_per_pixel
        return lon, lat

    def segments_of(self, lines: Lines) -> Segments:
        """Pieces of `lines` that touch the map, repeated where the map shows a place twice."""
        first = int(np.floor((self.west - 180.0) / 360.0)) + 1
        last = int(np.ceil((self.east + 180.0) / 360.0)) - 1
        joined = np.ones(max(len(lines.lon) - 1, 0), bool)
        joined[lines.starts[1:] - 1] = False
        turns = [self._segments_at_turn(lines, joined, turn) for turn in range(first, last + 1)]
        return np.concatenate(turns)

    def _segments_at_turn(self, lines: Lines, joined: NDArray[np.bool_], turn: int) -> Segments:
        east_per_pixel, north_per_pixel = self.degrees_per_pixel
        west = self.west - 360.0 * turn
        x_margin, y_margin = RIM_PIXELS * east_per_pixel, RIM_PIXELS * north_per_pixel
        near = joined & _overlaps(
            lines.lon, west - x_margin, west + self.east - self.west + x_margin
        )
        near &= _overlaps(lines.lat, self.south - y_margin, self.north + y_margin)
        ends = np.flatnonzero(near)[:, np.newaxis] + np.arange(2)
        segments = np.empty((len(ends), 4), np.float32)
        segments[:, 0::2] = (lines.lon[ends].astype(np.float64) - west) / east_per_pixel
        segments[:, 1::2] = (self.north - lines.lat[ends].astype(np.float64)) / north_per_pixel
        return segments


def _overlaps(line: NDArray[np.float32], low: float, high: float) -> NDArray[np.bool_]:
    """Whether each piece between neighbours has a part between `low` and `high`."""
    above, below = line >= low, line <= high
    return (above[:-1] | above[1:]) & (below[:-1] | below[1:])
