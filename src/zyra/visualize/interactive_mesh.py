"""Bring fields onto even meshes of longitudes and latitudes, which the page draws.

A field on such a grid keeps its points and values exactly. Any other is taken at points about
as near to each other as its own; each has the value of its nearest grid point.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from zyra.core.errors import SelectionError, UsageError
from zyra.fields.crop import Box, Window, window_of
from zyra.fields.extent import extent_of
from zyra.fields.field import Array
from zyra.fields.grid import Grid
from zyra.visualize.artist import edges_text
from zyra.visualize.places import places_of
from zyra.visualize.projection import MapView
from zyra.visualize.resample import nearest_values
from zyra.visualize.view import Extent

TRIAL = (256, 128)
# Of the distance between columns.
SEAM = 1e-3


@dataclass(frozen=True)
class Mesh:
    """Points at even longitudes and latitudes, the first row in the north.

    Attributes:
        west, north: Centre of the first column and row, degrees.
        dx, dy: Degrees between columns and between rows.
        columns, rows: How many.
        wraps: The last column is followed by the first.
    """

    west: float
    north: float
    dx: float
    dy: float
    columns: int
    rows: int
    wraps: bool

    @property
    def cells(self) -> int:
        """Number of its points."""
        return self.columns * self.rows

    @classmethod
    def of_view(cls, view: MapView) -> "Mesh":
        """The pixels of a map in longitude and latitude."""
        dx, dy = view.degrees_per_pixel
        wraps = view.is_global
        return cls(view.west + dx / 2, view.north - dy / 2, dx, dy, view.width, view.height, wraps)

    @property
    def extent(self) -> Extent:
        """West, east, south and north edge; -180 to 180 where it goes all the way round."""
        south = max(self.north - (self.rows - 0.5) * self.dy, -90.0)
        north = min(self.north + self.dy / 2, 90.0)
        if self.wraps:
            return -180.0, 180.0, south, north
        west = self.west - self.dx / 2
        turn = 360.0 * float(np.floor((west + 180.0) / 360.0))
        return west - turn, west + self.columns * self.dx - turn, south, north

    def facts(self) -> dict[str, Any]:
        """As the page reads it."""
        return asdict(self)


@dataclass(frozen=True)
class Placement:
    """A mesh for a grid.

    Attributes:
        mesh: The mesh.
        take: Values at its points, shape (rows, columns), of values on the grid.
        view: The map whose pixels are the mesh, where the grid is another; else None.
    """

    mesh: Mesh
    take: Callable[[Array], Array]
    view: MapView | None = None


def placed(grid: Grid, extent: Extent | None, variable: str) -> Placement:
    """The mesh for the part of `grid` in `extent`.

    Raises:
        UsageError: No point of it lies there, or there is no such extent.
    """
    try:
        if grid.crs.is_geographic and grid.is_even and min(grid.shape) > 1:
            return _exact(grid, extent)
        return _resampled(grid, extent)
    except SelectionError as exc:
        assert extent is not None
        raise UsageError(
            f"the extent {edges_text(extent)} shows nothing of {variable}",
            hint=f"its grid covers {edges_text(extent_of(grid))}",
        ) from exc


def _exact(grid: Grid, extent: Extent | None) -> Placement:
    window = window_of(grid, _box(extent))
    x, y = window.grid.x, window.grid.y
    if min(len(x), len(y)) < 2:
        return _resampled(grid, extent)
    down, right = y[0] > y[-1], x[0] < x[-1]
    x, y = (x if right else x[::-1]), (y if down else y[::-1])
    dx, dy = float(x[-1] - x[0]) / (len(x) - 1), float(y[0] - y[-1]) / (len(y) - 1)
    wraps = abs(len(x) * dx - 360.0) < SEAM * dx + 1e-6
    mesh = Mesh(float(x[0]), float(y[0]), dx, dy, len(x), len(y), wraps)
    return Placement(mesh, lambda values: _taken(values, window, down, right))


def _taken(values: Array, window: Window, down: bool, right: bool) -> Array:
    rows = window.rows if down else window.rows[::-1]
    columns = window.columns if right else window.columns[::-1]
    taken: Array = values[np.ix_(rows, columns)]
    return taken


def _resampled(grid: Grid, extent: Extent | None) -> Placement:
    trial = MapView.over(extent or extent_of(grid), *TRIAL)
    places = places_of(grid, trial)
    if places.is_outside:
        raise SelectionError("no point of the grid lies in the extent")
    down, across = places.cells_per_pixel
    width, height = round(trial.width * max(across, 1e-9)), round(trial.height * max(down, 1e-9))
    view = trial.resized(max(width, 2), max(height, 2))
    mesh = Mesh.of_view(view)
    return Placement(mesh, lambda values: nearest_values(values, places_of(grid, view)), view)


def _box(extent: Extent | None) -> Box | None:
    if extent is None:
        return None
    west, east, south, north = extent
    return Box.from_numbers((west, south, east, north))
