"""Declaration of `process reproject`."""

from typing import Literal

from zyra.core.arguments import arg
from zyra.core.command import Command, Example
from zyra.core.kinds import InputSource, OutputDir, OutputFile
from zyra.fields.selection_args import SelectionArgs


class ReprojectArgs(SelectionArgs):
    """Bring data or pictures from one coordinate system into another.

    Data are fields of GRIB, NetCDF and GeoTIFF; they know their places, and their values stay
    what they are: as GeoTIFF each selected level and time of one variable is a band, as NetCDF
    everything selected is in one CF file. Pictures are PNG, JPEG, WebP and coloured GeoTIFF;
    those without places of their own need --s-srs and --bounds. They become PNG (outside
    transparent), JPEG or WebP, or a coloured GeoTIFF.

    Without --dst-bounds the result shows the whole globe where --t-srs is EPSG:4326, else what
    the source covers. The cells of the result take the bilinear value of the four nearest
    cells; a missing one of these counts for nothing, and where the nearest is missing so is the
    result. Coarser results are not averaged. Rounding of places is at most 1/64 of a cell.
    Winds that go by the axes of their grid (CF's x_wind, GRIB's flag) are turned to true east
    and north.
    """

    input: InputSource | None = arg(
        None,
        "File of data or picture, - for stdin, or an http(s) URL",
        flags=("-i",),
        also=("file_or_url",),
    )
    output: OutputFile | None = arg(
        None, "Where the result goes; its suffix chooses the format; - is stdout", flags=("-o",)
    )
    inputs: list[InputSource] | None = arg(
        None, "Several inputs, each brought into a file in --output-dir", min_length=1
    )
    output_dir: OutputDir | None = arg(None, "Folder for the results of --inputs")
    output_names: list[str] | None = arg(
        None,
        "File names of the results of --inputs, in their order; else the inputs' own, .tif "
        "for GRIB and NetCDF",
        min_length=1,
    )
    s_srs: str | None = arg(
        None,
        "Coordinate system of the source (EPSG:3413, a PROJ string or WKT); needed for pictures "
        "without places, and instead of what a file says of itself",
    )
    t_srs: str = arg("EPSG:4326", "Coordinate system of the result, likewise")
    bounds: list[float] | None = arg(
        None,
        "Left, bottom, right, top of a picture without places, in units of --s-srs",
        min_length=4,
        max_length=4,
    )
    dst_bounds: list[str] | None = arg(
        None,
        "Left, bottom, right, top of the result in units of --t-srs; or auto: what the source "
        "covers; or globe: -180 -90 180 90",
        min_length=1,
        max_length=4,
    )
    width: int = arg(4096, "Columns of the result", ge=1)
    height: int | None = arg(
        None, "Rows of the result; else so that cells are square in units of --t-srs", ge=1
    )
    resampling: Literal["bilinear", "nearest"] = arg(
        "bilinear", "nearest keeps values as they are, for categories and flags"
    )
    dst_nodata: float | None = arg(
        None,
        "What stands where there is nothing, and is tagged as nodata in GeoTIFF; else NaN in "
        "data, transparent in pictures, black in JPEG. In pictures 0 to 255, for every colour",
        allow_inf_nan=True,
    )
    format: Literal["geotiff", "netcdf", "png", "jpeg", "webp"] | None = arg(
        None, "Format of the result where its name does not say it"
    )
    world_file: bool = arg(
        False, "Write a world file (.pgw, .jgw, .wpw) with the place of its cells beside a picture"
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


REPROJECT = Command(
    "process",
    "reproject",
    ReprojectArgs,
    run="zyra.process.reproject:run",
    examples=(
        Example(
            "HRRR temperature, from its Lambert grid to longitude and latitude where it has data",
            {
                "input": "hrrr_t06z_f01_tmp.grib2",
                "output": "hrrr.tif",
                "dst_bounds": ["auto"],
                "width": 1024,
            },
        ),
        Example(
            "The Arctic out of a global field, on a polar plane, as NetCDF",
            {
                "input": "gfs_0p25_tmp_pv_missing.grib2",
                "output": "arctic.nc",
                "t_srs": "EPSG:3413",
                "width": 512,
            },
        ),
    ),
)
