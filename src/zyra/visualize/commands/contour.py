"""Declaration of `visualize contour`."""

from collections.abc import Iterator
from typing import Literal

from zyra.core.arguments import arg
from zyra.core.command import Command, Example
from zyra.core.fitting_args import Conflict
from zyra.visualize.commands.checked_args import CheckedArgs
from zyra.visualize.commands.colour_args import ColourArgs
from zyra.visualize.commands.field_args import FieldArgs
from zyra.visualize.commands.map_args import MapArgs
from zyra.visualize.commands.page_args import BarArgs, LabelArgs
from zyra.visualize.commands.picture_args import PictureArgs

LINE_ARGS = ("line_width", "line_labels", "index_every")


class LevelArgs(CheckedArgs):
    """The values that contours are drawn at."""

    levels: int | str | list[float] | None = arg(
        None,
        "About how many bands (default: 10), or the levels themselves, separated by commas:"
        " --levels 980,1000,1020, --levels -10,0,10, and 500, for one alone",
    )
    interval: float | None = arg(
        None, "Draw every multiple of this, in the field's unit, instead of --levels", gt=0
    )

    def conflicts(self) -> Iterator[Conflict]:
        """Levels chosen twice."""
        yield from super().conflicts()
        both = self.levels is not None and self.interval is not None
        yield both, "give either levels or interval"


class LineArgs(LevelArgs):
    """How lines and the bands between them look."""

    filled: bool = arg(False, "Colour the bands between the levels instead of drawing lines")
    extend: Literal["auto", "neither", "min", "max", "both"] = arg(
        "auto",
        "Beyond which end of the levels --filled colours too; auto: both where they come from"
        " --vmin, --vmax or a palette's range, neither where --levels lists them",
    )
    lines: bool = arg(False, "Draw the lines over --filled bands as well")
    color: str | None = arg(
        None, "One colour for all lines, such as #333333 or navy, instead of the palette"
    )
    line_width: float = arg(
        1.2, "Width of the lines, in pixels of a picture 1024 wide", ge=0.2, le=20
    )
    index_every: int = arg(
        5, "Of evenly spaced levels, draw each n-th multiple thicker; 0: none", ge=0
    )
    line_labels: bool = arg(False, "Write the value into each line")

    def conflicts(self) -> Iterator[Conflict]:
        """What asks for lines where there are none."""
        yield from super().conflicts()
        yield self.lines and not self.filled, "lines is for filled: without it there are lines"
        yield self.extend != "auto" and not self.filled, "extend has an effect only with filled"
        if self.filled and not self.lines:
            given = [name for name in ("color", *LINE_ARGS) if self.is_given(name)]
            yield bool(given), f"filled draws no lines: add lines, or leave out {', '.join(given)}"


class ContourArgs(PictureArgs, FieldArgs, LineArgs, ColourArgs, BarArgs, LabelArgs, MapArgs):
    """Draw contour lines of one variable, or the bands between them.

    Levels are round numbers over the range of the values unless they are given. Lines and bands
    follow the same values between grid points: a curve where cells are wider than some pixels,
    averages where several cells share one.
    Plain, the map fills the picture from edge to edge, transparent where nothing is drawn; with
    --colorbar or --label it becomes a page with title, time and degrees.
    """

    def conflicts(self) -> Iterator[Conflict]:
        """Colours of a palette where there is one colour."""
        yield from super().conflicts()
        if self.color is None or self.filled:
            return
        palette = ("cmap", "cmap_file", "vmin", "vmax", "colorbar", "legend_file")
        given = [name for name in palette if self.is_given(name)]
        yield bool(given), f"color draws all lines alike: leave out {', '.join(given)}"


CONTOUR = Command(
    "visualize",
    "contour",
    ContourArgs,
    run="zyra.visualize.contour:run",
    examples=(
        Example(
            "Pressure at sea level as lines every 4 hPa with their values",
            {
                "input": "gfs_2p5deg_f120_all_fields.grib2",
                "output": "pressure.png",
                "var": "prmsl",
                "units": "hPa",
                "interval": 4,
                "color": "#203864",
                "line_labels": True,
                "label": "Pressure at mean sea level",
            },
        ),
        Example(
            "Temperature in bands of 5 degrees, on a model's own grid",
            {
                "input": "hrrr_t06z_f01_tmp.grib2",
                "output": "hrrr.png",
                "filled": True,
                "interval": 5,
                "units": "degC",
                "cmap": "RdYlBu_r",
                "projection": "native",
                "colorbar": True,
            },
        ),
        Example(
            "Wave heights in bands of uneven width, with lines between them",
            {
                "input": "gfswave_atlocn_0p16_f001.grib2",
                "output": "waves.png",
                "var": "swh",
                "filled": True,
                "lines": True,
                "levels": "0,0.5,1,1.5,2,3,4,6",
                "extend": "max",
                "cmap": "YlGnBu",
                "colorbar": True,
            },
        ),
    ),
)
