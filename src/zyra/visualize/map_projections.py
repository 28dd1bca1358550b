"""The projections that maps are drawn in beside those on a cylinder.

Closed forms in numpy on a sphere, for longitudes and latitudes in degrees; x and y in metres.
Source: Snyder, Map Projections - A Working Manual (USGS Professional Paper 1395), and for
Robinson's the table of Robinson 1974 as printed in Snyder and Voxland, An Album of Map
Projections (USGS Professional Paper 1453), table 5.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from zyra.fields.ellipsoid import Ellipsoid
from zyra.fields.projections import Coordinates, Pair, wrapped

# The sphere of GRIB's shape of the earth 6, m. Shapes on a map do not depend on it.
RADIUS = 6371229.0
SPHERE = Ellipsoid(RADIUS)
METRES_PER_DEGREE = RADIUS * np.pi / 180.0

# Length of the parallels and their distance from the equator, each 5 degrees from it.
ROBINSON_LENGTHS = (
    *(1.0, 0.9986, 0.9954, 0.9900, 0.9822, 0.9730, 0.9600, 0.9427, 0.9216, 0.8962),
    *(0.8679, 0.8350, 0.7986, 0.7597, 0.7186, 0.6732, 0.6213, 0.5722, 0.5322),
)
ROBINSON_DISTANCES = (
    *(0.0, 0.0620, 0.1240, 0.1860, 0.2480, 0.3100, 0.3720, 0.4340, 0.4958, 0.5571),
    *(0.6176, 0.6769, 0.7346, 0.7903, 0.8435, 0.8936, 0.9394, 0.9761, 1.0),
)
ROBINSON_X, ROBINSON_Y = 0.8487, 1.3523
# Between two of these even steps a straight line is exact to a metre.
FINE_DEGREES = 0.02


@dataclass(frozen=True)
class Robinson:
    """Robinson's projection of the whole Earth about a central meridian."""

    central_longitude: float

    def forward(self, lon: Coordinates, lat: Coordinates) -> Pair:
        """(x, y) in metres."""
        turn = np.radians(wrapped(lon - self.central_longitude))
        latitudes, lengths, distances = self._fine
        length = np.interp(np.abs(lat), latitudes, lengths)
        distance = np.interp(np.abs(lat), latitudes, distances)
        return ROBINSON_X * RADIUS * length * turn, ROBINSON_Y * RADIUS * distance * np.sign(lat)

    def inverse(self, x: Coordinates, y: Coordinates) -> Pair:
        """Longitude and latitude; NaN beside the globe."""
        latitudes, lengths, distances = self._fine
        share = y / (ROBINSON_Y * RADIUS)
        lat = np.sign(y) * np.interp(np.abs(share), distances, latitudes, right=np.nan)
        turn = np.degrees(x / (ROBINSON_X * RADIUS * np.interp(np.abs(lat), latitudes, lengths)))
        turn = np.where(np.abs(turn) <= 180.0, turn, np.nan)
        return wrapped(turn + self.central_longitude), lat

    @cached_property
    def _fine(self) -> tuple[Coordinates, Coordinates, Coordinates]:
        """Latitudes with the table's two columns, interpolated smoothly."""
        latitudes = np.arange(0.0, 90.0 + FINE_DEGREES / 2, FINE_DEGREES)
        # The mirrored table: smooth across the equator, one column even, one odd.
        lengths = _spline([*ROBINSON_LENGTHS[:0:-1], *ROBINSON_LENGTHS], latitudes)
        mirrored = [-each for each in ROBINSON_DISTANCES[:0:-1]]
        return latitudes, lengths, _spline([*mirrored, *ROBINSON_DISTANCES], latitudes)


@dataclass(frozen=True)
class Orthographic:
    """The Earth as it is seen from far away (Snyder, section 20)."""

    central_longitude: float
    central_latitude: float

    def forward(self, lon: Coordinates, lat: Coordinates) -> Pair:
        """(x, y) in metres; NaN on the far side."""
        middle = np.radians(self.central_latitude)
        turn, lat = np.radians(lon - self.central_longitude), np.radians(lat)
        toward = np.cos(lat) * np.cos(turn)
        is_near = np.sin(middle) * np.sin(lat) + np.cos(middle) * toward >= -1e-12
        x = RADIUS * np.cos(lat) * np.sin(turn)
        y = RADIUS * (np.cos(middle) * np.sin(lat) - np.sin(middle) * toward)
        return np.where(is_near, x, np.nan), np.where(is_near, y, np.nan)

    def inverse(self, x: Coordinates, y: Coordinates) -> Pair:
        """Longitude and latitude; NaN beside the globe."""
        middle = np.radians(self.central_latitude)
        x, y = x / RADIUS, y / RADIUS
        with np.errstate(invalid="ignore"):
            depth = np.sqrt(1.0 - x * x - y * y)
        lat = np.arcsin(np.clip(depth * np.sin(middle) + y * np.cos(middle), -1.0, 1.0))
        turn = np.arctan2(x, depth * np.cos(middle) - y * np.sin(middle))
        return wrapped(np.degrees(turn) + self.central_longitude), np.degrees(lat)


def _spline(knots: list[float], latitudes: Coordinates) -> Coordinates:
    """Cubic spline through knots at -90, -85, ..., 90 degrees, at `latitudes`.

    Its ends are parabolas, which is nearer to the table's course than straight ends.

    Source: Press et al., Numerical Recipes, section 3.3.
    """
    values = np.array(knots)
    count, step = len(values), 5.0
    system = np.eye(count)
    inner = np.arange(1, count - 1)
    system[inner, inner - 1], system[inner, inner], system[inner, inner + 1] = 1.0, 4.0, 1.0
    system[0, 1] = system[-1, -2] = -1.0
    right = np.zeros(count)
    right[1:-1] = 6.0 * (values[2:] - 2 * values[1:-1] + values[:-2]) / step**2
    bends = np.linalg.solve(system, right)
    place = (latitudes + 90.0) / step
    before = np.minimum(place.astype(np.intp), count - 2)
    b = place - before
    a = 1.0 - b
    straight = a * values[before] + b * values[before + 1]
    curve = (a**3 - a) * bends[before] + (b**3 - b) * bends[before + 1]
    smooth: Coordinates = straight + curve * step**2 / 6.0
    return smooth
