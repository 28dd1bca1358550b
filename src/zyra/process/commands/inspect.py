"""Declaration of `process inspect`."""

from typing import Literal

from zyra.core.arguments import Args, arg
from zyra.core.command import Command, Example
from zyra.core.kinds import InputSource, OutputFile


class InspectArgs(Args):
    """Tell what is in a file or URL: data, picture, film, sound or table.

    Of GRIB, NetCDF, Zarr and GeoTIFF: the grids with coordinate system, extent, spacing and
    order, and each variable with its unit, levels, times, members, packing, nodata, chunks,
    compression and size. Only headers are read, unless --values asks for the range of the values.
    Of a remote GRIB file with an .idx beside it, the index and the first message are fetched.
    Of pictures: size, colours and what they carry along. Of films and sounds: streams, length,
    size, rates. Of JSON, NDJSON and CSV: records and columns.

    --json writes one object. It always has source, kind (data, picture, media, table), format and
    bytes. Data have from_index, fields (how many), grids, variables, left_out and file (what it
    says of itself). A grid has number, rows, columns, kind, crs, units, x, y (first, last, step;
    null if uneven), order, extent (west, east, south, north in degrees) and is_global. A variable
    has name, short_name, long_name, standard_name, units, fields, grid (its number), levels,
    reference_times, valid_times, forecast_hours, members, dimensions, statistics, storage, and
    with --values an object values with min, mean, max, missing and points.
    """

    input: InputSource = arg(
        description="File, Zarr folder, - for stdin, or a URL",
        positional=True,
        also=("file_or_url",),
    )
    output: OutputFile = arg("-", "Where the description goes; - is stdout", flags=("-o",))
    values: bool = arg(
        False, "Read the values too: minimum, mean, maximum, number of missing points"
    )
    format: Literal["text", "json"] | None = arg(
        None, "Lines for people (text, the default) or one JSON object"
    )
    as_json: bool = arg(False, "The same as --format json", also=("json",))


INSPECT = Command(
    "process",
    "inspect",
    InspectArgs,
    run="zyra.process.inspect:run",
    examples=(
        Example("What is in a GRIB file", {"input": "gfs_2p5deg_f120_all_fields.grib2"}),
        Example(
            "The same of NetCDF as JSON, with the range of the values",
            {"input": "eraint_uvz.nc", "values": True, "as_json": True},
        ),
    ),
)
