"""Small files that are made to fill the memory or the disk of whoever reads them."""

import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

import eccodes
import netCDF4
import numcodecs
import numpy as np
import rasterio
import zarr

SIDE = 1 << 14  # of a field of 2 GiB
LONG = 1 << 28


def grib(path: Path, edition: int) -> Path:
    """A constant field: 2^28 points in some hundred bytes."""
    handle = eccodes.codes_grib_new_from_samples(f"regular_ll_sfc_grib{edition}")
    for name, value in {
        "Ni": SIDE,
        "Nj": SIDE,
        "longitudeOfFirstGridPointInDegrees": 0,
        "longitudeOfLastGridPointInDegrees": 359,
        "latitudeOfFirstGridPointInDegrees": 80,
        "latitudeOfLastGridPointInDegrees": -80,
        "numberOfDataPoints": SIDE * SIDE,
        "numberOfValues": SIDE * SIDE,
    }.items():
        if edition == 2 or not name.startswith("numberOf"):
            eccodes.codes_set(handle, name, value)
    path.write_bytes(eccodes.codes_get_message(handle))
    eccodes.codes_release(handle)
    return path


def netcdf(path: Path) -> Path:
    """A field of which nothing was ever written."""
    return netcdf_of(path, (SIDE, SIDE), (64, 64))


def netcdf_axis(path: Path) -> Path:
    """A coordinate of 2^28 points of which one was written."""
    return netcdf_of(path, (LONG, 4), (1024, 4))


def netcdf_chunk(path: Path) -> Path:
    """A field of 16 points in one chunk of 2^28."""
    return netcdf_of(path, (4, 4), (SIDE, SIDE))


def netcdf_of(path: Path, shape: tuple[int, int], chunks: tuple[int, int]) -> Path:
    with netCDF4.Dataset(path, "w") as file:
        for name, length, units in zip(
            ("lat", "lon"), shape, ("degrees_north", "degrees_east"), strict=True
        ):
            # A chunk may be longer than a dimension only if that may grow.
            file.createDimension(name, length if chunks == (64, 64) else None)
            axis = file.createVariable(name, "f8", (name,), zlib=True, chunksizes=(1024,))
            axis.units = units
            if length < LONG:
                axis[:] = np.linspace(-80, 80, length)
            else:
                axis[length - 1] = 0
        file.createVariable("t", "f4", ("lat", "lon"), chunksizes=chunks)
    return path


def netcdf_of_deflate(path: Path) -> Path:
    """A field of 8 MB, whose one chunk decodes to 0.8 GB."""
    values = np.random.default_rng(7).bytes(8 << 20)
    with netCDF4.Dataset(path, "w") as file:
        file.createDimension("lat", 1024)
        file.createDimension("lon", 2048)
        for name, units in (("lat", "degrees_north"), ("lon", "degrees_east")):
            axis = file.createVariable(name, "f8", (name,))
            axis.units = units
            axis[:] = np.linspace(-80, 80, len(file.dimensions[name]))
        field = file.createVariable("t", "f4", ("lat", "lon"), zlib=True, chunksizes=(1024, 2048))
        field.set_auto_maskandscale(False)
        field[:] = np.frombuffer(values, "f4").reshape(1024, 2048)
    whole = path.read_bytes()
    stored = field_bytes(whole, values)
    packer = zlib.compressobj(1)
    bomb = b"".join(packer.compress(bytes(1 << 24)) for _ in range(48)) + packer.flush()
    assert len(bomb) <= len(stored)
    path.write_bytes(whole.replace(stored, bomb.ljust(len(stored), b"\0")))
    return path


def field_bytes(file: bytes, values: bytes) -> bytes:
    """The stream of deflate in `file` that decodes to `values`, or to their bytes shuffled."""
    start = -1
    while True:
        start = file.index(b"\x78\x5e", start + 1)  # how zlib begins at HDF5's usual level
        stream = zlib.decompressobj()
        try:
            decoded = stream.decompress(file[start:])
        except zlib.error:
            continue
        if len(decoded) == len(values):
            return file[start : len(file) - len(stream.unused_data)]


def geotiff(path: Path) -> Path:
    """A raster without one block."""
    with rasterio.open(path, "w", **tiles_of(SIDE, 1, tile=4096)):
        pass
    return path


def tiles_of(side: int, bands: int, *, tile: int = 512) -> dict[str, Any]:
    """The profile of a GeoTIFF of the globe in tiles, of which none has to be stored."""
    return {
        "driver": "GTiff",
        "width": side,
        "height": side,
        "count": bands,
        "crs": "EPSG:4326",
        "transform": rasterio.Affine(360 / side, 0, -180, 0, -180 / side, 90),
        "dtype": "float32",
        "sparse_ok": True,
        "tiled": True,
        "blockxsize": tile,
        "blockysize": tile,
    }


def png(path: Path) -> Path:
    """A picture of 4 10^9 pixels."""
    head = struct.pack(">2I5B", 1 << 16, 1 << 16, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes(1 << 20))
    chunks = ((b"IHDR", head), (b"IDAT", rows), (b"IEND", b""))
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + b"".join(
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
            for kind, data in chunks
        )
    )
    return path


def zarr_of_nothing(path: Path) -> Path:
    """A field of 2^28 points without one chunk, zipped."""
    return zarr_zip(path, SIDE, chunks=(1024, 1024))


def zarr_chunk(path: Path) -> Path:
    """A field of 16 points whose chunk decodes to 1 GiB, zipped."""
    bomb = numcodecs.Zstd().encode(bytes(1 << 30))
    return zarr_zip(path, 4, {"t/c/0/0": bomb}, chunks=(4, 4), compressors=zarr.codecs.ZstdCodec())


def zarr_entry(path: Path) -> Path:
    """A zip file whose entry unpacks to more than 256 MiB."""
    return zarr_zip(path, 4, {"t/c/0/0": bytes((1 << 28) + 1)}, chunks=(4, 4), compressors=None)


def zarr_of_zeros(path: Path, shape: tuple[int, int]) -> Path:
    """An honest folder: a field of zeros that were all written, in one chunk."""
    group = zarr.create_group(path)
    for name, units, length in zip(
        ("lat", "lon"), ("degrees_north", "degrees_east"), shape, strict=True
    ):
        values, given = np.linspace(-80, 80, length), {"units": units}
        group.create_array(name, data=values, dimension_names=(name,), attributes=given)
    with zarr.config.set({"array.write_empty_chunks": True}):
        zeros = np.zeros(shape)
        group.create_array("t", data=zeros, chunks=shape, dimension_names=("lat", "lon"))
    return path


def zarr_zip(path: Path, side: int, entries: dict[str, bytes] | None = None, **how: object) -> Path:
    """A zipped store of one field of which these entries were written."""
    store = zarr.storage.MemoryStore()
    group = zarr.create_group(store)
    for name, units in (("lat", "degrees_north"), ("lon", "degrees_east")):
        given = {"units": units}
        values = np.linspace(-80, 80, side)
        group.create_array(name, data=values, dimension_names=(name,), attributes=given)
    shape = (side, side)
    group.create_array("t", shape=shape, dtype="f4", dimension_names=("lat", "lon"), **how)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in store._store_dict.items():
            archive.writestr(name, data.to_bytes())
        for name, data in (entries or {}).items():
            archive.writestr(name, data)
    return path
