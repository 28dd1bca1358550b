"""The figure of the earth, and the latitudes that map projections need on it."""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

Coordinates = NDArray[np.float64]

# Each step of the inverse shrinks the error by about e2 = 1/150: ten reach 1e-15.
_STEPS = 10


@dataclass(frozen=True)
class Ellipsoid:
    """A sphere, or a sphere flattened at the poles.

    Attributes:
        semi_major_axis: Radius at the equator, m.
        inverse_flattening: 1/f; 0 for a sphere, as PROJ and CF have it.
    """

    semi_major_axis: float
    inverse_flattening: float = 0.0

    @property
    def eccentricity(self) -> float:
        """First eccentricity; 0 for a sphere."""
        if self.inverse_flattening == 0.0:
            return 0.0
        flattening = 1.0 / self.inverse_flattening
        return sqrt(flattening * (2.0 - flattening))

    def parallel_radius(self, latitude: float) -> float:
        """Radius of the parallel at `latitude` (radians) as a fraction of the semi-major axis.

        Source: Snyder, Map Projections (USGS PP 1395), equation 14-15.
        """
        sine = self.eccentricity * np.sin(latitude)
        return float(np.cos(latitude) / np.sqrt(1.0 - sine * sine))

    def isometric(self, latitude: Coordinates) -> Coordinates:
        """Isometric latitude psi of a latitude in radians; infinite at the poles.

        Snyder's t is exp(-psi). Source: the same, equation 15-9.
        """
        sine = np.sin(latitude)
        with np.errstate(divide="ignore"):
            spherical: Coordinates = np.arctanh(sine)
        if self.eccentricity == 0.0:
            return spherical
        return spherical - self.eccentricity * np.arctanh(self.eccentricity * sine)

    def latitude_of(self, isometric: Coordinates) -> Coordinates:
        """Latitude in radians of an isometric latitude. Source: the same, equation 7-9."""
        latitude: Coordinates = np.arctan(np.sinh(isometric))
        if self.eccentricity == 0.0:
            return latitude
        for _ in range(_STEPS):
            swell = self.eccentricity * np.arctanh(self.eccentricity * np.sin(latitude))
            latitude = np.arctan(np.sinh(isometric + swell))
        return latitude


# EPSG 7030: what coordinates stand on if nothing is said.
WGS84 = Ellipsoid(6378137.0, 298.257223563)
