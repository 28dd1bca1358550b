"""Declaration of `visualize sos`."""

from zyra.core.arguments import arg
from zyra.core.command import Command, Example
from zyra.core.kinds import InputFile
from zyra.visualize.commands.colour_args import ColourArgs
from zyra.visualize.commands.field_args import FieldArgs
from zyra.visualize.commands.map_args import MAX_SIDE, CanvasArgs
from zyra.visualize.commands.picture_args import PictureArgs


class FrameArgs(CanvasArgs):
    """A picture of the whole Earth, twice as wide as high."""

    width: int = arg(4096, "Width of the picture in pixels", ge=1, le=MAX_SIDE)
    height: int = arg(2048, "Height of the picture in pixels", ge=1, le=MAX_SIDE)
    extent: list[float] | None = arg(
        None,
        "West, east, south and north edge of what is drawn, in degrees; the rest of the Earth stays"
        " transparent, or the basemap's. What an array without coordinates covers",
    )
    basemap: InputFile | None = arg(
        None, "Picture of the whole Earth (-180 to 180, 90 to -90) to draw under the field"
    )
    features: str | None = arg(
        None,
        "What to draw, separated by commas: coastline, borders and gridlines over the field, land"
        " and ocean under it; default: none",
    )
    flip: bool = arg(
        False,
        "Turn the data upside down, for files whose rows run the wrong way; without it north is"
        " at the top, as coordinates say, and arrays without them begin in the north",
    )


class SosArgs(PictureArgs, FieldArgs, FrameArgs, ColourArgs):
    """Draw frames for Science On a Sphere.

    Each is a map of the whole Earth in longitude and latitude from edge to edge, Greenwich in
    its middle, without margins, lines or text: what the sphere takes, for a still or for an
    animation. Frames of several --inputs share one range of colours. They are named after their
    inputs, or numbered where the sphere, which plays files by name, would mix up their order.
    """


SOS = Command(
    "visualize",
    "sos",
    SosArgs,
    run="zyra.visualize.sos:run",
    examples=(
        Example(
            "Precipitable water around the Earth",
            {
                "input": "gfs_2p5deg_f120_all_fields.grib2",
                "output": "water.png",
                "var": "pwat",
                "cmap": "YlGnBu",
                "vmin": 0,
                "vmax": 70,
            },
        ),
        Example(
            "Radar echoes over plain land and sea, north America only",
            {
                "input": "mrms_merged_reflectivity.grib2",
                "output": "radar.png",
                "cmap": "NWSReflectivity",
                "features": "land,ocean",
                "extent": [-130, -60, 20, 55],
            },
        ),
    ),
)
