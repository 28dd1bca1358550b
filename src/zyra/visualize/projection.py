"""Maps on a cylinder: columns are meridians, rows are parallels."""

from dataclasses import dataclass, replace
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray

from zyra.core.errors import UsageError
from zyra.fields.crs import Crs
from zyra.visualize.natural_earth import Lines
from zyra.visualize.view import ALL_ROWS, RIM_PIXELS, Extent, Numbers, Segments

Cylinder = Literal["PlateCarree", "Mercator"]

# Where Mercator's map of the world becomes a square, as web maps show it.
MERCATOR_LIMIT = float(np.degrees(np.arctan(np.sinh(np.pi))))


@dataclass(frozen=True)
class MapView:
    """A cylindrical map: longitude evenly spaced, latitude too or as Mercator has it.

    The window of longitudes may lie anywhere: 0 to 360, or 170 to 190 across the date line.

    Attributes:
        west: Longitude of the left edge in degrees, from -360 to 360.
        east: Of the right edge, more than `west` and at most `west` + 360.
        south: Latitude of the lower edge.
        north: Of the upper edge.
        width: Of the map in pixels.
        height: Of the map in pixels.
        cylinder: How latitudes are spaced.
    """

    west: float
    east: float
    south: float
    north: float
    width: int
    height: int
    cylinder: Cylinder = "PlateCarree"

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
        """(east, north) size of a pixel; north in the mean of the map."""
        return (self.east - self.west) / self.width, (self.north - self.south) / self.height

    @property
    def resolution(self) -> float:
        """Degrees of longitude in a pixel."""
        return self.degrees_per_pixel[0]

    @property
    def true_aspect(self) -> float:
        """Width / height of a map whose middle parallel is as long as it is beside a meridian.

        Two for the whole globe in plate carree, whose middle is the equator. Mercator is true
        to shape everywhere.

        Source: the equirectangular projection with its standard parallel in the middle
        (Snyder, Map Projections: A Working Manual, 1987, p. 90).
        """
        if self.cylinder == "Mercator":
            south, north = self._spaced(np.array([self.south, self.north]))
            return float((self.east - self.west) / (north - south))
        middle = np.radians((self.south + self.north) / 2)
        return float((self.east - self.west) / (self.north - self.south) * np.cos(middle))

    @property
    def is_global(self) -> bool:
        """Whether the map goes all the way round."""
        return self.east - self.west > 360.0 - 1e-6

    def resized(self, width: int, height: int) -> Self:
        """The same window in another number of pixels."""
        return replace(self, width=width, height=height)

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
        east_per_pixel = self.degrees_per_pixel[0]
        columns: Numbers = (np.where(inside, lon, nearest) - self.west) / east_per_pixel
        return columns, self.rows_of(lat)

    def rows_of(self, lat: Numbers) -> Numbers:
        """Rows of latitudes in degrees, any shape; Mercator's poles are infinitely far away."""
        south, north = self._spaced(np.array([self.south, self.north]))
        rows: Numbers = (north - self._spaced(lat)) / ((north - south) / self.height)
        return rows

    def lonlat_lines(self) -> tuple[Numbers, Numbers]:
        """Longitudes of the columns' centres and latitudes of the rows' centres.

        Returns:
            Longitudes, shape (width,), ascending from `west` without a jump, so possibly beyond
            180; latitudes, shape (height,), descending.
        """
        east_per_pixel = self.degrees_per_pixel[0]
        lon = self.west + (np.arange(self.width, dtype=np.float64) + 0.5) * east_per_pixel
        return lon, self.latitudes_of(np.arange(self.height, dtype=np.float64) + 0.5)

    def latitudes_of(self, rows: Numbers) -> Numbers:
        """Latitudes in degrees of rows, any shape."""
        south, north = self._spaced(np.array([self.south, self.north]))
        spaced: Numbers = north - rows * ((north - south) / self.height)
        if self.cylinder == "Mercator":
            return np.degrees(np.arctan(np.sinh(np.radians(spaced))))
        return spaced

    def lonlat_of_pixels(self, rows: slice = ALL_ROWS) -> tuple[Numbers, Numbers]:
        """Longitudes, shape (1, width), and latitudes, shape (rows, 1)."""
        lon, lat = self.lonlat_lines()
        return lon[None, :], lat[rows, None]

    def lonlat_at(self, columns: Numbers, rows: Numbers) -> tuple[Numbers, Numbers]:
        """Longitudes of `columns`, from `west` without a jump, and latitudes of `rows`."""
        return self.west + columns * self.degrees_per_pixel[0], self.latitudes_of(rows)

    def lines_in(self, crs: Crs) -> tuple[Numbers, Numbers] | None:
        """Meridians and parallels for a geographic `crs`."""
        return self.lonlat_lines() if crs.is_geographic else None

    def outline(self) -> Segments:
        """Nothing: the map is full of the globe."""
        return np.empty((0, 4), np.float32)

    def segments_of(self, lines: Lines) -> Segments:
        """Pieces of `lines` that touch the map, repeated where the map shows a place twice."""
        first = int(np.floor((self.west - 180.0) / 360.0)) + 1
        last = int(np.ceil((self.east + 180.0) / 360.0)) - 1
        joined = lines.joined()
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
        segments[:, 1::2] = self.rows_of(lines.lat[ends].astype(np.float64))
        return segments

    def _spaced(self, lat: Numbers) -> Numbers:
        """What is evenly spaced along the columns: latitude, or that of Mercator in degrees."""
        if self.cylinder == "PlateCarree":
            return lat
        within = np.clip(lat, -89.99, 89.99)
        mercator: Numbers = np.degrees(np.arctanh(np.sin(np.radians(within))))
        return mercator


def _overlaps(line: NDArray[np.float32], low: float, high: float) -> NDArray[np.bool_]:
    """Whether each piece between neighbours has a part between `low` and `high`."""
    above, below = line >= low, line <= high
    return (above[:-1] | above[1:]) & (below[:-1] | below[1:])
