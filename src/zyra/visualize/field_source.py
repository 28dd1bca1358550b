"""Read the one field that a picture is made of."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

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
    if _is_npy(path):
        _check_engine(path, "npy", engine)
        return _array_field(path, array_extent)
    form = detect_format(path)
    _check_engine(path, form, engine)
    if band != 1 and form != "geotiff":
        raise UsageError(f"{path.name} is not a GeoTIFF and has no band {band}")
    with open_dataset(path) as dataset:
        chosen = _chosen(dataset, form, selection, band)
        field = dataset.read(chosen)
    if crs is None:
        return field
    return replace(field, grid=replace(field.grid, crs=Crs.from_text(crs)))


def _chosen(
    dataset: Dataset[FieldInfo], form: Format, selection: Selection, band: int
) -> FieldInfo:
    if form == "geotiff" and selection.variable is None and selection.message is None:
        selection = replace(selection, message=band)
    return select_field(dataset, selection, variable_flag="--var")


def _check_engine(path: Path, form: str, engine: str | None) -> None:
    if engine is None:
        return
    if engine not in ENGINES:
        raise UsageError(f"no engine {engine!r}", hint=f"choose one of {', '.join(ENGINES)}")
    if ENGINES[engine] != form:
        raise UsageError(f"{path.name} is {form}, which {engine} does not read")


def _is_npy(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(len(NPY_MAGIC)) == NPY_MAGIC


def _array_field(path: Path, extent: Extent) -> Field:
    try:
        values = np.load(path, allow_pickle=False)
    except (ValueError, OSError, EOFError) as exc:
        raise DataError(f"cannot read {path.name}: {exc}") from exc
    if values.ndim != 2 or 0 in values.shape:
        raise DataError(
            f"{path.name} has shape {values.shape}; an array of two dimensions is drawn"
        )
    if values.dtype.kind not in "biuf":
        raise UnsupportedFormat(f"{path.name} holds {values.dtype}, not numbers")
    west, east, south, north = extent
    east = east + 360.0 if east < west else east
    rows, columns = values.shape
    x = west + (np.arange(columns) + 0.5) * ((east - west) / columns)
    y = north - (np.arange(rows) + 0.5) * ((north - south) / rows)
    grid = Grid(Crs("latitude_longitude", {}), x, y)
    return Field(values=values.astype(np.float32), grid=grid, variable=path.stem)
