"""Write fields as the bands of one GeoTIFF."""

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import rasterio
from rasterio._err import CPLE_BaseError
from rasterio.crs import CRS
from rasterio.enums import Resampling
from rasterio.errors import CRSError, RasterioError
from rasterio.shutil import copy

from zyra.core.errors import OutputError, UnsupportedFormat
from zyra.core.outputs import PART_PREFIX
from zyra.core.stream_job import Report, ignore_progress
from zyra.fields.crs import Crs
from zyra.fields.field import Array, Field, FieldInfo
from zyra.fields.geotiff_lattice import Lattice, lattice_of
from zyra.fields.geotiff_tags import band_name, band_tags
from zyra.fields.grid import Grid
from zyra.fields.storage import Method, Storage

Info = TypeVar("Info", bound=FieldInfo)

# Sides of tiles in cells, the best for readers of large rasters first.
_TILES = (512, 256)
# What tiles reach beyond a raster is compressed as well: 0.25 degrees on a globe are half as
# much again in tiles of 512, and an eighth in tiles of 256.
_MOST_PADDING = 1.2

# GDAL's driver for cloud-optimised files puts the bands of a place into one tile. Of more bands
# than these, a reader of one would fetch too much, and GDAL would need gigabytes.
_MOST_TOGETHER = 16

# By itself GDAL takes a twentieth of the machine's memory.
_CACHE_BYTES = 64 << 20

_WRITING_BANDS = 0.6  # of the time; the rest is the arrangement of tiles and overviews

# A centimetre on the earth.
_SAME_DEGREES = 1e-7
_PROBES = 5  # along each side of a grid

# Level 1 of Deflate on byte planes: a fifth of the time of level 6, and 10 % larger
# (measured on GFS 0.25 degree and HRRR temperature).
_LEVEL = 1
_STORAGE: Mapping[str, Any] = {"compress": "deflate", "predictor": 3, "zlevel": _LEVEL}
_NAMES: Mapping[Method, str] = {"zlib": "DEFLATE", "zstd": "ZSTD", "none": "NONE"}


def write_geotiff(
    path: Path,
    infos: Sequence[Info],
    grid: Grid,
    read: Callable[[Info], Field],
    *,
    nodata: float | None = None,
    lattice: Lattice | None = None,
    cloud: Storage | None = None,
    progress: Report = ignore_progress,
) -> Lattice:
    """Write fields on one grid as the bands of a GeoTIFF, reading them one at a time.

    Values are float32, NaN is missing (also as the nodata value). Tiles of 512 x 512 cells,
    or 256 x 256 where those fit better. Each band has a description, its unit, and what is
    known of the field as tags, from which `GeotiffDataset` reads it back.

    Args:
        path: File to write; replaced.
        infos: One for each band, at least one.
        grid: That they all lie on.
        read: Reads the values of a field.
        nodata: What stands for missing values; NaN when None.
        lattice: The raster of the grid, where it is not to be turned; see `lattice_of`.
        cloud: Compression (`zlib` by itself, `zstd`, `none`) of a file with overviews of means,
            arranged for readers of parts. None writes Deflate without overviews, in half the time.
        progress: Told the fraction that is written.

    Returns:
        How rows and columns were ordered, and whether values were interpolated.

    Raises:
        UnsupportedFormat: GeoTIFF cannot carry the coordinate system or a single row or column.
        OutputError: GDAL cannot write the file.
        DataError: A field cannot be read.
    """
    lattice = lattice or lattice_of(grid)
    profile = {**_profile(len(infos), grid, nodata), "transform": lattice.transform}
    with _gdal(), tempfile.TemporaryDirectory(prefix=PART_PREFIX, dir=path.parent) as folder:
        bands = path if cloud is None else Path(folder, "bands.tif")
        packing, share = (_STORAGE, 1.0) if cloud is None else ({}, _WRITING_BANDS)
        with rasterio.open(bands, "w", **profile, **packing) as file:
            for band, info in enumerate(infos, start=1):
                _write_band(file, band, info, lattice.raster(read(info).values))
                progress(share * band / len(infos), info.variable)
        if cloud is not None:
            _arrange(bands, path, cloud)
        _refuse_changed_crs(path, grid)
    progress(1.0, infos[-1].variable)
    return lattice


@contextmanager
def _gdal() -> Iterator[None]:
    """Set GDAL up for writing, and translate its errors."""
    try:
        # Without PAM, GDAL cannot put what GeoTIFF has no words for into a second file.
        with rasterio.Env(GDAL_PAM_ENABLED="NO", GDAL_CACHEMAX=_CACHE_BYTES):
            yield
    except (RasterioError, CPLE_BaseError) as exc:
        raise OutputError(f"GDAL cannot write the GeoTIFF: {exc}") from exc


def _write_band(file: Any, band: int, info: FieldInfo, values: Array) -> None:
    if not np.isnan(file.nodata):
        values[np.isnan(values)] = file.nodata
    file.write(values, band)
    file.set_band_description(band, band_name(info))
    file.set_band_unit(band, info.units)
    file.update_tags(band, **band_tags(info))


def _refuse_changed_crs(path: Path, grid: Grid) -> None:
    """Refuse a file whose coordinate system is no more that of the grid."""
    with rasterio.open(path) as written:
        kept = written.crs
    if kept is None or not _means_the_same(kept.to_wkt(), grid):
        raise _cannot_carry(grid)


def _gdal_crs(grid: Grid) -> CRS:
    try:
        return CRS.from_wkt(grid.crs.to_pyproj().to_wkt())
    except CRSError as exc:
        raise _cannot_carry(grid) from exc


def _means_the_same(wkt: str, grid: Grid) -> bool:
    """Whether points of the grid are at the same places on the same earth by `wkt`.

    Texts and names of coordinate systems change on their way through GeoTIFF's keys.
    """
    kept = Crs.from_text(wkt)
    # Not the corners alone: those of a globe in an oval are nowhere.
    x, y = (np.linspace(line[0], line[-1], _PROBES) for line in (grid.x, grid.y))
    points = np.meshgrid(x, y)
    places = np.array([grid.crs.inverse(*points), kept.inverse(*points)])
    places[~np.isfinite(places)] = np.nan
    away = places[1] - places[0]
    away[0] = (away[0] + 180.0) % 360.0 - 180.0
    radius, kept_radius = (crs.ellipsoid.semi_major_axis for crs in (grid.crs, kept))
    return bool(
        (np.isnan(places[0]) == np.isnan(places[1])).all()
        and np.nanmax(np.abs(away), initial=0.0) <= _SAME_DEGREES
        and abs(kept_radius - radius) <= 1e-9 * radius
    )


def _cannot_carry(grid: Grid) -> UnsupportedFormat:
    return UnsupportedFormat(
        f"GeoTIFF cannot carry the coordinate system {grid.crs.label}",
        hint="convert it to netcdf, which keeps it",
    )


def _arrange(bands: Path, path: Path, storage: Storage) -> None:
    """Make a cloud-optimised file of one that has one band after the other."""
    with rasterio.open(bands, "r+") as file:
        together = file.count <= _MOST_TOGETHER
        tile = _tile(file.shape)
        factors = _overview_factors(max(file.shape), tile)
        if factors:
            file.build_overviews(factors, Resampling.average)
    known = {"compress": _NAMES[storage.method or "zlib"], "bigtiff": "IF_SAFER"}
    level = storage.level or _LEVEL
    is_packed = storage.method != "none"
    if together:
        packing = {"predictor": "YES", "level": level} if is_packed else {}
        copy(bands, path, driver="COG", blocksize=tile, **known, **packing)
        return
    level_name = "zstd_level" if storage.method == "zstd" else "zlevel"
    packing = {"predictor": 3, level_name: level} if is_packed else {}
    tiles = {"tiled": True, "blockxsize": tile, "blockysize": tile, "interleave": "band"}
    copy(bands, path, driver="GTiff", copy_src_overviews=True, **tiles, **known, **packing)


def _tile(shape: tuple[int, int]) -> int:
    """Side of the tiles for a raster of `shape`, in cells."""
    rows, columns = shape
    fitting = (
        side
        for side in _TILES
        if -(-rows // side) * -(-columns // side) * side**2 <= _MOST_PADDING * rows * columns
    )
    return next(fitting, _TILES[-1])


def _overview_factors(longest: int, tile: int) -> list[int]:
    """Powers of two, until the overview fits into one tile."""
    count = max(0, -(-longest // tile) - 1).bit_length()
    return [2**power for power in range(1, count + 1)]


def _profile(bands: int, grid: Grid, nodata: float | None) -> dict[str, Any]:
    """Of a file with one band after the other, as they are read."""
    rows, columns = grid.shape
    tile = _tile(grid.shape)
    is_tiled = max(rows, columns) > tile
    return {
        "driver": "GTiff",
        "height": rows,
        "width": columns,
        "count": bands,
        "dtype": "float32",
        "nodata": np.nan if nodata is None else nodata,
        "crs": _gdal_crs(grid),
        "interleave": "band",
        "bigtiff": "if_safer",
        **({"tiled": True, "blockxsize": tile, "blockysize": tile} if is_tiled else {}),
    }
