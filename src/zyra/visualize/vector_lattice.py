"""Places on a map, evenly spaced in its pixels, with what it takes to read vectors there."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from zyra.fields.grid import Grid
from zyra.fields.vector_turning import Headings, along_east_north, axis_headings
from zyra.visualize.compass import Compass, compass_at
from zyra.visualize.places import Places, places_of
from zyra.visualize.resample import linear_values
from zyra.visualize.vector_pairs import Vectors
from zyra.visualize.view import Numbers, View

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Lattice:
    """Rows and columns of places on a map, and where they lie on a grid of data.

    Attributes:
        columns, rows: Pixels of the map, each of shape (rows, columns) of the lattice.
        lon, lat: Degrees, same shape; NaN beside the globe.
        compass: East and north there.
        places: Where they lie in the grid.
        grid: Of the data.
    """

    columns: Numbers
    rows: Numbers
    lon: Numbers
    lat: Numbers
    compass: Compass
    places: Places
    grid: Grid

    @classmethod
    def on(cls, view: View, grid: Grid, spacing_px: tuple[float, float]) -> "Lattice":
        """The middles of equal boxes that fill the map, about `spacing_px` (across, down) wide."""
        across = max(1, round(view.width / spacing_px[0]))
        down = max(1, round(view.height / spacing_px[1]))
        coarse = view.resized(across, down)
        lon, lat = (np.array(line) for line in np.broadcast_arrays(*coarse.lonlat_of_pixels()))
        columns, rows = np.meshgrid(
            (np.arange(across) + 0.5) * (view.width / across),
            (np.arange(down) + 0.5) * (view.height / down),
        )
        places = places_of(grid, coarse)
        return cls(columns, rows, lon, lat, compass_at(view, lon, lat), places, grid)

    def parts(self, vectors: Vectors) -> tuple[Numbers, Numbers]:
        """True eastward and northward part at each place; NaN where either is missing."""
        u = linear_values(vectors.u.values, self.places).astype(np.float64)
        v = linear_values(vectors.v.values, self.places).astype(np.float64)
        if vectors.is_along_grid and not self.grid.crs.is_geographic:
            u, v = along_east_north(u, v, self._headings)
        missing = np.isnan(u) | np.isnan(v)
        u[missing] = v[missing] = np.nan
        return u, v

    @cached_property
    def _headings(self) -> tuple[Headings, Headings]:
        return axis_headings(self.grid.crs, self.lon, self.lat)

    @cached_property
    def stretch(self) -> Numbers:
        """How many times too long parallels are drawn, against where they are least so.

        Large beside a pole that is drawn as a line, where neighbours are nearly one place; at
        most 1 where a pole is a point.
        """
        east, north = np.hypot(*self.compass.east), np.hypot(*self.compass.north)
        known = (east > 0) & (north > 0)
        ratio = np.divide(east, north, out=np.full_like(east, np.nan), where=known)
        least = np.min(ratio, where=known, initial=np.inf)
        longest = np.max(north, where=known, initial=0.0)
        return np.minimum(ratio / least, east / longest) if longest > 0 else ratio
