"""Declaration of `process convert-format`."""

from typing import Literal

from zyra.core.arguments import arg
from zyra.core.command import Command, Example
from zyra.core.kinds import InputSource, OutputDir, OutputFile
from zyra.fields.storage_args import StorageArgs


class ConvertFormatArgs(StorageArgs):
    """Convert GRIB, NetCDF, Zarr or GeoTIFF to NetCDF, Zarr or GeoTIFF.

    NetCDF and Zarr take every field, or those selected, into one CF file: fields of a variable
    are stacked along time, level and member; places for which there is no field are missing.
    Variables at several kinds of level are told apart by a suffix, such as t_isobaricInhPa.
    Values are float32, exactly as decoded. Chunks are one field each, or a part of a large one;
    --chunks time=24 lat=90 lon=90 puts many times of a small region together instead.

    A Zarr store is a folder when the name of the output ends with .zarr, and one file when it
    ends with .zip or goes to stdout. Both appear when they are whole, and both can be read as
    input. Over HTTP write x.zarr.zip, one output that "job_id:ID/x.zarr.zip" names in later
    requests; a store in a folder would be hundreds of outputs.

    GeoTIFF takes one variable, each of its levels and times as a band; name it with --var where
    the file has several. The file is cloud-optimised: tiles and overviews in the order that lets
    readers fetch parts of it. Rows are turned north up and global grids cut at 180 degrees. The
    rows of Gaussian grids, at most 0.016 of a row from even spacing, keep their values; lines
    that are more uneven are interpolated, which is told on stderr. A rotated pole cannot be
    carried.

    Without --output the result goes into the working folder under the input's name with the
    suffix of its format; from stdin it goes to stdout.
    """

    input: InputSource | None = arg(
        None,
        "GRIB, NetCDF, GeoTIFF or Zarr file, folder of a Zarr store, - for stdin, or an "
        "http(s) URL",
        positional=True,
        also=("file_or_url",),
    )
    format: Literal["netcdf", "geotiff", "zarr"] = arg(
        description="Format to convert to", positional=True
    )
    output: OutputFile | None = arg(None, "Where the result goes; - is stdout", flags=("-o",))
    stdout: bool = arg(False, "Write the result to stdout, like --output -")
    inputs: list[InputSource] | None = arg(
        None, "Several inputs, each converted to a file in --output-dir", min_length=1
    )
    output_dir: OutputDir | None = arg(None, "Folder for the results of --inputs")
    output_names: list[str] | None = arg(
        None, "File names of the results of --inputs, in their order", min_length=1
    )
    backend: Literal["cfgrib", "pygrib", "wgrib2"] = arg(
        "cfgrib",
        "For compatibility: ecCodes, on which cfgrib and pygrib stand, reads GRIB for all three. "
        "Others than cfgrib are refused for input that is not GRIB",
    )
    var: str | None = arg(
        None,
        "Exact name: short name (2t), NetCDF name (t2m), CF standard name or TMP",
        also=("variable",),
    )
    pattern: str | None = arg(
        None,
        "Exact name, or else a regular expression found in a name or in the field's inventory "
        "line, such as 'TMP:500 mb'",
    )
    zarr_format: int | None = arg(
        None, "Version of the Zarr format: 3, or 2 for older readers (default: 3)", ge=2, le=3
    )
    unsigned: bool = arg(
        False, "Read s3:// without credentials; refused for other sources, where it has no effect"
    )


_FILE = "gfs_2p5deg_f120_all_fields.grib2"

CONVERT_FORMAT = Command(
    "process",
    "convert-format",
    ConvertFormatArgs,
    run="zyra.process.convert_format:run",
    examples=(
        Example(
            "A whole GRIB file as CF NetCDF",
            {"input": _FILE, "format": "netcdf", "output": "gfs.nc"},
        ),
        Example(
            "Temperature at 500 hPa as GeoTIFF",
            {
                "input": _FILE,
                "format": "geotiff",
                "var": "t",
                "level": "500 hPa",
                "output": "t500.tif",
            },
        ),
        Example(
            "Heights at all levels as a Zarr store in one file",
            {"input": _FILE, "format": "zarr", "var": "gh", "output": "heights.zarr.zip"},
        ),
        Example(
            "Compressed NetCDF with chunks of a quarter of the globe",
            {
                "input": _FILE,
                "format": "netcdf",
                "var": "t",
                "level": "isobaricInhPa",
                "compression": "zlib",
                "chunks": ["lat=37", "lon=72"],
                "output": "t.nc",
            },
        ),
        Example(
            "Several files at once",
            {
                "inputs": ["lambert.grib1", "rotated_ll.grib1"],
                "format": "netcdf",
                "output_dir": "converted",
            },
        ),
    ),
)
