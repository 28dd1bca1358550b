"""Declaration of `visualize heatmap`."""

from collections.abc import Iterator
from typing import Literal

from zyra.core.arguments import arg
from zyra.core.command import Command, Example
from zyra.core.fitting_args import Conflict
from zyra.core.kinds import OutputFile
from zyra.visualize.commands.colour_args import ColourArgs
from zyra.visualize.commands.field_args import FieldArgs
from zyra.visualize.commands.map_args import MapArgs
from zyra.visualize.commands.page_args import BarArgs, LabelArgs
from zyra.visualize.commands.picture_args import PictureArgs

# What data_encoded has no use for.
OF_A_MAP = (
    *("width", "height", "extent", "projection", "center", "basemap", "map_type"),
    *("features", "interpolation", "colorbar", "label", "timestamp"),
)


class EncodingArgs(ColourArgs):
    """How values between grid points are found, or that they are written as they are."""

    interpolation: Literal["auto", "linear", "nearest"] = arg(
        "auto",
        "nearest shows the grid's cells, linear blends between them, auto also averages the cells"
        " in a pixel; directions are never blended, so auto is nearest for them",
    )
    data_encoded: bool = arg(
        False,
        "Write the values as 8-bit grey on the data's own grid instead of a picture: 0 is vmin or"
        " missing, 255 is vmax; needs both",
    )
    color_scale_file: OutputFile | None = arg(
        None, "JSON to write beside --data-encoded: colour stops, vmin, vmax, units"
    )

    def conflicts(self) -> Iterator[Conflict]:
        """What is wrong with data_encoded."""
        yield from super().conflicts()
        if not self.data_encoded:
            yield self.color_scale_file is not None, "color_scale_file is for data_encoded"
            return
        drawn = [name for name in OF_A_MAP if self.is_given(name)]
        yield self.vmin is None or self.vmax is None, "data_encoded needs vmin and vmax"
        yield (
            bool(drawn),
            f"data_encoded writes values on their own grid, no map: leave out {', '.join(drawn)}",
        )


class HeatmapArgs(PictureArgs, FieldArgs, EncodingArgs, BarArgs, LabelArgs, MapArgs):
    """Draw one variable as a coloured map.

    Plain, the map fills the picture from edge to edge, stretched to the extent asked for, and
    is transparent where there is no data: a texture for a globe, or a layer. With --colorbar
    or --label it becomes a page with title, time and degrees, and the map gets the proportions
    that are true at its middle latitude.
    Fields on any grid are drawn in longitude and latitude, or in the --projection asked for.
    """


HEATMAP = Command(
    "visualize",
    "heatmap",
    HeatmapArgs,
    run="zyra.visualize.heatmap:run",
    examples=(
        Example(
            "Temperature at 500 hPa with a colour bar",
            {
                "input": "era5_levels_members.grib1",
                "output": "temperature.png",
                "var": "t",
                "level": "500",
                "member": 0,
                "time": "2017-01-01T00:00",
                "cmap": "RdYlBu_r",
                "colorbar": True,
            },
        ),
        Example(
            "The globe as it is seen from above North America, in colours that suit the quantity",
            {
                "input": "gfs_2p5deg_f120_all_fields.grib2",
                "output": "pressure.png",
                "var": "prmsl",
                "units": "hPa",
                "cmap": "auto",
                "projection": "Orthographic",
                "center": [-100, 40],
                "colorbar": True,
            },
        ),
        Example(
            "A regional model on its own grid",
            {
                "input": "hrrr_t06z_f01_tmp.grib2",
                "output": "hrrr.png",
                "projection": "native",
                "cmap": "auto",
                "units": "degF",
                "colorbar": True,
            },
        ),
    ),
)
