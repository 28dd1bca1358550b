"""Declaration of `visualize vector`."""

from collections.abc import Iterator, Mapping
from typing import ClassVar, Literal

from zyra.core.arguments import arg
from zyra.core.command import Command, Example
from zyra.core.fitting_args import Conflict
from zyra.visualize.commands.checked_args import CheckedArgs
from zyra.visualize.commands.colour_args import ColourArgs
from zyra.visualize.commands.field_args import FileArgs
from zyra.visualize.commands.map_args import MapArgs
from zyra.visualize.commands.page_args import BarArgs, LabelArgs
from zyra.visualize.commands.picture_args import PictureArgs
from zyra.visualize.commands.wind_args import ArrowArgs, WindArgs

VectorStyle = Literal["arrows", "barbs", "streamlines"]


class BackgroundArgs(ColourArgs):
    """A coloured field under the vectors."""

    effective_with: ClassVar[Mapping[str, tuple[str, ...]]] = dict.fromkeys(
        (
            *("cmap", "cmap_file", "vmin", "vmax", "background_level", "background_units"),
            *("colorbar", "legend_file"),
        ),
        ("background",),
    )

    background: str | None = arg(
        None, "Draw the vectors over their own speed in colours, or over another variable's"
    )
    background_level: str | None = arg(
        None, "Level of that variable; default: that of the vectors where it has several"
    )
    background_units: str | None = arg(None, "Unit of that variable, such as hPa or degC")
    cmap: str = arg(
        "auto",
        "Colours of the background by name (docs/palettes.md shows all); _r reverses; auto takes"
        " colours and range that suit the quantity",
    )


class VectorLookArgs(ArrowArgs):
    """What stands for a vector."""

    streamlines: bool = arg(False, "The same as --style streamlines")
    style: VectorStyle | None = arg(
        None,
        "arrows as long as the vectors; barbs of 5, 10 and 50 knots as on weather maps; or"
        " streamlines; default: arrows",
    )
    line_width: float | None = arg(
        None, "Width of the lines in pixels of a picture 1024 wide", gt=0, le=20
    )
    key: float | None = arg(
        None,
        "Speed of the arrow that is drawn in a corner as a key, 0 for none; default: a round speed"
        " on pages (--label, --colorbar), else none",
        ge=0,
    )

    @property
    def kind(self) -> VectorStyle:
        """What is drawn."""
        return "streamlines" if self.streamlines else self.style or "arrows"

    def conflicts(self) -> Iterator[Conflict]:
        """Two kinds of drawing, and what only arrows have."""
        yield from super().conflicts()
        yield (
            self.streamlines and self.style not in (None, "streamlines"),
            f"give either streamlines or style {self.style}",
        )
        yield self.scale is not None and self.scale <= 0, "scale is a speed above 0"
        for name in ("scale", "key"):
            yield self.is_given(name) and self.kind != "arrows", f"{name} is for arrows"


class VectorInputArgs(WindArgs, PictureArgs, CheckedArgs):
    """Where the two parts come from."""

    relative_to: Literal["auto", "earth", "grid"] = arg(
        "auto",
        "What the parts are along: true east and north, or x and y of the grid; auto takes what"
        " the file says (GRIB's flag, CF's x_wind)",
    )

    def ways_in(self) -> tuple[bool, ...]:
        """Files of one part each are a third way."""
        return *super().ways_in(), self.u is not None or self.v is not None


class VectorArgs(
    VectorInputArgs, FileArgs, BackgroundArgs, VectorLookArgs, BarArgs, LabelArgs, MapArgs
):
    """Draw wind or currents as arrows, wind barbs or streamlines.

    The two parts are found by themselves where a file has one pair of them (u and v, 10u and
    10v, eastward_ and northward_ names); --level and --time choose among several, --uvar and
    --vvar name them. Parts along a model's own grid are turned to true east and north.

    Arrows lie evenly on the picture, whatever the grid. Their direction is that of true east
    and north on the map, their length the speed: an arrow as long as the map is wide stands
    for --scale, and by default nearly all are shorter than the space between them. Barbs are
    converted to knots; their feathers lie clockwise of the shaft in the north and anticlockwise
    in the south. Plain, the picture is transparent between the lines of the map: a layer.
    """

    units: str | None = arg(
        None,
        "Unit of speeds instead of the data's, such as kt, km h-1 or mph; where the data have no"
        " unit, the one that they are in",
    )

    def conflicts(self) -> Iterator[Conflict]:
        """What goes with a field of one variable only."""
        yield from super().conflicts()
        speed = self.background == "speed"
        for name in ("background_level", "background_units"):
            yield speed and self.is_given(name), f"{name} is for another variable than speed"


VECTOR = Command(
    "visualize",
    "vector",
    VectorArgs,
    run="zyra.visualize.vector:run",
    examples=(
        Example(
            "Wind at 10 m over its speed, with a key and a colour bar",
            {
                "input": "gfs_2p5deg_f120_all_fields.grib2",
                "output": "wind.png",
                "level": "10 m above ground",
                "background": "speed",
                "colorbar": True,
            },
        ),
        Example(
            "Wind barbs of a regional model on its own grid",
            {
                "input": "nam_awp211.grib2",
                "output": "barbs.png",
                "level": "500 hPa",
                "style": "barbs",
                "projection": "native",
                "label": "Wind at 500 hPa",
            },
        ),
        Example(
            "Streamlines over the pressure at sea level, seen from above the Atlantic",
            {
                "input": "gfs_2p5deg_f120_all_fields.grib2",
                "output": "flow.png",
                "level": "10 m above ground",
                "style": "streamlines",
                "background": "prmsl",
                "background_units": "hPa",
                "projection": "Orthographic",
                "center": [-40, 30],
                "colorbar": True,
            },
        ),
    ),
)
