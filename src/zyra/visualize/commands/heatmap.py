"""Declaration of `visualize heatmap`."""

from collections.abc import Iterable
from typing import Literal, Self

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from zyra.core.arguments import arg
from zyra.core.command import Command, Example
from zyra.core.kinds import InputFile, InputSource, OutputDir, OutputFile
from zyra.fields.selection_args import SelectionArgs

MAX_SIDE = 16384
MAX_PIXELS = 1 << 27
# What data_encoded has no use for.
OF_A_MAP = (
    *("width", "height", "extent", "basemap", "features", "interpolation"),
    *("colorbar", "label", "timestamp"),
)
# Arguments that change nothing unless one of the others is given.
EFFECTIVE_WITH = {
    "legend_orientation": ("colorbar", "legend_file"),
    "timestamp_loc": ("timestamp",),
    "tile_source": ("map_type",),
    "tile_zoom": ("map_type",),
}

NOT_IN_NAMES = frozenset("/\\")

# Whether something is wrong, and what.
Conflict = tuple[bool, str]


class HeatmapArgs(SelectionArgs):
    """Draw one variable as a coloured map.

    Plain, the map fills the picture from edge to edge, stretched to the extent asked for, and
    is transparent where there is no data: a texture for a globe, or a layer. With --colorbar
    or --label it becomes a page with title, time and degrees, and the map gets the proportions
    that are true at its middle latitude.
    Fields on any grid are drawn in longitude and latitude.
    """

    input: InputSource | None = arg(
        None, "NetCDF, GRIB, GeoTIFF or .npy file, a URL of one, or - for stdin", flags=("-i",)
    )
    var: str | None = arg(
        None, "Variable to draw; not needed if the file has one", also=("variable",)
    )
    band: int = arg(1, "Band of a GeoTIFF, counted from 1", ge=1)
    basemap: InputFile | None = arg(
        None, "Picture of the whole Earth (-180 to 180, 90 to -90) to draw under the field"
    )
    extent: list[float] | None = arg(
        None, "West, east, south and north edge of the map in degrees; default: where the data are"
    )
    output: OutputFile | None = arg(None, "PNG to write (.png), or - for stdout", flags=("-o",))
    inputs: list[InputSource] | None = arg(None, "Several files, drawn alike one after the other")
    output_dir: OutputDir | None = arg(None, "Folder for the pictures of --inputs")
    output_names: list[str] | None = arg(
        None, "File names for the pictures of --inputs, one each; default: the input's with .png"
    )
    width: int = arg(1024, "Width of the picture in pixels", ge=1, le=MAX_SIDE)
    height: int = arg(512, "Height of the picture in pixels", ge=1, le=MAX_SIDE)
    dpi: int = arg(96, "Pixels per inch; text and lines grow with it", ge=10, le=1200)
    cmap: str = arg(
        "YlOrBr",
        "Colours by name: viridis, turbo, RdBu, thermal, NWSReflectivity, ... (docs/palettes.md"
        " shows all); _r reverses",
    )
    cmap_file: InputSource | None = arg(
        None, "Palette file instead of a name: JSON (continuous or classified), CPT or colours"
    )
    legend_file: OutputFile | None = arg(None, "PNG to write the colour bar alone to, transparent")
    legend_orientation: Literal["horizontal", "vertical"] = arg(
        "horizontal", "How the colour bar lies, on the page and in --legend-file"
    )
    vmin: float | None = arg(
        None, "Value of the first colour; default: the lowest inside the extent"
    )
    vmax: float | None = arg(
        None, "Value of the last colour; default: the highest inside the extent"
    )
    data_encoded: bool = arg(
        False,
        "Write the values as 8-bit grey on the data's own grid instead of a picture: 0 is vmin or"
        " missing, 255 is vmax; needs both",
    )
    color_scale_file: OutputFile | None = arg(
        None, "JSON to write beside --data-encoded: colour stops, vmin, vmax, units"
    )
    colorbar: bool = arg(False, "Add a colour bar, title, time and degrees around the map")
    label: str | None = arg(None, "Title instead of the variable's name and level")
    units: str | None = arg(
        None,
        "Unit to draw and write instead of the data's, such as hPa, degC, km, kt, mm or %: values"
        " are converted, --vmin, --vmax and palettes are in it; where the data have no unit it is"
        " written only",
    )
    features: str | None = arg(
        None, "What to draw of coastline,borders,gridlines, separated by commas; default: all"
    )
    xarray_engine: str | None = arg(
        None, "Refuse the input unless this engine would read it: netcdf4, h5netcdf, cfgrib, ..."
    )
    map_type: Literal["image", "tile"] = arg("image", "Kind of basemap; tile is not available yet")
    tile_source: str | None = arg(None, "Tile server; only with --map-type tile")
    tile_zoom: int = arg(3, "Zoom of the tiles; only with --map-type tile", ge=0, le=22)
    timestamp: str | None = arg(
        None, "Text to write on the map, or auto for the valid time", max_length=200
    )
    crs: str | None = arg(None, "Coordinate system of the input, overriding its own: EPSG:3857")
    reproject: bool = arg(
        False, "Draw in longitude and latitude; that is always done, whatever the input's system"
    )
    timestamp_loc: Literal["upper_left", "upper_right", "lower_left", "lower_right"] = arg(
        "lower_right", "Corner of the map for --timestamp"
    )
    no_coastline: bool = arg(False, "Draw no coastlines")
    no_borders: bool = arg(False, "Draw no borders of countries")
    no_gridlines: bool = arg(False, "Draw no lines of longitude and latitude")
    interpolation: Literal["auto", "linear", "nearest"] = arg(
        "auto",
        "nearest shows the grid's cells, linear blends between them, auto also averages the cells"
        " in a pixel; directions are never blended, so auto is nearest for them",
    )

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        problems = [
            message
            for wrong, message in (*self._files(), *self._encoding(), *self._without_effect())
            if wrong
        ]
        if problems:
            raise PydanticCustomError(
                "arguments_conflict", "{problems}", {"problems": "; ".join(problems)}
            )
        return self

    def _files(self) -> Iterable[Conflict]:
        """What is wrong with inputs and outputs."""
        several, names = self.inputs is not None, self.output_names
        yield (self.input is None) != several, "give either input or inputs"
        yield self.input is not None and self.output is None, "output is missing"
        yield several and self.output is not None, "output is for one input"
        for name in (self.output, self.legend_file, *(names or ())):
            ending = _ending(name or "")
            yield (
                ending.lower() not in ("", ".png"),
                f"pictures are written as PNG: {name} cannot end in {ending}",
            )
        yield several and self.output_dir is None, "output_dir is missing"
        yield not several and self.output_dir is not None, "output_dir is for inputs"
        yield not several and names is not None, "output_names is for inputs"
        if names is not None and self.inputs is not None:
            yield len(names) != len(self.inputs), "output_names needs one name for each of inputs"
            for name in names:
                is_path = name in ("", ".", "..") or not NOT_IN_NAMES.isdisjoint(name)
                yield is_path, f"output_names has {name!r}, which is not a plain file name"
        pixels = self.width * self.height
        yield pixels > MAX_PIXELS, f"{self.width} x {self.height} is more than {MAX_PIXELS} pixels"

    def _encoding(self) -> Iterable[Conflict]:
        """What is wrong with data_encoded."""
        if not self.data_encoded:
            yield self.color_scale_file is not None, "color_scale_file is for data_encoded"
            return
        drawn = [name for name in OF_A_MAP if self._is_given(name)]
        yield self.vmin is None or self.vmax is None, "data_encoded needs vmin and vmax"
        yield (
            bool(drawn),
            f"data_encoded writes values on their own grid, no map: leave out {', '.join(drawn)}",
        )

    def _without_effect(self) -> Iterable[Conflict]:
        """Arguments that would change nothing."""
        defaults = type(self).model_fields
        for name, needed in EFFECTIVE_WITH.items():
            changed = getattr(self, name) != defaults[name].default
            useful = any(getattr(self, other) not in (None, False, "image") for other in needed)
            yield changed and not useful, f"{name} has an effect only with {' or '.join(needed)}"
        both = self.cmap_file is not None and self._is_given("cmap")
        yield both, "give either cmap or cmap_file"

    def _is_given(self, name: str) -> bool:
        return name in self.model_fields_set and getattr(self, name) not in (None, False)


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
    ),
    network=True,
)


def _ending(name: str) -> str:
    """The suffix of a file name, with its dot; empty where there is none."""
    last = name.rpartition("/")[2]
    return last[last.rfind(".") :] if "." in last[1:] else ""
