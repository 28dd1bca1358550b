"""Declaration of `visualize interactive`."""

import re
from collections.abc import Iterator
from typing import Literal

from zyra.core.arguments import arg
from zyra.core.command import Command, Example
from zyra.core.fitting_args import Conflict
from zyra.core.kinds import InputSource, OutputFile
from zyra.visualize.commands.checked_args import CheckedArgs
from zyra.visualize.commands.colour_args import ColourArgs
from zyra.visualize.commands.field_args import SeveralFieldsArgs
from zyra.visualize.commands.page_args import LabelArgs
from zyra.visualize.commands.wind_args import WindArgs

PUBLISHED_TILES = "OpenStreetMap"
USUAL_ZOOM = 3
# Nothing in the server's name may mean more in the page's policy than a name.
TILE_URL = re.compile(r"https?://(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(?::\d+)?/[^\s\\]*")
OF_VECTORS = ("uvar", "vvar", "u", "v", "density", "scale", "color", "streamlines")
OF_FIELDS = (
    *("xarray_engine", "crs", "band", "level", "time", "forecast_hour", "member", "message"),
    "average",
)


class MapPageArgs(CheckedArgs):
    """The page's map: which kind, how large, and what it shows of the Earth."""

    engine: Literal["plotly", "folium"] = arg(
        "plotly",
        "Kind of map: plotly is a plain map in longitude and latitude, zoomed freely; folium is a"
        " web map in Mercator, zoomed in its whole steps, for which there are tiles. Both are our"
        " own: neither library is needed or loaded",
    )
    tiles: str = arg(
        PUBLISHED_TILES,
        "Map tiles under the field with engine folium, as a URL with {z}, {x} and {y} in it, that"
        " whoever opens the page then loads. A name such as the default loads nothing: the page"
        " has its own coasts and works without a network",
    )
    tiles_credit: str | None = arg(None, "Whom the tiles are from, as their licence asks for")
    zoom: int = arg(
        USUAL_ZOOM,
        "Zoom at which a map of engine folium opens, around the middle of the extent; a plain map"
        " shows all of it",
        ge=0,
        le=18,
    )
    extent: list[float] | None = arg(
        None,
        "West, east, south and north edge in degrees of the part that the page holds, which keeps"
        " it small, and shows at first; default: all of it",
    )
    width: int = arg(1024, "Width of the map in pixels, where the window has them", ge=64, le=16384)
    height: int = arg(512, "Height of the map in pixels", ge=64, le=16384)
    features: str | None = arg(
        None,
        "What to draw, separated by commas: coastline, borders, gridlines, and land and ocean"
        " under the data; default: all lines, for points also land and ocean",
    )

    def conflicts(self) -> Iterator[Conflict]:
        """Tiles and zoom on a plain map, or tiles by a name."""
        yield from super().conflicts()
        plain = self.engine == "plotly"
        yield plain and self.zoom != USUAL_ZOOM, "zoom is for engine folium"
        if self.tiles == PUBLISHED_TILES:
            yield self.tiles_credit is not None, "tiles_credit is for tiles from a URL"
            return
        yield plain, "tiles are for engine folium"
        is_url = TILE_URL.fullmatch(self.tiles) is not None
        has_places = all(place in self.tiles for place in ("{z}", "{x}", "{y}"))
        yield (
            not (is_url and has_places),
            (
                "tiles is the URL of a tile server with {z}, {x} and {y} in it, such as"
                " https://tiles.example/{z}/{x}/{y}.png"
            ),
        )


class InteractiveArgs(MapPageArgs, SeveralFieldsArgs, WindArgs, ColourArgs, LabelArgs):
    """Make a web page with a map to move about in: one file that works without a network.

    The page holds the values, the coasts and the script that draws them; it loads nothing and
    sends nothing. It is moved with mouse, touch and keys, tells the value under the pointer,
    and follows the browser's dark or light mode.
    Several levels, times or members of the variable become sliders; choose fewer of them, a
    smaller --extent, or --average where a page would be too large.
    Mode vector draws arrows over the speed of a wind (--uvar and --vvar; pairs are found by
    their names). Mode points draws the rows of a table with columns lon, lat and a value.
    """

    input: InputSource | None = arg(
        None, "File of fields, or table of points; a URL of one, or - for stdin", flags=("-i",)
    )
    output: OutputFile = arg(..., "HTML to write, or - for stdout", flags=("-o",))
    mode: Literal["heatmap", "vector", "points"] = arg("heatmap", "What is drawn")
    colorbar: bool = arg(False, "Add the bar of the colours")
    average: int = arg(
        1, "Hold means of blocks of so many rows and columns of the grid", ge=1, le=1000
    )
    density: float = arg(0.2, "Arrows in relation to as many as fit, above 0 to 1", gt=0, le=1)
    scale: float = arg(1.0, "Length of the arrows in relation to the usual", gt=0, le=100)
    color: str = arg("#333333", "Colour of arrows and streamlines: #rrggbb, #rrggbbaa or a name")
    streamlines: bool = arg(False, "Draw streamlines instead of arrows")

    def conflicts(self) -> Iterator[Conflict]:
        """Inputs, and what is for another mode."""
        yield from super().conflicts()
        ending = self.output.rpartition("/")[2].rpartition(".")[2].lower()
        is_named = "." in self.output.rpartition("/")[2][1:]
        yield is_named and ending not in ("html", "htm"), "pages are written as .html"
        of_parts = self.u is not None
        yield (self.input is None) != of_parts, "give either input, or u and v"
        fields = type(self).model_fields
        for name in OF_VECTORS:
            changed = getattr(self, name) != fields[name].default
            yield changed and self.mode != "vector", f"{name} is for mode vector"
        yield self.mode == "vector" and self.var is not None, "var is for the other modes: uvar"
        for name in OF_FIELDS:
            changed = getattr(self, name) != fields[name].default
            yield changed and self.mode == "points", f"{name} is for fields, not for points"


INTERACTIVE = Command(
    "visualize",
    "interactive",
    InteractiveArgs,
    run="zyra.visualize.interactive:run",
    examples=(
        Example(
            "Temperature of a global model, in colours that suit it",
            {
                "input": "gfs_2p5deg_f120_all_fields.grib2",
                "output": "t2m.html",
                "var": "t2m",
                "units": "degC",
                "cmap": "auto",
                "colorbar": True,
            },
        ),
        Example(
            "All its levels, with a slider",
            {
                "input": "eraint_uvz.nc",
                "output": "z.html",
                "var": "z",
                "cmap": "viridis",
                "colorbar": True,
            },
        ),
        Example(
            "Wind as arrows on a web map of Europe",
            {
                "input": "gfs_2p5deg_f120_all_fields.grib2",
                "output": "wind.html",
                "mode": "vector",
                "engine": "folium",
                "uvar": "u",
                "vvar": "v",
                "level": "850 hPa",
                "extent": [-30, 45, 30, 72],
                "cmap": "speed",
                "colorbar": True,
            },
        ),
        Example(
            "Places with a value each, from a table",
            {
                "input": "places.csv",
                "output": "places.html",
                "mode": "points",
                "units": "K",
                "cmap": "RdYlBu_r",
                "label": "Temperature near some cities",
                "colorbar": True,
            },
        ),
    ),
)
