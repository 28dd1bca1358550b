"""A coordinate system, kept as the attributes of a CF grid mapping."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Crs:
    """A coordinate system in the words of CF, appendix F.

    Attributes:
        name: CF `grid_mapping_name`: `latitude_longitude`, `rotated_latitude_longitude`,
            `lambert_conformal_conic`, `polar_stereographic`, `mercator`, ...; or `unnamed`
            for a system that CF has no name for, then `parameters` has `crs_wkt`.
        parameters: The other CF attributes: `earth_radius` or `semi_major_axis` and
            `inverse_flattening`, `standard_parallel`, `longitude_of_central_meridian`, ...
    """

    name: str
    parameters: Mapping[str, Any]

    @property
    def is_geographic(self) -> bool:
        """Whether x and y are true longitude and latitude in degrees."""
        return self.name == "latitude_longitude"
