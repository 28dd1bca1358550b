"""A coordinate system, kept as the attributes of a CF grid mapping."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from zyra.core.errors import UnsupportedFormat
from zyra.core.loading import load
from zyra.fields.cf_projections import closed_form, ellipsoid_of
from zyra.fields.crs_label import crs_label
from zyra.fields.ellipsoid import Ellipsoid
from zyra.fields.projections import Pair, Projection


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
        return ellipsoid_of(self.parameters)

    @cached_property
    def projection(self) -> Projection:
        """Both directions: in closed form where there is one here, else through PROJ.

        Raises:
            UnsupportedFormat: PROJ does not know such a system either.
        """
        found = closed_form(self.name, self.parameters)
        if found is not None and (self.is_geographic or "crs_wkt" not in self.parameters):
            return found
        # WKT can say more than the attributes beside it (feet, a scale factor): PROJ decides.
        projection: Projection = load("zyra.fields.crs_pyproj:projection_of")(self, found)
        return projection

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
        return crs_label(self.name, self.parameters, self.ellipsoid)


def _plain(value: Any) -> Any:
    """Numbers of numpy as Python's, arrays and lists as tuples: comparable and hashable."""
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, (np.ndarray, list, tuple)):
        items = tuple(_plain(item) for item in np.asarray(value).ravel().tolist())
        return items[0] if len(items) == 1 else items
    return value
