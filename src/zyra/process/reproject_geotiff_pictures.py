"""GeoTIFF whose bands are colours: read and written as pictures."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.crs import CRS
from rasterio.enums import ColorInterp
from rasterio.errors import CRSError, RasterioError

from zyra.core.errors import DataError, OutputError, UnsupportedFormat
from zyra.fields.formats import open_dataset
from zyra.fields.geotiff_lattice import lattice_in_order
from zyra.fields.geotiff_opening import geotiff_errors, open_geotiff
from zyra.fields.grid import Grid
from zyra.process.reproject_picture_files import refuse_too_large

Pixels = NDArray[np.uint8]

_COLOURS = (ColorInterp.red, ColorInterp.green, ColorInterp.blue)


def is_coloured(path: Path, *, grey: bool) -> bool:
    """Whether bands of bytes are red, green and blue, or indices of a palette.

    Args:
        path: Of the file.
        grey: Whether one grey band counts as well.

    Raises:
        DataError: It is no TIFF file or damaged.
    """
    with _opened(path) as file:
        if set(file.dtypes) != {"uint8"}:
            return False
        first = file.colorinterp[0]
        if first == ColorInterp.palette or (grey and first == ColorInterp.gray):
            return bool(file.count <= 2)
        return tuple(file.colorinterp[:3]) == _COLOURS


def read_coloured(path: Path) -> tuple[Pixels, Grid | None]:
    """Its pixels, shape (rows, columns, 4), and their grid where the file has a place.

    Raises:
        DataError: It is damaged, or turned against its coordinate system.
        LimitExceeded: It is too large.
    """
    with _opened(path) as file:
        refuse_too_large(path.name, file.width, file.height)
        pixels = np.empty((file.height, file.width, 4), np.uint8)
        pixels[:, :, 3] = file.dataset_mask()
        if file.colorinterp[0] == ColorInterp.palette:
            shades = np.zeros((256, 4), np.uint8)
            for index, colour in file.colormap(1).items():
                shades[index] = colour
            found = shades[file.read(1)]
            pixels[:, :, :3] = found[:, :, :3]
            pixels[:, :, 3] = np.minimum(pixels[:, :, 3], found[:, :, 3])
        else:
            for band in range(3):
                pixels[:, :, band] = file.read(band + 1 if file.count >= 3 else 1)
        has_place = file.crs is not None
    if not has_place:
        return pixels, None
    with open_dataset(path, "geotiff") as dataset:
        for reason in dataset.left_out.values():
            raise DataError(f"{path.name} {reason}")
        return pixels, dataset.grid(dataset.infos[0])


def write_coloured(path: Path, pixels: Pixels, grid: Grid, nodata: float | None) -> None:
    """Write colours, with alpha where there are four, and their place.

    Raises:
        UnsupportedFormat: GeoTIFF cannot carry the coordinate system.
        OutputError: GDAL cannot write the file.
    """
    try:
        crs = CRS.from_wkt(grid.crs.to_pyproj().to_wkt())
    except CRSError as exc:
        raise UnsupportedFormat(
            f"GeoTIFF cannot carry the coordinate system {grid.crs.label}"
        ) from exc
    profile: dict[str, Any] = {
        "driver": "GTiff",
        "height": pixels.shape[0],
        "width": pixels.shape[1],
        "count": pixels.shape[2],
        "dtype": "uint8",
        "crs": crs,
        "transform": lattice_in_order(grid).transform,
        "nodata": nodata,
        "photometric": "rgb",
        "tiled": True,
        "compress": "deflate",
        "predictor": 2,
        "zlevel": 1,
        "bigtiff": "if_safer",
    }
    try:
        with rasterio.Env(GDAL_PAM_ENABLED="NO"), rasterio.open(path, "w", **profile) as file:
            file.write(np.moveaxis(pixels, 2, 0))
    except RasterioError as exc:
        raise OutputError(f"GDAL cannot write the GeoTIFF: {exc}") from exc


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    with open_geotiff(path) as file, geotiff_errors(path.name):
        yield file
