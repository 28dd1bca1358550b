"""Which way east and north point on a map, for arrows, streamlines and particles."""

from dataclasses import dataclass

import numpy as np

from zyra.visualize.view import Numbers, View

# Steps that directions are taken from, in pixels of the map: within the pixel of each place.
STEP_PIXELS = 0.05
# Nearest to a pole that east still means something, degrees.
BESIDE_POLE = 1e-3

Step = tuple[Numbers, Numbers]


@dataclass(frozen=True)
class Compass:
    """Steps on a map, as (columns, rows); rows count downwards.

    Attributes:
        east: Pixels for one degree of a great circle eastward, each of the places' shape.
        north: The same northward.
    """

    east: Step
    north: Step

    def directed(self, u: Numbers, v: Numbers) -> Step:
        """Vectors that go `u` east and `v` north, as long in pixels as in their own unit.

        East and north have the directions that they have on the map, whatever it does to
        lengths: a south-west wind points between them, as on printed weather maps.
        """
        east, north = _unit(self.east), _unit(self.north)
        return u * east[0] + v * north[0], u * east[1] + v * north[1]

    def moved(self, u: Numbers, v: Numbers) -> Step:
        """Pixels that something moves over the map while it goes `u` and `v` degrees on Earth."""
        return (
            u * self.east[0] + v * self.north[0],
            u * self.east[1] + v * self.north[1],
        )


def compass_at(view: View, lon: Numbers, lat: Numbers) -> Compass:
    """East and north at places in degrees, any shape; NaN where the map has no such place."""
    step = STEP_PIXELS * view.resolution
    # Away from the nearer pole, so that no step goes over it.
    inward = np.where(lat > 0, -step, step)
    parallel = np.maximum(np.cos(np.radians(lat)), np.radians(BESIDE_POLE))
    column, row = view.pixels_of(lon, lat)
    # As many degrees of longitude everywhere: beside a pole more would reach over the map's edge.
    east_column, east_row = view.pixels_of(lon + step, lat)
    north_column, north_row = view.pixels_of(lon, lat + inward)
    return Compass(
        ((east_column - column) / (step * parallel), (east_row - row) / (step * parallel)),
        ((north_column - column) / inward, (north_row - row) / inward),
    )


def _unit(step: Step) -> Step:
    length = np.hypot(*step)
    share = np.divide(1.0, length, out=np.full_like(length, np.nan), where=length > 0)
    return step[0] * share, step[1] * share
