"""Maps in a projection that bends meridians or parallels: a window of its plane."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from zyra.fields.crs import Crs
from zyra.fields.projections import Projection, wrapped
from zyra.visualize.natural_earth import Lines
from zyra.visualize.view import ALL_ROWS, Numbers, Segments, touching

# left, right, bottom, top in units of the plane.
Window = tuple[float, float, float, float]
Flags = NDArray[np.bool_]

# A pixel lies on the globe where its place, projected again, comes back to within this part
# of a pixel; in the gap of a cone, or beyond the last meridian, it comes out elsewhere.
RETURNS_WITHIN = 0.01
# Halvings of a piece that ends behind the horizon: to a 65536th of its length.
HALVINGS = 16
# Degrees beside the meridian of a tear where its two sides are drawn.
BESIDE = 1e-6
SIDE_POINTS = 181


@dataclass(frozen=True)
class Plane:
    """A projection with what a map needs to know of its shape.

    Attributes:
        projection: Both directions between degrees and the plane; hashable.
        degree: Length of a degree of a great circle in units of the plane.
        seam: Longitude of the meridian where the globe is cut open, or None.
        crs: The same as a coordinate system, where grids of data are in it.
        period: After which x repeats itself, or None.
        disc: Radius of the visible half of the globe, or None.
        knows_rim: The projection says itself, by NaN, where its plane has no place.
        has_level_parallels: Each parallel is one row of the map.
    """

    projection: Projection
    degree: float
    seam: float | None = None
    crs: Crs | None = None
    period: float | None = None
    disc: float | None = None
    knows_rim: bool = False
    has_level_parallels: bool = False


@dataclass(frozen=True)
class PlaneView:
    """A window of a plane; shapes are true where the projection's are.

    Attributes:
        plane: The projection.
        window: Left, right, bottom and top edge in units of the plane.
        width, height: Of the map in pixels.
    """

    plane: Plane
    window: Window
    width: int
    height: int

    @classmethod
    def fitted(cls, plane: Plane, window: Window, width: int, height: int) -> Self:
        """A view of at least `window`, widened on two sides so that pixels are square."""
        left, right, bottom, top = window
        pixel = max((right - left) / width, (top - bottom) / height)
        x, y = (left + right) / 2, (bottom + top) / 2
        across, down = pixel * width / 2, pixel * height / 2
        return cls(plane, (x - across, x + across, y - down, y + down), width, height)

    @property
    def true_aspect(self) -> float:
        """Width / height of the window."""
        left, right, bottom, top = self.window
        return (right - left) / (top - bottom)

    @property
    def resolution(self) -> float:
        """Degrees of a great circle in a pixel where the projection is true to scale."""
        return (self.window[1] - self.window[0]) / self.width / self.plane.degree

    def resized(self, width: int, height: int) -> Self:
        """The same window in another number of pixels."""
        return replace(self, width=width, height=height)

    def pixels_of(self, lon: Numbers, lat: Numbers) -> tuple[Numbers, Numbers]:
        """Columns and rows of places in degrees, any shape; NaN where the map has no such place."""
        with np.errstate(all="ignore"):
            x, y = self.plane.projection.forward(lon, lat)
            columns, rows = self._pixels(x, y)
        known = np.isfinite(columns) & np.isfinite(rows)
        columns[~known] = rows[~known] = np.nan
        return columns, rows

    def lonlat_of_pixels(self, rows: slice = ALL_ROWS) -> tuple[Numbers, Numbers]:
        """Longitudes and latitudes; the latter may be one for each row."""
        x, y = self._lines()
        return self._lonlat(x[None, :], y[rows, None])

    def lonlat_at(self, columns: Numbers, rows: Numbers) -> tuple[Numbers, Numbers]:
        """Longitudes and latitudes of pixels, which need not be whole; NaN beside the globe."""
        left, right, bottom, top = self.window
        x: Numbers = left + columns * ((right - left) / self.width)
        y: Numbers = top - rows * ((top - bottom) / self.height)
        return self._lonlat(x, y)

    def _lonlat(self, x: Numbers, y: Numbers) -> tuple[Numbers, Numbers]:
        """Degrees of places in the plane; longitudes are NaN beside the globe."""
        with np.errstate(all="ignore"):
            lon, lat = self.plane.projection.inverse(x, y)
            if not self.plane.knows_rim:
                x_again, y_again = self.plane.projection.forward(lon, lat)
                away = np.abs(x_again - x) + np.abs(y_again - y)
                near = RETURNS_WITHIN * (self.window[1] - self.window[0]) / self.width
                lon = np.where(away < near, lon, np.nan)
        return lon, lat

    def lines_in(self, crs: Crs) -> tuple[Numbers, Numbers] | None:
        """Coordinates of columns and rows if the map is in the system of the data."""
        return self._lines() if crs == self.plane.crs else None

    def outline(self) -> Segments:
        """The meridian where the globe is cut open, or the horizon."""
        if self.plane.disc is not None:
            turn = np.linspace(0.0, 2 * np.pi, 4 * SIDE_POINTS)
            columns, rows = self._pixels(
                self.plane.disc * np.cos(turn), self.plane.disc * np.sin(turn)
            )
        elif self.plane.seam is not None:
            lat = np.linspace(-90.0, 90.0, SIDE_POINTS)
            beside = np.array([[BESIDE], [-BESIDE]])
            lon = np.broadcast_to(self.plane.seam + beside, (2, SIDE_POINTS))
            ring_lon = np.concatenate([lon[0], lon[1], lon[0, :1]])
            columns, rows = self.pixels_of(ring_lon, np.concatenate([lat, lat[::-1], lat[:1]]))
        else:
            return np.empty((0, 4), np.float32)
        return self._kept(np.column_stack([columns[:-1], rows[:-1], columns[1:], rows[1:]]))

    def sides(self) -> tuple[Numbers, Numbers] | None:
        """Columns of the left and right side of the seam in each row of pixels.

        None where there is no seam, or its sides are not in the same rows.
        """
        if self.plane.seam is None or not self.plane.has_level_parallels:
            return None
        lat = np.linspace(90.0, -90.0, 8 * SIDE_POINTS)
        right, rows = self.pixels_of(np.full_like(lat, self.plane.seam - BESIDE), lat)
        left, _ = self.pixels_of(np.full_like(lat, self.plane.seam + BESIDE), lat)
        middles = _middles(self.height)
        return np.interp(middles, rows, left), np.interp(middles, rows, right)

    def segments_of(self, lines: Lines) -> Segments:
        """Pieces of `lines` that touch the map, cut at the seam and at the horizon."""
        starts = np.flatnonzero(lines.joined())
        lon, lat = lines.lon.astype(np.float64), lines.lat.astype(np.float64)
        columns, rows = self.pixels_of(lon, lat)
        torn = self._is_torn(lon, starts)
        visible = np.isfinite(columns)
        half = ~torn & (visible[starts] != visible[starts + 1])
        whole = starts[~torn & ~half]
        pieces = np.column_stack([columns[whole], rows[whole], columns[whole + 1], rows[whole + 1]])
        cut = self._cut_at_seam(lon, lat, starts[torn])
        hidden = self._cut_at_horizon(lon, lat, starts[half], visible)
        return self._kept(np.concatenate([pieces, cut, hidden]))

    def _kept(self, pieces: Numbers) -> Segments:
        """Those that touch the map, without the ones that a jump of x has made."""
        known = np.isfinite(pieces).all(axis=1)
        if self.plane.period is not None:
            period = self.plane.period / (self.window[1] - self.window[0]) * self.width
            known &= np.abs(pieces[:, 2] - pieces[:, 0]) < period / 2
        # Beyond the range of float32 nothing can touch the map.
        known &= (np.abs(pieces) < 1e9).all(axis=1)
        return touching(pieces[known].astype(np.float32), self.width, self.height)

    def _pixels(self, x: Numbers, y: Numbers) -> tuple[Numbers, Numbers]:
        left, right, bottom, top = self.window
        columns: Numbers = (x - left) * (self.width / (right - left))
        rows: Numbers = (top - y) * (self.height / (top - bottom))
        return columns, rows

    def _lines(self) -> tuple[Numbers, Numbers]:
        left, right, bottom, top = self.window
        x: Numbers = left + _middles(self.width) * ((right - left) / self.width)
        y: Numbers = top - _middles(self.height) * ((top - bottom) / self.height)
        return x, y

    def _is_torn(self, lon: Numbers, starts: NDArray[np.intp]) -> Flags:
        """Which pieces run from one side of the seam to the other."""
        if self.plane.seam is None:
            return np.zeros(len(starts), bool)
        place = wrapped(lon - self.plane.seam - 180.0)
        torn: Flags = np.abs(place[starts + 1] - place[starts]) > 180.0
        return torn

    def _cut_at_seam(self, lon: Numbers, lat: Numbers, starts: NDArray[np.intp]) -> Numbers:
        """Each piece as two, to the seam and from its other side."""
        if self.plane.seam is None or not starts.size:
            return np.empty((0, 4))
        place = wrapped(lon - self.plane.seam - 180.0)
        first, last = place[starts], place[starts + 1]
        side = np.sign(first - last)
        run = last + 360.0 * side - first
        # Both ends on the seam: no run, and any share of it will do.
        share = np.divide(180.0 * side - first, run, out=np.zeros_like(run), where=run != 0)
        cut_lat = lat[starts] + share * (lat[starts + 1] - lat[starts])
        seam = np.full(len(starts), self.plane.seam)
        near = self.pixels_of(seam - BESIDE * side, cut_lat)
        far = self.pixels_of(seam + BESIDE * side, cut_lat)
        start = self.pixels_of(lon[starts], lat[starts])
        end = self.pixels_of(lon[starts + 1], lat[starts + 1])
        before, after = np.column_stack([*start, *near]), np.column_stack([*far, *end])
        # An end that lies on the seam itself has nothing on the other side of it.
        return np.concatenate([before[share > 0], after[share < 1]])

    def _cut_at_horizon(
        self, lon: Numbers, lat: Numbers, starts: NDArray[np.intp], visible: Flags
    ) -> Numbers:
        """The part of each piece before the horizon; one of its ends lies behind it."""
        if not starts.size:
            return np.empty((0, 4))
        seen = np.where(visible[starts], starts, starts + 1)
        unseen = np.where(visible[starts], starts + 1, starts)
        run_lon, run_lat = wrapped(lon[unseen] - lon[seen]), lat[unseen] - lat[seen]
        share = np.zeros(len(starts))
        for halving in range(1, HALVINGS + 1):
            tried = share + 0.5**halving
            column, _ = self.pixels_of(lon[seen] + tried * run_lon, lat[seen] + tried * run_lat)
            share = np.where(np.isfinite(column), tried, share)
        start = self.pixels_of(lon[seen], lat[seen])
        end = self.pixels_of(lon[seen] + share * run_lon, lat[seen] + share * run_lat)
        return np.column_stack([*start, *end])


def _middles(count: int) -> Numbers:
    return np.arange(count, dtype=np.float64) + 0.5
