"""Arguments that choose the map: its size, part of the Earth, projection and what lies on it."""

from collections.abc import Iterator, Mapping
from typing import ClassVar, Literal

from zyra.core.arguments import arg
from zyra.core.fitting_args import Conflict
from zyra.core.kinds import InputFile, InputSource
from zyra.visualize.commands.checked_args import CheckedArgs

MAX_SIDE = 16384
MAX_PIXELS = 1 << 27

# Spelled as cartopy spells them; `native` is the coordinate system of the data.
ProjectionName = Literal[
    "PlateCarree",
    "Mercator",
    "Robinson",
    "LambertConformal",
    "NorthPolarStereo",
    "SouthPolarStereo",
    "Orthographic",
    "native",
]

# Projections whose middle can be moved north and south.
WITH_LATITUDE = ("Orthographic", "LambertConformal")


class CanvasArgs(CheckedArgs):
    """The size of a picture."""

    width: int = arg(1024, "Width of the picture in pixels", ge=1, le=MAX_SIDE)
    height: int = arg(512, "Height of the picture in pixels", ge=1, le=MAX_SIDE)
    dpi: int = arg(96, "Pixels per inch; text and lines grow with it", ge=10, le=1200)

    def conflicts(self) -> Iterator[Conflict]:
        """More pixels than a machine has memory for."""
        yield from super().conflicts()
        pixels = self.width * self.height
        yield pixels > MAX_PIXELS, f"{self.width} x {self.height} is more than {MAX_PIXELS} pixels"


class MapArgs(CanvasArgs):
    """Which part of the Earth is shown, how it is laid flat, and what is drawn over the data."""

    effective_with: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "tile_source": ("map_type",),
        "tile_zoom": ("map_type",),
    }

    extent: list[float] | None = arg(
        None, "West, east, south and north edge of the map in degrees; default: where the data are"
    )
    projection: ProjectionName = arg(
        "PlateCarree",
        "How the Earth is laid flat; native is the data's own grid. PlateCarree and Mercator are"
        " stretched to fill the picture, unless it is a page; all others keep their shape and show"
        " more than the extent where it does not fit",
    )
    center: list[float] | None = arg(
        None,
        "Longitude in the middle of the map, and for Orthographic and LambertConformal also the"
        " latitude, in degrees; default: the middle of the extent",
    )
    parallels: list[float] | None = arg(
        None,
        "One or two parallels of LambertConformal that are true to scale, in degrees; default: a"
        " sixth of the extent from its edges",
    )
    reproject: bool = arg(
        False,
        "Draw in longitude and latitude, whatever the input's system; that is what PlateCarree does"
        " anyway, so other projections are refused with it",
    )
    basemap: InputFile | None = arg(
        None, "Picture of the whole Earth (-180 to 180, 90 to -90) to draw under the field"
    )
    map_type: Literal["image", "tile"] = arg(
        "image", "Kind of basemap: a picture, or tiles from --tile-source"
    )
    tile_source: InputSource | None = arg(
        None,
        "Map tiles in Web Mercator, as a URL or path with {z}, {x} and {y} in it; only with"
        " --map-type tile",
    )
    tile_zoom: int = arg(3, "Zoom of the tiles; only with --map-type tile", ge=0, le=22)
    features: str | None = arg(
        None,
        "What to draw, separated by commas: coastline, borders and gridlines over the field, land"
        " and ocean under it; default: all lines",
    )
    no_coastline: bool = arg(False, "Draw no coastlines")
    no_borders: bool = arg(False, "Draw no borders of countries")
    no_gridlines: bool = arg(False, "Draw no lines of longitude and latitude")

    def conflicts(self) -> Iterator[Conflict]:
        """What is wrong with projection and basemap."""
        yield from super().conflicts()
        conic = self.projection == "LambertConformal"
        yield self.parallels is not None and not conic, "parallels is for LambertConformal"
        yield len(self.parallels or [0]) > 2, "parallels are one or two latitudes"
        yield from self._center_conflicts()
        yield (
            self.reproject and self.projection != "PlateCarree",
            f"reproject draws in longitude and latitude, not in {self.projection}",
        )
        tiles = self.map_type == "tile"
        yield (
            tiles and self.tile_source is None,
            (
                "map_type tile needs tile_source, since no map of the internet is built in; or"
                " leave map_type out and give a picture of the Earth as basemap"
            ),
        )
        yield tiles and self.basemap is not None, "give either basemap or map_type tile"

    def _center_conflicts(self) -> Iterator[Conflict]:
        if self.center is None:
            return
        name, turns = self.projection, self.projection in WITH_LATITUDE
        yield name == "native", "native has the middle of its data: leave out center"
        yield len(self.center) not in (1, 2), "center is a longitude, or a longitude and a latitude"
        yield (
            len(self.center) == 2 and not turns,
            f"the center of {name} is a longitude alone: leave out the latitude",
        )
        on_earth = all(abs(lon) <= 360 for lon in self.center[:1]) and all(
            abs(lat) <= 90 for lat in self.center[1:]
        )
        yield not on_earth, "center is not on the Earth"
