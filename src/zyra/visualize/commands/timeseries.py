"""Declaration of `visualize timeseries`."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator

from zyra.core.arguments import arg
from zyra.core.command import Command, Example
from zyra.core.fitting_args import Conflict
from zyra.core.kinds import InputSource, OutputFile
from zyra.visualize.commands.map_args import CanvasArgs
from zyra.visualize.commands.picture_args import no_png


def as_list(given: Any) -> Any:
    """One name as a list of it, since the published command takes one only."""
    return [given] if isinstance(given, str) else given


class SeriesArgs(CanvasArgs):
    """What is drawn over what."""

    effective_with: ClassVar[Mapping[str, tuple[str, ...]]] = {"interpolation": ("at",)}

    input: InputSource = arg(
        ..., "CSV table, NetCDF, GRIB, Zarr or GeoTIFF file, a URL of one, or -", flags=("-i",)
    )
    output: OutputFile = arg(..., "PNG to write (.png), or - for stdout", flags=("-o",))
    x: str | None = arg(
        None, "Column of a table, or coordinate of a NetCDF file; default: the first, or the time"
    )
    y: Annotated[list[str] | None, BeforeValidator(as_list)] = arg(
        None,
        "Columns or variables to draw, one curve each; default: every column with numbers, or the"
        " only variable",
    )
    var: str | None = arg(
        None, "One variable to draw, or column of a table; the same as --y", also=("variable",)
    )
    at: list[float] | None = arg(
        None, "Longitude and latitude of the point whose values are drawn, of a file of fields"
    )
    interpolation: Literal["nearest", "linear"] = arg(
        "nearest", "Value of the grid point nearest to --at, or linear between the four around it"
    )
    extent: list[float] | None = arg(
        None,
        "West, east, south and north of the area whose mean is drawn, weighted by area; default:"
        " the whole grid",
    )
    level: str | None = arg(None, "Level of the fields, such as '500 hPa' or '2 m above ground'")
    member: int | None = arg(None, "Ensemble member of the fields")
    units: str | None = arg(
        None, "Unit to convert fields to, such as degC, hPa or kt; of others it is written only"
    )

    def conflicts(self) -> Iterator[Conflict]:
        """Curves and places chosen twice."""
        yield from super().conflicts()
        yield self.y is not None and self.var is not None, "give either y or var"
        yield self.y == [], "y names nothing"
        yield self.at is not None and self.extent is not None, "give either at or extent"
        yield no_png(self.output)
        if self.at is not None:
            on_earth = len(self.at) == 2 and abs(self.at[0]) <= 360 and abs(self.at[1]) <= 90
            yield not on_earth, "at is a longitude and a latitude in degrees"


class TimeseriesArgs(SeriesArgs):
    """Draw values over time as curves or points.

    From a table with a line of names (CSV; semicolons and tabs are understood), each --y is a
    curve over --x; times are ISO 8601, and UTC unless they have a zone. Rows are put in the
    order of --x.
    From a file of fields, the values over their valid times: at one place (--at), or the mean
    over an area, weighted by it. From a NetCDF file with series, its variables of one dimension.
    A curve is broken where values are missing. Of a million points, all extremes are drawn.
    """

    title: str | None = arg(None, "Title; default: what is drawn")
    xlabel: str | None = arg(None, "What stands below the x axis; default: its name and unit")
    ylabel: str | None = arg(None, "What stands beside the y axis; default: its name and unit")
    style: Literal["line", "scatter"] = arg("line", "Joined by lines, or a dot for each value")


TIMESERIES = Command(
    "visualize",
    "timeseries",
    TimeseriesArgs,
    run="zyra.visualize.timeseries:run",
    examples=(
        Example(
            "Ten members of an ensemble, from a table",
            {
                "input": "ensemble.csv",
                "output": "ensemble.png",
                "x": "time",
                "title": "Temperature at 850 hPa, 45°N 0°E",
                "ylabel": "°C",
            },
        ),
        Example(
            "Two of its columns as dots",
            {
                "input": "ensemble.csv",
                "output": "members.png",
                "y": ["member 0", "member 9"],
                "style": "scatter",
            },
        ),
        Example(
            "Temperature above a place, from a file of fields",
            {
                "input": "era5_levels_members.grib1",
                "output": "t850.png",
                "var": "t",
                "level": "850 hPa",
                "member": 0,
                "at": [0.0, 45.0],
                "units": "degC",
            },
        ),
        Example(
            "Its mean over an area, weighted by area",
            {
                "input": "era5_levels_members.grib1",
                "output": "europe.png",
                "var": "t",
                "level": "850 hPa",
                "member": 0,
                "extent": [-10.0, 30.0, 35.0, 60.0],
                "units": "degC",
            },
        ),
    ),
)
