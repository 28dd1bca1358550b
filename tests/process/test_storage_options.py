"""Compression, chunks and the layout of the files that convert-format writes."""

import netCDF4
import numpy as np
import pytest
import rasterio

from eccodes_oracle import DATA
from zyra.core.errors import UsageError

HRRR = str(DATA / "hrrr_t06z_f01_tmp.grib2")
ERA5 = str(DATA / "era5_levels_members.grib1")
GFS_PV = str(DATA / "gfs_0p25_tmp_pv_missing.grib2")


def converted_to(process, tmp_path, form, source=HRRR, **args):
    target = tmp_path / f"out.{form}"
    process("convert-format", input=source, format=form, output=str(target), **args)
    return target


def values_of(path, name="t"):
    with netCDF4.Dataset(path) as file:
        file.set_auto_mask(False)
        return file[name][...]


def test_netcdf_is_contiguous_and_not_compressed_by_itself(process, tmp_path):
    with netCDF4.Dataset(converted_to(process, tmp_path, "netcdf")) as file:
        assert file["t"].chunking() == "contiguous"
        assert not file["t"].filters()["zlib"]


@pytest.mark.parametrize("method", ["zlib", "zstd"])
def test_compressed_netcdf_is_smaller_and_has_the_same_values(process, tmp_path, method):
    plain = values_of(converted_to(process, tmp_path, "netcdf"))
    size = (tmp_path / "out.netcdf").stat().st_size
    packed = converted_to(process, tmp_path, "netcdf", compression=method, compression_level=2)
    with netCDF4.Dataset(packed) as file:
        assert file["t"].filters()[method]
        assert file["t"].filters()["complevel"] == 2
        assert file["lat"].filters()[method]
    assert packed.stat().st_size < 0.8 * size
    assert np.array_equal(values_of(packed), plain)


def test_chunks_over_several_fields_hold_the_same_values(process, tmp_path):
    plain = values_of(converted_to(process, tmp_path, "netcdf", ERA5))
    chunks = ["time=3", "member=7", "lat=10", "lon=100000"]
    chunked = converted_to(process, tmp_path, "netcdf", ERA5, chunks=chunks)
    with netCDF4.Dataset(chunked) as file:
        sizes = dict(zip(file["t"].dimensions, file["t"].chunking(), strict=True))
        assert (sizes["time"], sizes["member"], sizes["lat"]) == (3, 7, 10)
        assert sizes["lon"] == len(file["lon"])
    assert np.array_equal(values_of(chunked), plain)


@pytest.mark.parametrize(
    ("args", "problem"),
    [
        ({"format": "netcdf", "compression": "blosc"}, "not compressed with blosc"),
        ({"format": "geotiff", "chunks": ["y=3"]}, "no effect on geotiff"),
        ({"format": "netcdf", "compression_level": 3}, "nothing is compressed"),
        ({"format": "zarr", "compression": "zlib", "compression_level": 12}, "levels 1 to 9"),
        ({"format": "netcdf", "chunks": ["y=3", "y=4"]}, "names y 2 times"),
        ({"format": "netcdf", "chunks": ["depth=3"]}, "no variable has a dimension depth"),
        ({"format": "netcdf", "zarr_format": 2}, "no effect on netcdf"),
    ],
)
def test_options_without_effect_are_refused(process, here, args, problem):
    with pytest.raises(UsageError, match=problem):
        process("convert-format", input=HRRR, **args)
    assert list(here.iterdir()) == []


def test_chunks_that_would_not_fit_into_memory_are_refused(process, tmp_path, monkeypatch):
    monkeypatch.setattr("zyra.fields.storage._MOST_POINTS_AT_ONCE", 10_000)
    with pytest.raises(UsageError, match="held at once"):
        converted_to(process, tmp_path, "netcdf", ERA5, chunks=["member=10", "time=4"])


def ifd_places(path):
    """Where directories and data of the full picture (first) and its overviews begin."""
    with rasterio.open(path) as raster:
        levels = [None, *range(len(raster.overviews(1)))]
        return [
            tuple(
                int(raster.get_tag_item(item, "TIFF", bidx=1, ovr=level))
                for item in ("IFD_OFFSET", "BLOCK_OFFSET_0_0")
            )
            for level in levels
        ]


@pytest.mark.parametrize("method", [None, "zstd", "none"])
def test_geotiff_is_laid_out_for_the_cloud(process, tmp_path, method):
    asked = {} if method is None else {"compression": method}
    path = converted_to(process, tmp_path, "geotiff", **asked)
    with rasterio.open(path) as raster:
        assert raster.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert raster.block_shapes == [(256, 256)]
        assert raster.overviews(1) == [2, 4, 8]
        assert np.isnan(raster.nodata)
    places = ifd_places(path)
    # The rules of GDAL's validate_cloud_optimized_geotiff: directories first, from the full
    # picture to the smallest overview; then the data, the smallest overview's first.
    assert [ifd for ifd, _ in places] == sorted(ifd for ifd, _ in places)
    assert [data for _, data in places] == sorted((data for _, data in places), reverse=True)
    assert max(ifd for ifd, _ in places) < min(data for _, data in places)


def test_geotiff_of_many_bands_keeps_them_apart(process, tmp_path):
    source = str(DATA / "gfs_2p5deg_f120_all_fields.grib2")
    path = converted_to(process, tmp_path, "geotiff", source, var="t", level="isobaricInhPa")
    with rasterio.open(path) as raster:
        assert raster.count == 26
        assert raster.interleaving.value == "BAND"
        assert raster.units[25] == "K"


def test_overview_is_the_mean_of_the_cells_it_covers(process, tmp_path):
    path = converted_to(process, tmp_path, "geotiff")
    with rasterio.open(path) as raster:
        full = raster.read(1)[:100, :100]
    with rasterio.open(path, overview_level=0) as raster:
        half = raster.read(1)[:50, :50]
    # 1059 rows become 530, so that a cell of the overview is a little less than two wide.
    assert half == pytest.approx(full.reshape(50, 2, 50, 2).mean(axis=(1, 3)), abs=0.01)


@pytest.mark.parametrize(
    ("form", "name"), [("netcdf", "o.nc"), ("zarr", "o.zarr.zip"), ("geotiff", "o.tif")]
)
def test_no_other_file_is_left_beside_the_result(process, here, form, name):
    process("convert-format", input=HRRR, format=form, output=name)
    assert [path.name for path in here.iterdir()] == [name]
