"""From the attributes of a CF grid mapping to a projection in closed form.

Source: CF conventions, appendix F (grid mappings).
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from zyra.core.errors import UnsupportedFormat
from zyra.fields.ellipsoid import WGS84, Ellipsoid
from zyra.fields.projections import (
    LambertConformal,
    LongitudeLatitude,
    Mercator,
    PolarStereographic,
    Projection,
    RotatedPole,
)

Parameters = Mapping[str, Any]

_METRES = ("m", "metre", "meter", "metres", "meters", "degrees")


def ellipsoid_of(parameters: Parameters) -> Ellipsoid:
    """The figure of the earth; WGS84 if the parameters say nothing of it."""
    if "earth_radius" in parameters and "semi_major_axis" not in parameters:
        return Ellipsoid(float(parameters["earth_radius"]))
    if "semi_major_axis" not in parameters:
        return WGS84
    major = float(parameters["semi_major_axis"])
    if "inverse_flattening" in parameters:
        return Ellipsoid(major, float(parameters["inverse_flattening"]))
    minor = float(parameters.get("semi_minor_axis", major))
    return Ellipsoid(major, major / (major - minor) if minor != major else 0.0)


def closed_form(name: str, parameters: Parameters) -> Projection | None:
    """The projection of the grid mapping `name`; None if there is no closed form of it here.

    Closed forms count degrees from Greenwich and metres.

    Raises:
        UnsupportedFormat: A parameter that it needs is not there.
    """
    build = _BUILDERS.get(name)
    if (
        build is None
        or float(parameters.get("longitude_of_prime_meridian", 0.0)) != 0.0
        or parameters.get("units", "m") not in _METRES
    ):
        return None
    return build(_Numbers(name, parameters))


class _Numbers:
    """The parameters as numbers, each asked for by name."""

    def __init__(self, name: str, parameters: Parameters) -> None:
        self._name = name
        self.parameters = parameters
        self.ellipsoid = ellipsoid_of(parameters)

    def needed(self, *names: str) -> float:
        """The first of `names` that is there.

        Raises:
            UnsupportedFormat: None of them.
        """
        for name in names:
            if self.parameters.get(name) is not None:
                return float(self.parameters[name])
        raise UnsupportedFormat(f"the grid mapping {self._name} has no {names[0]}")

    def given(self, name: str, default: float = 0.0) -> float:
        """The parameter `name`, or `default`."""
        return float(self.parameters.get(name, default))

    @property
    def false_origin(self) -> dict[str, float]:
        """Easting and northing added to x and y, m."""
        return {name: self.given(name) for name in ("false_easting", "false_northing")}


def _longitude_latitude(numbers: _Numbers) -> Projection:  # noqa: ARG001 - built like the others
    return LongitudeLatitude()


def _rotated_pole(numbers: _Numbers) -> Projection:
    return RotatedPole(
        numbers.needed("grid_north_pole_longitude"),
        numbers.needed("grid_north_pole_latitude"),
        numbers.given("north_pole_grid_longitude"),
    )


def _mercator(numbers: _Numbers) -> Projection:
    if "scale_factor_at_projection_origin" in numbers.parameters:
        scale = numbers.needed("scale_factor_at_projection_origin")
    else:
        parallel = np.radians(numbers.given("standard_parallel"))
        scale = numbers.ellipsoid.parallel_radius(parallel)
    longitude = numbers.given("longitude_of_projection_origin")
    return Mercator(numbers.ellipsoid, longitude, scale, **numbers.false_origin)


def _polar_stereographic(numbers: _Numbers) -> Projection:
    pole = numbers.needed("latitude_of_projection_origin", "standard_parallel")
    longitude = numbers.needed(
        "straight_vertical_longitude_from_pole", "longitude_of_projection_origin"
    )
    scale = _polar_scale(numbers) * numbers.ellipsoid.semi_major_axis
    return PolarStereographic(numbers.ellipsoid, longitude, pole > 0, scale, **numbers.false_origin)


def _polar_scale(numbers: _Numbers) -> float:
    """Scale in the plane, from the parallel or the factor at the pole (Snyder, 21-33 and 21-34)."""
    true = np.radians(abs(numbers.given("standard_parallel", 90.0)))
    if np.pi / 2 - true > 1e-10:
        isometric = float(numbers.ellipsoid.isometric(np.array(true)))
        return float(numbers.ellipsoid.parallel_radius(true) * np.exp(isometric))
    e = numbers.ellipsoid.eccentricity
    at_pole = numbers.given("scale_factor_at_projection_origin", 1.0)
    return float(2.0 * at_pole / np.sqrt((1 + e) ** (1 + e) * (1 - e) ** (1 - e)))


def _lambert_conformal(numbers: _Numbers) -> Projection:
    given = numbers.parameters.get("standard_parallel")
    parallels = given if isinstance(given, tuple) else (numbers.needed("standard_parallel"),)
    return LambertConformal(
        numbers.ellipsoid,
        numbers.needed("longitude_of_central_meridian"),
        numbers.given("latitude_of_projection_origin", parallels[0]),
        (float(parallels[0]), float(parallels[-1])),
        **numbers.false_origin,
    )


_BUILDERS: dict[str, Callable[[_Numbers], Projection]] = {
    "latitude_longitude": _longitude_latitude,
    "rotated_latitude_longitude": _rotated_pole,
    "mercator": _mercator,
    "polar_stereographic": _polar_stereographic,
    "lambert_conformal_conic": _lambert_conformal,
}
