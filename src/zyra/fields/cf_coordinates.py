"""Read the coordinate variables of a file and know what each one is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zyra.core.errors import DataError
from zyra.fields.cf_axes import Axis, axis_of
from zyra.fields.cf_source import CfSource, CfVariable, read_whole
from zyra.fields.cf_times import decode_hours, decode_times, is_time_units
from zyra.fields.cf_values import packing_of, unpack

_TIMES = (Axis.VALID_TIME, Axis.REFERENCE_TIME)


@dataclass(frozen=True)
class Coordinate:
    """The values of one coordinate variable.

    Attributes:
        name: Of the variable.
        axis: What it counts along, or None when nothing tells.
        dimensions: Of the variable; empty for a scalar.
        values: Shape of the dimensions: aware datetimes or None for times, hours for
            forecast periods, else float64.
        attributes: Of the variable.
        bounds: Of the cells, in the same kind, with a last dimension of 2; or None.
    """

    name: str
    axis: Axis | None
    dimensions: tuple[str, ...]
    values: NDArray[Any]
    attributes: Mapping[str, Any]
    bounds: NDArray[Any] | None = None

    @property
    def units(self) -> str:
        """Unit of the values, or empty."""
        return str(self.attributes.get("units", ""))

    def at(self, index: Mapping[str, int]) -> Any:
        """The value at a position along each dimension; other dimensions are ignored."""
        return self.values[tuple(index[dimension] for dimension in self.dimensions)]

    def bounds_at(self, index: Mapping[str, int]) -> tuple[Any, Any] | None:
        """The two ends of the cell at a position, or None where the file gives none."""
        if self.bounds is None:
            return None
        start, end = self.bounds[tuple(index[dimension] for dimension in self.dimensions)]
        return start, end


class Coordinates:
    """The coordinate variables of one open file, each read once."""

    def __init__(self, file: CfSource) -> None:
        self._file = file
        self._read: dict[str, Coordinate] = {}
        self._on_dimension: dict[str, list[str]] = {}
        for name, variable in file.variables.items():
            if len(variable.dimensions) == 1 and variable.dtype is not None:
                self._on_dimension.setdefault(variable.dimensions[0], []).append(name)

    def __getitem__(self, name: str) -> Coordinate:
        """The coordinate variable `name`.

        Raises:
            DataError: Its numbers cannot be read as what its attributes say.
        """
        if name not in self._read:
            self._read[name] = _read_coordinate(self._file, name)
        return self._read[name]

    def along(self, dimension: str, named: tuple[str, ...]) -> Coordinate | None:
        """The coordinate that best describes `dimension`, or None.

        Args:
            dimension: Name of the dimension.
            named: What the variable's `coordinates` attribute names; asked second, after
                the variable with the dimension's own name.
        """
        there = self._on_dimension.get(dimension, [])
        ordered = sorted(there, key=lambda name: (name != dimension, name not in named))
        known = (self[name] for name in ordered if self._axis(name) is not None)
        plain = (self[name] for name in ordered if name == dimension)
        return next(known, None) or next(plain, None)

    def beside(self, dimensions: tuple[str, ...], named: tuple[str, ...]) -> list[Coordinate]:
        """Scalar and auxiliary coordinates that `named` lists, on these dimensions only."""
        variables = self._file.variables
        return [
            self[name]
            for name in named
            if name in variables
            and variables[name].dtype is not None
            and self._axis(name) is not None
            and set(variables[name].dimensions) <= set(dimensions)
        ]

    def _axis(self, name: str) -> Axis | None:
        return axis_of(name, self._file.variables[name].attributes)


def _read_coordinate(file: CfSource, name: str) -> Coordinate:
    variable = file.variables[name]
    attributes = variable.attributes
    axis = axis_of(name, attributes)
    if axis in _TIMES and not is_time_units(str(attributes.get("units", ""))):
        axis = None
    bounds = None
    cells = str(attributes.get("bounds"))
    if _is_bounds(file.variables.get(cells), variable):
        # CF: bounds take unit and calendar of their coordinate.
        bounds = _decoded(file, cells, {**attributes, **file.variables[cells].attributes}, axis)
    values = _decoded(file, name, attributes, axis)
    return Coordinate(name, axis, variable.dimensions, values, attributes, bounds)


def _is_bounds(cells: CfVariable | None, of: CfVariable) -> bool:
    return cells is not None and cells.dtype is not None and cells.shape == (*of.shape, 2)


def _decoded(
    file: CfSource, name: str, attributes: Mapping[str, Any], axis: Axis | None
) -> NDArray[Any]:
    variable = file.variables[name]
    assert variable.dtype is not None
    packing = packing_of(variable.dtype, attributes, has_default_fills=file.has_default_fills)
    values = unpack(read_whole(name, variable), packing, dtype=np.float64)
    units = str(attributes.get("units", ""))
    if axis in _TIMES:
        return decode_times(values, units, str(attributes.get("calendar", "standard")))
    return decode_hours(values, units) if axis is Axis.PERIOD else values


def grid_line(coordinate: Coordinate, factor: float = 1.0) -> NDArray[np.float64]:
    """The coordinate as a strictly monotonic line, as a grid needs it.

    Longitudes that jump back by 360 degrees within the line are unwrapped.

    Args:
        coordinate: One-dimensional.
        factor: From its unit to that of the coordinate system.

    Raises:
        DataError: It has missing values or turns back.
    """
    line: NDArray[np.float64] = coordinate.values * factor
    if coordinate.axis is Axis.LONGITUDE and len(line) > 1:
        line = np.unwrap(line, period=360.0)
    steps = np.diff(line)
    if not np.isfinite(line).all() or not ((steps > 0).all() or (steps < 0).all()):
        raise DataError(f"coordinate {coordinate.name} does not run strictly one way")
    return line
