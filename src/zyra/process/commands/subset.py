"""Declaration of `process subset`."""

from typing import Annotated, Literal

from pydantic import Field

from zyra.core.arguments import arg
from zyra.core.command import Command, Example
from zyra.core.kinds import InputSource, OutputFile
from zyra.fields.storage_args import StorageArgs

Step = Annotated[int, Field(ge=1)]


class SubsetArgs(StorageArgs):
    """Take a part of a GRIB, NetCDF, Zarr or GeoTIFF source: variables, times, levels, an area.

    The result has the format that --format or the suffix of --output names, else that of the
    input. Messages of GRIB are copied byte by byte. With --bbox or --stride they would have to be
    packed anew, which loses digits, so that the result is NetCDF then.

    --bbox keeps the points in the box, on grids of rows and columns that are no parallels and
    meridians (Lambert, rotated) the smallest rectangle of the grid that holds them all;
    --mask-outside makes its points outside the box missing. Coordinates are kept as they are;
    across the seam of a global grid they run on, as from 355 to 365. Reduced grids are filled to
    their longest row first.

    Without --output the result goes into the working folder under the input's name with _subset;
    from stdin it goes to stdout.
    """

    input: InputSource = arg(
        description="GRIB, NetCDF, GeoTIFF or Zarr file, folder of a Zarr store, - for stdin, or "
        "a URL",
        positional=True,
        also=("file_or_url",),
    )
    output: OutputFile | None = arg(None, "Where the result goes; - is stdout", flags=("-o",))
    format: Literal["grib", "netcdf", "zarr", "geotiff"] | None = arg(
        None, "Format of the result; by default that of the output's suffix or of the input"
    )
    variable: list[str] | None = arg(
        None,
        "Exact names, one or several: short name (2t), NetCDF name (t2m), CF standard name or TMP",
        also=("var",),
        min_length=1,
    )
    pattern: str | None = arg(
        None,
        "Exact name, or else a regular expression found in a name or in the field's inventory "
        "line, such as 'TMP:500 mb'; of a URL with an .idx beside it only what matches is fetched",
    )
    bbox: list[float] | None = arg(
        None,
        "West south east north in degrees; 170 -20 -170 20 crosses 180 degrees",
        min_length=4,
        max_length=4,
    )
    mask_outside: bool = arg(False, "Make points outside --bbox missing where some remain")
    stride: list[Step] | None = arg(
        None,
        "Keep every so many rows and columns, from the first on; one number for both",
        min_length=1,
        max_length=2,
    )
    since: str | None = arg(None, "Earliest valid time in UTC, such as 2011-01-15T12:00")
    until: str | None = arg(None, "Latest valid time in UTC; a date means its end")


_FILE = "gfs_2p5deg_f120_all_fields.grib2"

SUBSET = Command(
    "process",
    "subset",
    SubsetArgs,
    run="zyra.process.subset:run",
    examples=(
        Example(
            "Wind at 850 hPa, as the GRIB messages it is",
            {
                "input": _FILE,
                "variable": ["u", "v"],
                "level": "850 hPa",
                "output": "wind.grib2",
            },
        ),
        Example(
            "An area across the date line, every second point",
            {
                "input": _FILE,
                "variable": ["prmsl"],
                "bbox": [150, -30, -150, 30],
                "stride": [2],
                "output": "pacific.nc",
            },
        ),
        Example(
            "Texas from a Lambert grid, the rest of the rectangle missing",
            {
                "input": "hrrr_t06z_f01_tmp.grib2",
                "bbox": [-107, 25.8, -93.5, 36.5],
                "mask_outside": True,
                "output": "texas.nc",
            },
        ),
        Example(
            "Some members of an ensemble from noon on",
            {
                "input": "era5_levels_members.grib1",
                "since": "2017-01-01T12:00",
                "until": "2017-01-02",
                "member": 3,
                "output": "member.grib1",
            },
        ),
    ),
)
