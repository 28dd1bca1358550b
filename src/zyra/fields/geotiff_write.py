"""Write fields as the bands of one GeoTIFF."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import rasterio
from rasterio.crs import CRS
from rasterio.errors import CRSError, RasterioError

from zyra.core.errors import OutputError, UnsupportedFormat
from zyra.core.stream_job import Report, ignore_progress
from zyra.fields.crs import Crs
from zyra.fields.field import Field, FieldInfo
from zyra.fields.geotiff_lattice import Lattice, lattice_of
from zyra.fields.geotiff_tags import band_name, band_tags
from zyra.fields.grid import Grid

Info = TypeVar("Info", bound=FieldInfo)

_TILE = 512

# A centimetre on the earth.
_SAME_DEGREES = 1e-7

# Level 1 of Deflate on byte planes: a fifth of the time of level 6, and 10 % larger
# (measured on GFS 0.25 degree and HRRR temperature).
_STORAGE: dict[str, Any] = {"compress": "deflate", "predictor": 3, "zlevel": 1}


def write_geotiff(
    path: Path,
    infos: Sequence[Info],
    grid: Grid,
    read: Callable[[Info], Field],
    *,
    nodata: float | None = None,
    lattice: Lattice | None = None,
    progress: Report = ignore_progress,
) -> Lattice:
    """Write fields on one grid as the bands of a GeoTIFF, reading them one at a time.

    Values are float32, NaN is missing (also as the nodata value). Tiles of 512 x 512 cells,
    Deflate with floating-point predictor. Each band has a description, its unit, and what is
    known of the field as tags, from which `GeotiffDataset` reads it back.

    Args:
        path: File to write; replaced.
        infos: One for each band, at least one.
        grid: That they all lie on.
        read: Reads the values of a field.
        nodata: What stands for missing values; NaN when None.
        lattice: The raster of the grid, where it is not to be turned; see `lattice_of`.
        progress: Told the fraction that is written.

    Returns:
        How rows and columns were ordered and whether values were interpolated.

    Raises:
        UnsupportedFormat: GeoTIFF cannot carry the coordinate system, or the grid has only
            one row or column.
        OutputError: GDAL cannot write the file.
        DataError: A field cannot be read.
    """
    lattice = lattice or lattice_of(grid)
    crs = _gdal_crs(grid)
    # Without PAM, GDAL cannot put what GeoTIFF has no words for into a second file.
    with rasterio.Env(GDAL_PAM_ENABLED="NO"):
        try:
            with rasterio.open(path, "w", **_profile(len(infos), grid, lattice, crs)) as file:
                if nodata is not None:
                    file.nodata = nodata
                for band, info in enumerate(infos, start=1):
                    values = lattice.raster(read(info).values)
                    if nodata is not None:
                        values[np.isnan(values)] = nodata
                    file.write(values, band)
                    file.set_band_description(band, band_name(info))
                    file.set_band_unit(band, info.units)
                    file.update_tags(band, **band_tags(info))
                    progress(band / len(infos), info.variable)
            with rasterio.open(path) as written:
                kept = written.crs
        except RasterioError as exc:
            raise OutputError(f"GDAL cannot write the GeoTIFF: {exc}") from exc
    if kept is None or not _means_the_same(kept.to_wkt(), grid):
        raise _cannot_carry(grid)
    return lattice


def _gdal_crs(grid: Grid) -> CRS:
    try:
        return CRS.from_wkt(grid.crs.to_pyproj().to_wkt())
    except CRSError as exc:
        raise _cannot_carry(grid) from exc


def _means_the_same(wkt: str, grid: Grid) -> bool:
    """Whether the grid's corners are at the same places on the same earth by `wkt`.

    Texts and names of coordinate systems change on their way through GeoTIFF's keys.
    """
    kept = Crs.from_text(wkt)
    corners = np.meshgrid(grid.x[[0, -1]], grid.y[[0, -1]])
    (lon, lat), (kept_lon, kept_lat) = grid.crs.inverse(*corners), kept.inverse(*corners)
    turned = (kept_lon - lon + 180.0) % 360.0 - 180.0
    radius, kept_radius = (crs.ellipsoid.semi_major_axis for crs in (grid.crs, kept))
    return bool(
        np.allclose(turned, 0.0, atol=_SAME_DEGREES)
        and np.allclose(kept_lat, lat, atol=_SAME_DEGREES)
        and abs(kept_radius - radius) <= 1e-9 * radius
    )


def _cannot_carry(grid: Grid) -> UnsupportedFormat:
    return UnsupportedFormat(
        f"GeoTIFF cannot carry the coordinate system {grid.crs.label}",
        hint="convert it to netcdf, which keeps it",
    )


def _profile(bands: int, grid: Grid, lattice: Lattice, crs: CRS) -> dict[str, Any]:
    rows, columns = grid.shape
    is_tiled = max(rows, columns) > _TILE
    tiles = {"tiled": True, "blockxsize": _TILE, "blockysize": _TILE} if is_tiled else {}
    return {
        "driver": "GTiff",
        "height": rows,
        "width": columns,
        "count": bands,
        "dtype": "float32",
        "nodata": np.nan,
        "crs": crs,
        "transform": lattice.transform,
        "interleave": "band",
        "bigtiff": "if_safer",
        **tiles,
        **_STORAGE,
    }
