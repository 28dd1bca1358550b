"""Declaration of `process stats`."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from zyra.core.arguments import arg
from zyra.core.command import Command, Example
from zyra.core.kinds import InputSource, OutputFile
from zyra.fields.selection_args import SelectionArgs


def split_at_commas(given: Any) -> Any:
    """`5,50,95` as its parts, also within a list; anything else as it is."""
    if isinstance(given, str):
        return given.split(",")
    if isinstance(given, list):
        return [part for item in given for part in (str(item).split(","))]
    return given


Percentage = Annotated[float, Field(ge=0, le=100)]


class StatsArgs(SelectionArgs):
    """Sum up the values of fields: extremes, mean, deviation, mean by area, percentiles.

    One line per field of a GRIB, NetCDF, Zarr or GeoTIFF source, or with --by one line for all
    fields of a variable, of a variable at a level, or of a variable at a time.

    Missing values are counted and left out of everything else. Sums are made in double
    precision; std is that of a whole population. area_mean weights each point by the part of the
    Earth that it stands for: the cosine of its latitude on regular longitudes and latitudes, the
    zone between the neighbouring rows on Gaussian ones, the cell divided by the square of the
    map's scale factor on projected ones. Points of reduced grids are those of the file.
    Percentiles are exact and linear between the two nearest values, also over many fields.

    --format json writes an object with source, format, by, bbox and rows; each row has variable,
    long_name, units, level, valid_time, forecast_hour, member and dimensions (null or empty where
    its fields differ), then fields, points, missing, count, min, max, mean, std, area_mean and
    percentiles. Numbers that do not exist are null.
    """

    input: InputSource = arg(
        description="GRIB, NetCDF, Zarr or GeoTIFF source, - for stdin, or a URL",
        positional=True,
        also=("file_or_url",),
    )
    output: OutputFile = arg("-", "Where the table goes; - is stdout", flags=("-o",))
    variable: str | None = arg(
        None,
        "Exact name: short name (2t), NetCDF name (t2m), CF standard name or TMP",
        also=("var",),
    )
    pattern: str | None = arg(
        None,
        "Exact name, or else a regular expression found in a name or in the field's inventory "
        "line, such as 'TMP:500 mb'",
    )
    bbox: list[float] | None = arg(
        None,
        "West south east north in degrees: only points within; 170 -20 -170 20 crosses 180 degrees",
        min_length=4,
        max_length=4,
    )
    percentiles: Annotated[list[Percentage] | None, BeforeValidator(split_at_commas)] = arg(
        None, "Percentages, such as 5,50,95", max_length=100
    )
    by: Literal["field", "variable", "level", "time"] = arg(
        "field", "What one line sums up; always of one variable"
    )
    format: Literal["text", "json", "csv"] | None = arg(
        None, "Aligned columns for people (text, the default), JSON or CSV"
    )
    as_json: bool = arg(False, "The same as --format json", also=("json",))


_FILE = "gfs_2p5deg_f120_all_fields.grib2"

STATS = Command(
    "process",
    "stats",
    StatsArgs,
    run="zyra.process.stats:run",
    examples=(
        Example("Temperature on every level", {"input": _FILE, "variable": "t"}),
        Example(
            "Monthly means over the North Atlantic as CSV, with percentiles",
            {
                "input": "eraint_uvz.nc",
                "level": "500",
                "bbox": [-60, 30, 0, 60],
                "percentiles": ["5,50,95"],
                "format": "csv",
            },
        ),
        Example(
            "One line for each variable over all its members, levels and times",
            {"input": "era5_levels_members.grib1", "by": "variable", "as_json": True},
        ),
    ),
)
