"""Read the one field that a picture is made of."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zyra.core.errors import DataError, UnsupportedFormat, UsageError
from zyra.fields.crs import Crs
from zyra.fields.field import Field, FieldInfo
from zyra.fields.formats import Dataset, Format, detect_format, open_dataset, select_field
from zyra.fields.grid import Grid
from zyra.fields.selection import Selection
from zyra.visualize.view import Extent

NPY_MAGIC = b"\x93NUMPY"
# Which formats an xarray engine of that name reads.
ENGINES: Mapping[str, Format] = {
    "netcdf4": "netcdf",
    "h5netcdf": "netcdf",
    "scipy": "netcdf",
    "cfgrib": "grib",
    "rasterio": "geotiff",
    "zarr": "zarr",
}


def read_field(
    path: Path,
    selection: Selection,
    *,
    band: int = 1,
    engine: str | None = None,
    crs: str | None = None,
    array_extent: Extent,
) -> Field:
    """Read the field of `path` that `selection` asks for.

    Args:
        path: GRIB, NetCDF, GeoTIFF or .npy file.
        selection: What is asked for; one field must match.
        band: Of a GeoTIFF, where no variable or message is selected.
        engine: Name of an xarray engine that must be able to read such a file, or None.
        crs: Text of the coordinate system that the coordinates are in, or None for their own.
        array_extent: What an array without coordinates covers, its first row in the north.

    Raises:
        UsageError: `engine`, `band` or `crs` do not fit the file.
        SelectionError: No field matches, or several.
        DataError: The file cannot be read.
    """
    if is_npy(path):
        _check_engine(path, "npy", engine)
        return _array_field(path, array_extent)
    with opened_fields(path, selection, band=band, engine=engine) as (dataset, asked):
        field = dataset.read(select_field(dataset, asked, variable_flag="--var"))
    return field if crs is None else in_crs(field, crs)


@contextmanager
def opened_fields(
    path: Path, selection: Selection, *, band: int | None = None, engine: str | None = None
) -> Iterator[tuple[Dataset[FieldInfo], Selection]]:
    """Open a file of fields, with `selection` completed by the band of a GeoTIFF, if one is given.

    Raises:
        UsageError: `engine` or `band` do not fit the file.
        DataError: The file cannot be read.
    """
    form = detect_format(path)
    _check_engine(path, form, engine)
    if band not in (None, 1) and form != "geotiff":
        raise UsageError(f"{path.name} is not a GeoTIFF and has no band {band}")
    is_open = selection.variable is None and selection.message is None
    if form == "geotiff" and band is not None and is_open:
        selection = replace(selection, message=band)
    with open_dataset(path, form) as dataset:
        yield dataset, selection


def in_crs(field: Field, crs: str) -> Field:
    """`field` with its coordinates taken as those of the system that `crs` names.

    Raises:
        UsageError: There is no such system.
    """
    return replace(field, grid=replace(field.grid, crs=Crs.from_text(crs)))


def _check_engine(path: Path, form: str, engine: str | None) -> None:
    if engine is None:
        return
    if engine not in ENGINES:
        raise UsageError(f"no engine {engine!r}", hint=f"choose one of {', '.join(ENGINES)}")
    if ENGINES[engine] != form:
        raise UsageError(f"{path.name} is {form}, which {engine} does not read")


def is_npy(path: Path) -> bool:
    """Whether it is a file of numpy's with one array."""
    if path.is_dir():
        return False
    with path.open("rb") as stream:
        return stream.read(len(NPY_MAGIC)) == NPY_MAGIC


def _array_field(path: Path, extent: Extent) -> Field:
    values = opened_array(path)
    if values.ndim != 2 or 0 in values.shape:
        raise DataError(
            f"{path.name} has shape {values.shape}; an array of two dimensions is drawn",
            hint="give an array of rows and columns, such as one time and level of it",
        )
    grid = array_grid(values.shape, extent)
    return Field(values=values.astype(np.float32), grid=grid, variable=path.stem)


def opened_array(path: Path) -> NDArray[Any]:
    """The array of a .npy file, of which only what is used is read.

    Raises:
        DataError: It is damaged.
        UnsupportedFormat: It holds no numbers.
    """
    try:
        values: NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
    except (ValueError, OSError, EOFError) as exc:
        raise DataError(f"cannot read {path.name}: {exc}") from exc
    if values.dtype.kind not in "biuf":
        raise UnsupportedFormat(f"{path.name} holds {values.dtype}, not numbers")
    return values


def array_grid(shape: tuple[int, ...], extent: Extent) -> Grid:
    """The grid of an array (rows, columns) that covers `extent`, its first row in the north."""
    west, east, south, north = extent
    east = east + 360.0 if east < west else east
    rows, columns = shape
    x = west + (np.arange(columns, dtype=np.float64) + 0.5) * ((east - west) / columns)
    y = north - (np.arange(rows, dtype=np.float64) + 0.5) * ((north - south) / rows)
    return Grid(Crs("latitude_longitude", {}), x, y)
