"""Declaration of `process extract-variable`."""

from typing import Literal

from zyra.core.arguments import arg
from zyra.core.command import Command, Example
from zyra.core.kinds import InputSource, OutputFile
from zyra.fields.storage_args import StorageArgs


class ExtractVariableArgs(StorageArgs):
    """Take one variable out of a GRIB, NetCDF, Zarr or GeoTIFF file.

    All its levels, times and members are taken, or those that --level, --time and the like
    leave. A pattern that matches several variables is refused with their list.

    As NetCDF, Zarr and GeoTIFF the fields are stacked and stored as by convert-format. As GRIB
    the bytes of the messages are copied unchanged, from GRIB edition 2 only.

    Of a URL with an .idx file beside it only the matching messages are fetched. Without --output
    the result goes into the working folder under the names of the input and the variable; from
    stdin it goes to stdout.
    """

    input: InputSource = arg(
        description="GRIB, NetCDF, GeoTIFF or Zarr file, folder of a Zarr store, - for stdin, or "
        "an http(s) URL",
        positional=True,
        also=("file_or_url",),
    )
    pattern: str = arg(
        description="Exact name (2t, t2m, air_temperature, TMP), or else a regular expression "
        "found in a name or in the field's inventory line, such as 'TMP:500 mb'",
        positional=True,
        also=("var", "variable"),
        min_length=1,
    )
    backend: Literal["cfgrib", "pygrib", "wgrib2"] = arg(
        "cfgrib",
        "For compatibility: ecCodes, on which cfgrib and pygrib stand, reads GRIB for all three. "
        "Others than cfgrib are refused for input that is not GRIB",
    )
    unsigned: bool = arg(
        False, "Read s3:// without credentials; refused for other sources, where it has no effect"
    )
    stdout: bool = arg(False, "Write the result to stdout, like --output -")
    format: Literal["netcdf", "grib2", "zarr", "geotiff"] = arg("netcdf", "Format of the result")
    output: OutputFile | None = arg(None, "Where the result goes; - is stdout", flags=("-o",))


_FILE = "gfs_2p5deg_f120_all_fields.grib2"

EXTRACT_VARIABLE = Command(
    "process",
    "extract-variable",
    ExtractVariableArgs,
    run="zyra.process.extract_variable:run",
    examples=(
        Example(
            "Geopotential height on all pressure levels, as NetCDF",
            {"input": _FILE, "pattern": "gh", "level": "isobaricInhPa", "output": "heights.nc"},
        ),
        Example(
            "Temperature at 500 hPa, as the GRIB message it is",
            {
                "input": _FILE,
                "pattern": "TMP:500 mb",
                "format": "grib2",
                "output": "t500.grib2",
            },
        ),
    ),
)
