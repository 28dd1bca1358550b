"""Make the view of a map from what is asked for: a projection, its middle and an extent."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from zyra.core.errors import UsageError
from zyra.fields.grid import Grid
from zyra.fields.projections import LambertConformal, PolarStereographic, wrapped
from zyra.visualize.extent import WORLD, extent_of
from zyra.visualize.map_projections import (
    METRES_PER_DEGREE,
    RADIUS,
    SPHERE,
    Orthographic,
    Robinson,
)
from zyra.visualize.plane_view import SIDE_POINTS, Plane, PlaneView, Window
from zyra.visualize.projection import MERCATOR_LIMIT, MapView
from zyra.visualize.view import Extent, Numbers, View

# A polar map of the whole Earth shows it from this parallel on, and none from beyond the other.
POLAR_PARALLEL = 20.0
FARTHEST_PARALLEL = -45.0
# A cone that stands nearly upright, or reaches to the pole below it, has no useful map.
FLATTEST_PARALLEL = 5.0
FARTHEST_FROM_TIP = 75.0
# Around a whole globe, so that its outline is not cut in half.
GLOBE_MARGIN = 0.004


@dataclass(frozen=True)
class MapChoice:
    """The projection asked for.

    Attributes:
        name: As cartopy spells it, or `native`.
        extent: West, east, south and north edge, or None for where the data are.
        center: Longitude, or longitude and latitude, of the middle; None for the extent's.
        parallels: Parallels true to scale of a cone, or None.
    """

    name: str = "PlateCarree"
    extent: Extent | None = None
    center: tuple[float, ...] | None = None
    parallels: tuple[float, ...] | None = None

    def view(self, grid: Grid, width: int, height: int) -> View:
        """The map of what is asked for, or of `grid`.

        Raises:
            UsageError: The extent is impossible, or the projection cannot show it.
        """
        if self._is_cylinder(grid):
            return self._cylinder(grid, width, height)
        plane, window = self._plane(grid)
        return PlaneView.fitted(plane, window, width, height)

    def aspect(self, grid: Grid) -> float:
        """Width / height of the map before it is widened to fit a picture.

        Raises:
            UsageError: As `view`.
        """
        if self._is_cylinder(grid):
            return self._cylinder(grid, 1, 1).true_aspect
        left, right, bottom, top = self._plane(grid)[1]
        return (right - left) / (top - bottom)

    def _plane(self, grid: Grid) -> tuple[Plane, Window]:
        extent = extent_of(grid) if self.extent is None else self.extent
        # Refuses what is no extent, and moves an east edge beyond the date line.
        box = MapView.over(extent, 1, 1)
        return PLANES[self.name](_Asked(self, grid, (box.west, box.east, box.south, box.north)))

    def _is_cylinder(self, grid: Grid) -> bool:
        is_plain = self.name == "native" and grid.crs.is_geographic
        return self.name in ("PlateCarree", "Mercator") or is_plain

    def _cylinder(self, grid: Grid, width: int, height: int) -> MapView:
        extent = extent_of(grid) if self.extent is None else self.extent
        if self.center is not None:
            extent = _turned(extent, self.center[0], self.name)
        view = MapView.over(extent, width, height)
        if self.name != "Mercator":
            return view
        south, north = max(view.south, -MERCATOR_LIMIT), min(view.north, MERCATOR_LIMIT)
        return MapView(view.west, view.east, south, north, width, height, "Mercator")


@dataclass(frozen=True)
class _Asked:
    """What a plane is made for: the choice, the data and the edges of the map in degrees."""

    choice: MapChoice
    grid: Grid
    edges: Extent

    @property
    def goes_round(self) -> bool:
        """Whether all longitudes are to be seen."""
        return self.edges[1] - self.edges[0] > 360.0 - 1e-6

    @property
    def is_world(self) -> bool:
        """Whether all of the Earth is to be seen."""
        return self.goes_round and self.edges[2] <= -90.0 and self.edges[3] >= 90.0

    @property
    def longitude(self) -> float:
        """Of the middle."""
        if self.choice.center is not None:
            return self.choice.center[0]
        return float(wrapped(np.array((self.edges[0] + self.edges[1]) / 2)))

    @property
    def latitude(self) -> float:
        """Of the middle."""
        center = self.choice.center
        if center is not None and len(center) == 2:
            return center[1]
        return (self.edges[2] + self.edges[3]) / 2

    def points(self, south: float, north: float) -> tuple[Numbers, Numbers]:
        """Longitudes and latitudes all over what is to be seen.

        That is the area of a projected grid, or what is within the edges, from `south` to `north`.
        """
        if self.choice.extent is None and not self.grid.crs.is_geographic:
            return _points_of(self.grid)
        lon = np.linspace(self.edges[0] + 1e-6, self.edges[1] - 1e-6, 2 * SIDE_POINTS)
        lon_2d, lat_2d = np.meshgrid(lon, np.linspace(south, north, SIDE_POINTS))
        return lon_2d, lat_2d


def _robinson(asked: _Asked) -> tuple[Plane, Window]:
    longitude = asked.longitude
    plane = Plane(
        Robinson(longitude),
        METRES_PER_DEGREE,
        seam=longitude + 180.0,
        knows_rim=True,
        has_level_parallels=True,
    )
    window = _window(plane, *asked.points(asked.edges[2], asked.edges[3]), asked)
    return plane, _with_margin(window) if asked.is_world else window


def _orthographic(asked: _Asked) -> tuple[Plane, Window]:
    projection = Orthographic(asked.longitude, asked.latitude)
    plane = Plane(projection, METRES_PER_DEGREE, disc=RADIUS, knows_rim=True)
    if asked.is_world:
        return plane, _with_margin((-RADIUS, RADIUS, -RADIUS, RADIUS))
    return plane, _window(plane, *asked.points(asked.edges[2], asked.edges[3]), asked)


def _north_polar(asked: _Asked) -> tuple[Plane, Window]:
    return _polar(asked, is_north=True)


def _south_polar(asked: _Asked) -> tuple[Plane, Window]:
    return _polar(asked, is_north=False)


def _polar(asked: _Asked, *, is_north: bool) -> tuple[Plane, Window]:
    is_free = asked.choice.center is None and asked.goes_round
    longitude = 0.0 if is_free else asked.longitude
    projection = PolarStereographic(SPHERE, longitude, is_north, 2 * RADIUS)
    plane = Plane(projection, METRES_PER_DEGREE, knows_rim=True)
    low, high = asked.edges[2:] if is_north else (-asked.edges[3], -asked.edges[2])
    if asked.choice.extent is None and asked.goes_round:
        low = max(low, POLAR_PARALLEL)
    if low < FARTHEST_PARALLEL or high <= low:
        side, limit = ("south", "below") if is_north else ("north", "above")
        raise UsageError(
            f"{asked.choice.name} cannot show all from {asked.edges[2]:g} to {asked.edges[3]:g}"
            " degrees north",
            hint=f"give an extent that ends in the {side} {limit} 45 degrees beyond the equator",
        )
    south, north = (low, high) if is_north else (-high, -low)
    return plane, _window(plane, *asked.points(south, north), asked)


def _lambert(asked: _Asked) -> tuple[Plane, Window]:
    _, _, south, north = asked.edges
    latitude, sixth = asked.latitude, (north - south) / 6
    parallels = asked.choice.parallels or (south + sixth, north - sixth)
    first, last = parallels[0], parallels[-1]
    middle = (first + last) / 2
    far = south if middle > 0 else -north
    if abs(middle) < FLATTEST_PARALLEL or far < -FARTHEST_FROM_TIP:
        raise UsageError(
            f"LambertConformal cannot show all from {south:g} to {north:g} degrees north",
            hint="give an extent within one hemisphere, or parallels, or --projection Mercator",
        )
    cone = LambertConformal(SPHERE, asked.longitude, latitude, (first, last))
    plane = Plane(cone, METRES_PER_DEGREE, seam=asked.longitude + 180.0)
    return plane, _window(plane, *asked.points(south, north), asked)


def _native(asked: _Asked) -> tuple[Plane, Window]:
    crs = asked.grid.crs
    turns = crs.name == "rotated_latitude_longitude"
    plane = (
        Plane(crs, 1.0, crs=crs, period=360.0) if turns else Plane(crs, METRES_PER_DEGREE, crs=crs)
    )
    if asked.choice.extent is None:
        left, bottom, right, top = asked.grid.bounds
        return plane, (left, right, bottom, top)
    return plane, _window(plane, *asked.points(asked.edges[2], asked.edges[3]), asked)


PLANES: Mapping[str, Callable[[_Asked], tuple[Plane, Window]]] = {
    "Robinson": _robinson,
    "Orthographic": _orthographic,
    "NorthPolarStereo": _north_polar,
    "SouthPolarStereo": _south_polar,
    "LambertConformal": _lambert,
    "native": _native,
}


def _window(plane: Plane, lon: Numbers, lat: Numbers, asked: _Asked) -> Window:
    """The window that just holds all places which the projection can show."""
    with np.errstate(all="ignore"):
        x, y = plane.projection.forward(lon, lat)
    known = np.isfinite(x) & np.isfinite(y)
    if not known.any():
        edges = " ".join(f"{edge:g}" for edge in asked.edges)
        raise UsageError(
            f"{asked.choice.name} with this center shows nothing of the extent {edges}",
            hint="leave out center, or move it into the extent",
        )
    x, y = x[known], y[known]
    return float(x.min()), float(x.max()), float(y.min()), float(y.max())


def _points_of(grid: Grid) -> tuple[Numbers, Numbers]:
    """Places all over a grid, its outer edges included; NaN where its system has none."""
    left, bottom, right, top = grid.bounds
    x, y = np.meshgrid(np.linspace(left, right, SIDE_POINTS), np.linspace(bottom, top, SIDE_POINTS))
    with np.errstate(all="ignore"):
        return grid.crs.inverse(x, y)


def _with_margin(window: Window) -> Window:
    left, right, bottom, top = window
    margin = GLOBE_MARGIN * max(right - left, top - bottom)
    return left - margin, right + margin, bottom - margin, top + margin


def _turned(extent: Extent, longitude: float, name: str) -> Extent:
    """A map of all longitudes with `longitude` in its middle."""
    west, east, south, north = extent
    if (east if east > west else east + 360.0) - west < 360.0 - 1e-6:
        raise UsageError(
            f"the center of {name} is the middle of its extent",
            hint="leave out center, or give an extent that goes all the way round",
        )
    middle = float(wrapped(np.array(longitude)))
    return middle + WORLD[0], middle + WORLD[1], south, north
