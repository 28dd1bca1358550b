"""A coordinate system, kept as the attributes of a CF grid mapping."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from zyra.core.errors import UnsupportedFormat
from zyra.core.loading import load
from zyra.fields.ellipsoid import Ellipsoid
from zyra.fields.projections import (
    LambertConformal,
    LongitudeLatitude,
    Mercator,
    Pair,
    PolarStereographic,
    Projection,
    RotatedPole,
)

# WGS84, EPSG 7030: what coordinates stand on if nothing is said.
_WGS84 = Ellipsoid(6378137.0, 298.257223563)


@dataclass(frozen=True)
class Crs:
    """A coordinate system in the words of CF, appendix F.

    Attributes:
        name: CF `grid_mapping_name`: `latitude_longitude`, `rotated_latitude_longitude`,
            `lambert_conformal_conic`, `polar_stereographic`, `mercator`, ...; or `unnamed`
            for a system that CF has no name for, then `parameters` has `crs_wkt`.
        parameters: The other CF attributes: `earth_radius` or `semi_major_axis` and
            `inverse_flattening`, `standard_parallel`, `longitude_of_central_meridian`, ...
            Lists are tuples.
    """

    name: str
    parameters: Mapping[str, Any]

    def __hash__(self) -> int:
        return hash((self.name, frozenset(self.parameters.items())))

    @classmethod
    def from_cf(cls, attributes: Mapping[str, Any]) -> Self:
        """Take the attributes of a grid mapping variable.

        Raises:
            UnsupportedFormat: They name no grid mapping and have no `crs_wkt`.
        """
        parameters = {key: _plain(value) for key, value in attributes.items()}
        name = parameters.pop("grid_mapping_name", None)
        if name is None and "crs_wkt" in parameters:
            name = "unnamed"
        if name is None:
            raise UnsupportedFormat(
                "the grid mapping has neither grid_mapping_name nor crs_wkt",
                hint=f"it has {', '.join(sorted(parameters)) or 'no attributes'}",
            )
        return cls(str(name), parameters)

    @classmethod
    def from_text(cls, text: str) -> Self:
        """The system that `EPSG:4326`, a PROJ string or WKT names.

        Raises:
            UsageError: The text names no coordinate system.
        """
        attributes: Mapping[str, Any] = load("zyra.fields.crs_pyproj:cf_attributes")(text)
        return cls.from_cf(attributes)

    def to_cf(self) -> dict[str, Any]:
        """Attributes of a CF grid mapping variable."""
        named = {} if self.name == "unnamed" else {"grid_mapping_name": self.name}
        return {**named, **self.parameters}

    def to_pyproj(self) -> Any:
        """The same system as a `pyproj.CRS`; imports pyproj.

        Raises:
            UnsupportedFormat: PROJ does not know such a system.
        """
        return load("zyra.fields.crs_pyproj:pyproj_crs")(self)

    @property
    def is_geographic(self) -> bool:
        """Whether x and y are true longitude and latitude in degrees."""
        return self.name == "latitude_longitude"

    @property
    def ellipsoid(self) -> Ellipsoid:
        """The figure of the earth; WGS84 if the parameters say nothing of it."""
        given = self.parameters
        if "earth_radius" in given and "semi_major_axis" not in given:
            return Ellipsoid(float(given["earth_radius"]))
        if "semi_major_axis" not in given:
            return _WGS84
        major = float(given["semi_major_axis"])
        if "inverse_flattening" in given:
            return Ellipsoid(major, float(given["inverse_flattening"]))
        minor = float(given.get("semi_minor_axis", major))
        return Ellipsoid(major, major / (major - minor) if minor != major else 0.0)

    @cached_property
    def projection(self) -> Projection:
        """Both directions: in closed form where there is one here, else through PROJ.

        Raises:
            UnsupportedFormat: PROJ does not know such a system either.
        """
        build = _CLOSED_FORMS.get(self.name)
        if build is not None and self._is_plain:
            return build(self)
        return load("zyra.fields.crs_pyproj:PyprojProjection")(self)  # type: ignore[no-any-return]

    @property
    def _is_plain(self) -> bool:
        """Whether degrees from Greenwich and metres are the units, as closed forms need."""
        return float(
            self.parameters.get("longitude_of_prime_meridian", 0.0)
        ) == 0.0 and self.parameters.get("units", "m") in (
            "m",
            "metre",
            "meter",
            "metres",
            "degrees",
        )

    def forward(self, lon: ArrayLike, lat: ArrayLike) -> Pair:
        """(x, y) of the points at `lon`, `lat` (degrees), in units of the CRS.

        Arrays of any equal shape. No datum is shifted: longitudes and latitudes are taken to be
        on this system's own ellipsoid, as models and their users do.
        """
        return self.projection.forward(np.asarray(lon, np.float64), np.asarray(lat, np.float64))

    def inverse(self, x: ArrayLike, y: ArrayLike) -> Pair:
        """(lon, lat) in degrees of the points at `x`, `y`; arrays of any equal shape."""
        return self.projection.inverse(np.asarray(x, np.float64), np.asarray(y, np.float64))

    @property
    def label(self) -> str:
        """For people: `Lambert conformal conic, 38.5N 262.5E, sphere 6371229 m`."""
        if self.name == "unnamed":
            return str(self.parameters.get("crs_wkt", "")).partition('"')[2].partition('"')[0]
        words = _LABELS.get(self.name, self.name.replace("_", " "))
        return ", ".join(part for part in (words, _centre_label(self), self._earth_label) if part)

    @property
    def _earth_label(self) -> str:
        earth = self.ellipsoid
        if earth == _WGS84:
            return "WGS84"
        if earth.inverse_flattening == 0.0:
            return f"sphere {earth.semi_major_axis:.10g} m"
        return f"ellipsoid {earth.semi_major_axis:.10g} m 1/{earth.inverse_flattening:.9g}"


def _plain(value: Any) -> Any:
    """Numbers of numpy as Python's, arrays and lists as tuples: comparable and hashable."""
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, (np.ndarray, list, tuple)):
        items = tuple(_plain(item) for item in np.asarray(value).ravel().tolist())
        return items[0] if len(items) == 1 else items
    return value


_LABELS = {
    "latitude_longitude": "longitude and latitude",
    "rotated_latitude_longitude": "rotated longitude and latitude",
    "lambert_conformal_conic": "Lambert conformal conic",
    "lambert_azimuthal_equal_area": "Lambert azimuthal equal area",
    "mercator": "Mercator",
}


def _centre_label(crs: Crs) -> str:
    """Where the projection is centred: `38.5N 262.5E`."""
    given = crs.parameters
    latitude = given.get("latitude_of_projection_origin", given.get("grid_north_pole_latitude"))
    longitudes = (
        "longitude_of_central_meridian",
        "straight_vertical_longitude_from_pole",
        "longitude_of_projection_origin",
        "grid_north_pole_longitude",
    )
    longitude = next((given[name] for name in longitudes if name in given), None)
    north = "" if latitude is None else f"{abs(latitude):.6g}{'S' if latitude < 0 else 'N'}"
    east = "" if longitude is None else f"{abs(longitude):.6g}{'W' if longitude < 0 else 'E'}"
    pole = "pole " if "grid_north_pole_latitude" in given and north else ""
    return pole + " ".join(part for part in (north, east) if part)


def _number(crs: Crs, name: str, default: float | None = None) -> float:
    value = crs.parameters.get(name, default)
    if value is None:
        raise UnsupportedFormat(f"the grid mapping {crs.name} has no {name}")
    return float(value)


def _false_origin(crs: Crs) -> dict[str, float]:
    return {name: _number(crs, name, 0.0) for name in ("false_easting", "false_northing")}


def _longitude_latitude(crs: Crs) -> Projection:  # noqa: ARG001 - built like the others
    return LongitudeLatitude()


def _rotated_pole(crs: Crs) -> Projection:
    return RotatedPole(
        _number(crs, "grid_north_pole_longitude"),
        _number(crs, "grid_north_pole_latitude"),
        _number(crs, "north_pole_grid_longitude", 0.0),
    )


def _mercator(crs: Crs) -> Projection:
    scale = crs.parameters.get("scale_factor_at_projection_origin")
    if scale is None:
        parallel = np.radians(_number(crs, "standard_parallel", 0.0))
        scale = crs.ellipsoid.parallel_radius(parallel)
    longitude = _number(crs, "longitude_of_projection_origin", 0.0)
    return Mercator(crs.ellipsoid, longitude, float(scale), **_false_origin(crs))


def _polar_stereographic(crs: Crs) -> Projection:
    parallel = crs.parameters.get("standard_parallel")
    sign = np.sign(_number(crs, "latitude_of_projection_origin", parallel))
    if parallel is None:
        # True to scale at the pole: the limit of the other branch (Snyder, equation 21-33).
        e = crs.ellipsoid.eccentricity
        root = np.sqrt((1 + e) ** (1 + e) * (1 - e) ** (1 - e))
        scale = 2.0 * _number(crs, "scale_factor_at_projection_origin", 1.0) / root
    else:
        true = np.radians(abs(float(parallel)))
        if abs(true - np.pi / 2) < 1e-10:
            at_pole = {**crs.parameters, "scale_factor_at_projection_origin": 1.0}
            at_pole.pop("standard_parallel")
            return _polar_stereographic(Crs(crs.name, at_pole))
        isometric = float(crs.ellipsoid.isometric(np.array(true)))
        scale = crs.ellipsoid.parallel_radius(true) * np.exp(isometric)
    names = ("straight_vertical_longitude_from_pole", "longitude_of_projection_origin")
    longitude = _number(crs, names[0] if names[0] in crs.parameters else names[1])
    return PolarStereographic(
        crs.ellipsoid,
        longitude,
        bool(sign > 0),
        float(crs.ellipsoid.semi_major_axis * scale),
        **_false_origin(crs),
    )


def _lambert_conformal(crs: Crs) -> Projection:
    given = crs.parameters.get("standard_parallel")
    if given is None:
        raise UnsupportedFormat("the grid mapping lambert_conformal_conic has no standard_parallel")
    parallels = given if isinstance(given, tuple) else (given, given)
    return LambertConformal(
        crs.ellipsoid,
        _number(crs, "longitude_of_central_meridian"),
        _number(crs, "latitude_of_projection_origin", parallels[0]),
        (float(parallels[0]), float(parallels[1])),
        **_false_origin(crs),
    )


_CLOSED_FORMS = {
    "latitude_longitude": _longitude_latitude,
    "rotated_latitude_longitude": _rotated_pole,
    "mercator": _mercator,
    "polar_stereographic": _polar_stereographic,
    "lambert_conformal_conic": _lambert_conformal,
}
