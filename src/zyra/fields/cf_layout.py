"""Find which variables of a file are fields, and on which grid and dimensions."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from zyra.core.errors import DataError
from zyra.fields.cf_axes import Axis, axis_of
from zyra.fields.cf_coordinates import Coordinate, Coordinates, grid_line
from zyra.fields.cf_source import CfSource, CfVariable
from zyra.fields.crs import Crs
from zyra.fields.grid import Grid

_ROWS = (Axis.LATITUDE, Axis.Y)
_COLUMNS = (Axis.LONGITUDE, Axis.X)
_HORIZONTAL = (*_ROWS, *_COLUMNS)
_METRES = {"m": 1.0, "metre": 1.0, "meter": 1.0, "metres": 1.0, "meters": 1.0, "km": 1000.0}

_NOT_OF_THE_CRS = ("GeoTransform", "spatial_ref", "long_name", "comment", "units")


@dataclass(frozen=True)
class Layout:
    """How one variable is laid out.

    Attributes:
        name: Of the variable.
        dimensions: Its dimensions, in the order of the file.
        outer: Length of each dimension that is not horizontal.
        grid: Of its last two dimensions.
        is_transposed: Whether its columns come before its rows.
        coordinates: What tells level, member and times.
        others: Coordinate, or None, of every further dimension.
        attributes: Of the variable.
    """

    name: str
    dimensions: tuple[str, ...]
    outer: Mapping[str, int]
    grid: Grid
    is_transposed: bool
    coordinates: Mapping[Axis, Coordinate]
    others: Mapping[str, Coordinate | None]
    attributes: Mapping[str, Any]


class NotAField(DataError):
    """A variable has no two dimensions that make a grid we know."""


def find_layouts(file: CfSource) -> tuple[dict[str, Layout], dict[str, str]]:
    """The layout of every field variable; and the others, each with the reason.

    Raises:
        DataError: A coordinate cannot be read as what its attributes say.
    """
    finder = _Finder(file)
    layouts: dict[str, Layout] = {}
    left_out: dict[str, str] = {}
    for name in finder.candidates():
        try:
            layouts[name] = finder.layout(name)
        except NotAField as exc:
            left_out[name] = exc.message
    for group in file.groups:
        left_out[f"{group}/"] = "is a group; only the variables of the root group are read"
    return layouts, left_out


class _Finder:
    """Finds layouts in one file, making each grid once."""

    def __init__(self, file: CfSource) -> None:
        self._file = file
        self._coordinates = Coordinates(file)
        self._grids: dict[tuple[str, str, str], Grid] = {}

    def candidates(self) -> Iterator[str]:
        """Names of the variables that may be fields: numbers, and no coordinates or bounds."""
        described: set[str] = set()
        for variable in self._file.variables.values():
            described |= set(variable.dimensions)
            for attribute in ("coordinates", "bounds", "climatology", "grid_mapping"):
                described |= set(_names(variable.attributes.get(attribute)))
        for name, variable in self._file.variables.items():
            is_plane = variable.dtype is not None and len(variable.dimensions) >= 2
            is_position = axis_of("", variable.attributes) in _HORIZONTAL
            if is_plane and not is_position and name not in described:
                yield name

    def layout(self, name: str) -> Layout:
        """How the variable `name` is laid out.

        Raises:
            NotAField: It lies on no grid we know.
        """
        variable = self._file.variables[name]
        attributes = variable.attributes
        named = _names(attributes.get("coordinates"))
        along = {
            dimension: self._coordinates.along(dimension, named)
            for dimension in variable.dimensions
        }
        row, column = (_find(along, axes) for axes in (_ROWS, _COLUMNS))
        if row is None or column is None:
            raise NotAField(self._why_no_grid(variable, named))
        outer = {
            dimension: length
            for dimension, length in zip(variable.dimensions, variable.shape, strict=True)
            if dimension not in (row, column)
        }
        coordinates, others = self._outer_coordinates(along, tuple(outer), named)
        return Layout(
            name=name,
            dimensions=variable.dimensions,
            outer=outer,
            grid=self._grid(along[row], along[column], attributes),
            is_transposed=variable.dimensions.index(row) > variable.dimensions.index(column),
            coordinates=coordinates,
            others=others,
            attributes=attributes,
        )

    def _outer_coordinates(
        self,
        along: Mapping[str, Coordinate | None],
        outer: tuple[str, ...],
        named: tuple[str, ...],
    ) -> tuple[dict[Axis, Coordinate], dict[str, Coordinate | None]]:
        known: dict[Axis, Coordinate] = {}
        others: dict[str, Coordinate | None] = {}
        for dimension in outer:
            coordinate = along[dimension]
            if coordinate is None or coordinate.axis is None or coordinate.axis in known:
                others[dimension] = coordinate
            else:
                known[coordinate.axis] = coordinate
        for coordinate in self._coordinates.beside(outer, named):
            if coordinate.axis is not None and coordinate.axis not in _HORIZONTAL:
                known.setdefault(coordinate.axis, coordinate)
        return known, others

    def _grid(
        self, row: Coordinate | None, column: Coordinate | None, attributes: Mapping[str, Any]
    ) -> Grid:
        assert row is not None
        assert column is not None
        mapping = _grid_mapping_name(attributes)
        key = (row.name, column.name, mapping)
        if key not in self._grids:
            crs = self._crs(mapping, row, column)
            self._grids[key] = Grid(
                crs,
                x=grid_line(column, _factor(column, crs)),
                y=grid_line(row, _factor(row, crs)),
            )
        return self._grids[key]

    def _crs(self, mapping: str, row: Coordinate, column: Coordinate) -> Crs:
        is_geographic = row.axis is Axis.LATITUDE and column.axis is Axis.LONGITUDE
        known = self._file.variables.get(mapping)
        given = {} if known is None else dict(known.attributes)
        if "crs_wkt" not in given and "spatial_ref" in given:  # as GDAL calls it
            given["crs_wkt"] = given["spatial_ref"]
        named = {
            name: value
            for name, value in given.items()
            if name not in _NOT_OF_THE_CRS and not name.startswith("_")
        }
        if is_geographic:
            return Crs.from_cf({**named, "grid_mapping_name": "latitude_longitude"})
        if named.keys() & {"grid_mapping_name", "crs_wkt"}:
            return Crs.from_cf(named)
        raise NotAField(
            f"has {row.name} and {column.name} in {column.units or 'no unit'}, but no grid mapping"
        )

    def _why_no_grid(self, variable: CfVariable, named: tuple[str, ...]) -> str:
        for name in (*named, *self._file.variables):
            other = self._file.variables.get(name)
            if other is None or len(other.dimensions) < 2:
                continue
            axis = axis_of(name, other.attributes)
            if axis in _HORIZONTAL and set(other.dimensions) <= set(variable.dimensions):
                return f"lies on a curvilinear grid ({name} has two dimensions)"
        return f"has no latitude and longitude along {', '.join(variable.dimensions)}"


def _find(along: Mapping[str, Coordinate | None], axes: tuple[Axis, ...]) -> str | None:
    return next(
        (name for name, found in along.items() if found is not None and found.axis in axes), None
    )


def _names(attribute: object) -> tuple[str, ...]:
    """The names in an attribute; `crs: x y` and `area: cell` give all their words."""
    return tuple(str(attribute).replace(":", " ").split()) if attribute is not None else ()


def _grid_mapping_name(attributes: Mapping[str, Any]) -> str:
    return next(iter(_names(attributes.get("grid_mapping"))), "")


def _factor(coordinate: Coordinate, crs: Crs) -> float:
    """From the unit of the coordinate to that of the coordinate system."""
    if crs.is_geographic or crs.name in ("rotated_latitude_longitude", "unnamed"):
        return 1.0
    if coordinate.units in ("rad", "radian", "radians"):
        # Scanning angle of a geostationary satellite: times its height above the ellipsoid.
        return float(crs.parameters.get("perspective_point_height", 1.0))
    return _METRES.get(coordinate.units.lower(), 1.0)
