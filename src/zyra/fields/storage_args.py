"""The arguments by which commands let one choose how values are stored.

Imports nothing heavy: declarations of commands inherit from it.
"""

from typing import Annotated, Literal

from pydantic import StringConstraints

from zyra.core.arguments import arg
from zyra.fields.selection_args import SelectionArgs

ChunkLength = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_]\w*=[1-9]\d{0,8}$")]


class StorageArgs(SelectionArgs):
    """Arguments that choose fields and how they are stored in NetCDF, Zarr or GeoTIFF."""

    compression: Literal["none", "zlib", "zstd", "blosc"] | None = arg(
        None,
        "How values are compressed: none is the default of netcdf, zlib (Deflate) of geotiff, "
        "blosc (with Zstandard, zarr only) of zarr. Not every reader of NetCDF has zstd",
    )
    compression_level: int | None = arg(
        None, "Effort, from 1 (fast) to 9, with zstd to 22", ge=1, le=22
    )
    chunks: list[ChunkLength] | None = arg(
        None,
        "Length of the chunks along dimensions of the result, such as time=1 lat=256 lon=256; "
        "for netcdf and zarr",
        min_length=1,
    )
