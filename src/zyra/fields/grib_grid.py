"""Where the points of a GRIB field lie: rows and columns as a `Grid`.

Columns always run from west to east (or along +x); rows stay in the order of the file.
`grib_values` brings the values into the same order.
"""

from dataclasses import dataclass

import numpy as np

from zyra.core.errors import DataError, UnsupportedFormat
from zyra.fields.budgets import MOST_POINTS
from zyra.fields.crs import Crs
from zyra.fields.grib_crs import grib_crs
from zyra.fields.grib_handle import GribHandle
from zyra.fields.grib_library import gaussian_latitudes
from zyra.fields.grid import Coordinates, Grid

_DEGREES = frozenset({"regular_ll", "rotated_ll"})
_GAUSSIAN = frozenset({"regular_gg", "reduced_gg"})
_REDUCED = frozenset({"reduced_gg", "reduced_ll"})
_PLANE = frozenset({"lambert", "polar_stereographic", "mercator"})


@dataclass(frozen=True)
class GridDescription:
    """What the header says of a grid, without its coordinates.

    Attributes:
        kind: As ecCodes names it: `regular_ll`, `reduced_gg`, `lambert`, `sh`, ...
        rows, columns: Shape after reading; a reduced grid has the columns of its longest row.
        resolution: For people: `0.25 x 0.25 degrees`, `3000 x 3000 m`, `N48`; or empty.
        crs: Coordinate system, or None for a grid that is not read.
    """

    kind: str
    rows: int
    columns: int
    resolution: str
    crs: Crs | None

    @property
    def is_reduced(self) -> bool:
        """Whether rows have different numbers of points in the file."""
        return self.kind in _REDUCED


def describe_grid(handle: GribHandle) -> GridDescription:
    """Describe the grid of an open message, whatever its kind.

    Raises:
        DataError: The message lacks a number that its grid needs.
    """
    kind = handle.text("gridType")
    rows, columns = handle.integer("Nj") or 0, handle.integer("Ni") or 0
    if kind in _REDUCED:
        columns = int(handle.integers("pl").max(initial=0))
    crs = grib_crs(handle, kind)
    return GridDescription(kind, rows, columns, _resolution(handle, kind), crs)


def build_grid(handle: GribHandle, described: GridDescription, where: str) -> Grid:
    """Coordinates of the rows and columns.

    Raises:
        UnsupportedFormat: The grid is none of rows and columns (spectral, unstructured).
        DataError: Its numbers make no sense.
    """
    crs = described.crs
    if crs is None:
        raise _not_gridded(described.kind, where)
    rows, columns, points = described.rows, described.columns, _points(handle, described)
    announced = handle.integer("numberOfDataPoints")
    if rows < 1 or columns < 1 or points != announced or rows * columns > MOST_POINTS:
        raise DataError(
            f"{where} is damaged: {announced} points in {rows} rows and {columns} columns"
        )
    if described.kind in _PLANE:
        x, y = _plane_lines(handle, described, crs)
    else:
        x, y = _meridians(handle, described), _parallels(handle, described)
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise DataError(f"{where} has a grid that lies outside its own projection")
    return Grid(crs, x, y)


def _points(handle: GribHandle, described: GridDescription) -> int:
    if described.is_reduced:
        return int(handle.integers("pl").sum())
    return described.rows * described.columns


def _not_gridded(kind: str, where: str) -> UnsupportedFormat:
    hints = {
        "sh": "transform the spherical harmonics to a grid first, for example with "
        "'cdo sp2gpl IN OUT', or order the data on a grid",
        "unstructured_grid": "regrid it first, for example with 'cdo remapbil,r360x181 IN OUT'",
    }
    hint = hints.get(kind, "bring it to a regular, Lambert, polar or Mercator grid first")
    return UnsupportedFormat(f"{where} is on a grid of type {kind}, which is not read", hint=hint)


def _resolution(handle: GribHandle, kind: str) -> str:
    if kind in _GAUSSIAN:
        return f"N{handle.needed_integer('N')}"
    if kind in _PLANE:
        return f"{_plane_step(handle, 'x'):g} x {_plane_step(handle, 'y'):g} m"
    if kind in _DEGREES:
        east = handle.number("iDirectionIncrementInDegrees")
        north = handle.number("jDirectionIncrementInDegrees")
        return f"{east:g} x {north:g} degrees" if east and north else ""
    if kind == "sh":
        return f"T{handle.integer('J')}"
    return ""


def _plane_step(handle: GribHandle, axis: str) -> float:
    # Mercator grids call the same octets Di and Dj.
    names = ("DxInMetres", "DiInMetres") if axis == "x" else ("DyInMetres", "DjInMetres")
    step = handle.number(names[0])
    return handle.needed_number(names[1]) if step is None else step


def _plane_lines(
    handle: GribHandle, described: GridDescription, crs: Crs
) -> tuple[Coordinates, Coordinates]:
    """Lines through the first point in steps of Dx and Dy, in metres."""
    lon = handle.needed_number("longitudeOfFirstGridPointInDegrees")
    lat = handle.needed_number("latitudeOfFirstGridPointInDegrees")
    (first_x,), (first_y,) = crs.forward([lon], [lat])
    x = np.arange(described.columns) * _plane_step(handle, "x")
    y = np.arange(described.rows) * _plane_step(handle, "y")
    x = first_x - x[::-1] if handle.integer("iScansNegatively") else first_x + x
    return x, first_y + y if handle.integer("jScansPositively") else first_y - y


def _meridians(handle: GribHandle, described: GridDescription) -> Coordinates:
    """Longitudes from west to east, rising beyond 360 where the grid passes Greenwich."""
    first = handle.needed_number("longitudeOfFirstGridPointInDegrees")
    last = handle.needed_number("longitudeOfLastGridPointInDegrees")
    if handle.integer("iScansNegatively"):
        first, last = last, first
    if described.is_reduced:
        return _reduced_meridians(first, last, described.columns)
    steps = max(described.columns - 1, 1)
    step = handle.number("iDirectionIncrementInDegrees")
    span = (last - first) % 360.0
    if step is None or abs(span - steps * step) <= step / 2:
        # Ends are written as finely as steps, but their rounding does not add up.
        step = span / steps
    line: Coordinates = first + np.arange(described.columns, dtype=np.float64) * step
    is_rotated = described.kind == "rotated_ll"
    return line - 360.0 if is_rotated and line[-1] > 180.0 and first >= 180.0 else line


def _reduced_meridians(first: float, last: float, columns: int) -> Coordinates:
    span = (last - first) % 360.0
    is_closed = span >= 360.0 - 2 * 360.0 / columns
    step = 360.0 / columns if is_closed else span / max(columns - 1, 1)
    line: Coordinates = first + np.arange(columns, dtype=np.float64) * step
    return line


def _parallels(handle: GribHandle, described: GridDescription) -> Coordinates:
    first = handle.needed_number("latitudeOfFirstGridPointInDegrees")
    last = handle.needed_number("latitudeOfLastGridPointInDegrees")
    if described.kind in _GAUSSIAN:
        return _gaussian_latitudes(handle.needed_integer("N"), first, last, described.rows)
    return np.linspace(first, last, described.rows)


def _gaussian_latitudes(order: int, first: float, last: float, rows: int) -> Coordinates:
    """The `rows` latitudes of a Gaussian grid that begin at `first` and run towards `last`."""
    if not 1 <= order <= 10_000:
        raise DataError(f"the Gaussian grid has {order} rows between pole and equator")
    lines = gaussian_latitudes(order)
    if first < last:
        lines = lines[::-1]
    start = int(np.abs(lines - first).argmin())
    if start + rows > len(lines):
        raise DataError(f"the Gaussian grid N{order} has no {rows} rows from latitude {first:g}")
    return lines[start : start + rows].copy()
