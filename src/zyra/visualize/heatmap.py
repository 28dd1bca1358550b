"""Draw one variable as a coloured map."""

import json
from pathlib import Path, PurePosixPath

import numpy as np
from PIL import Image

from zyra import __version__
from zyra.core.errors import UsageError
from zyra.core.inputs import existing_file
from zyra.core.job import Job
from zyra.core.outputs import open_output
from zyra.fields.field import Field
from zyra.fields.selection import selection_from
from zyra.transfer.sources import local_copy
from zyra.visualize.basemap import basemap_for, read_basemap
from zyra.visualize.colour_bar import ColourBar, legend
from zyra.visualize.commands.heatmap import HeatmapArgs
from zyra.visualize.extent import WORLD, extent_from, extent_of
from zyra.visualize.field_source import read_field
from zyra.visualize.graticule import graticule_labels
from zyra.visualize.layout import laid_out, unit_of
from zyra.visualize.luma import as_on_maps, colour_scale, encoded
from zyra.visualize.map_features import FEATURES, chosen_features
from zyra.visualize.page import Page, stamped
from zyra.visualize.palette_files import read_palette
from zyra.visualize.palettes import Colours, Palette, named_palette
from zyra.visualize.picture import Painter, Picture
from zyra.visualize.png import Pixels, write_png
from zyra.visualize.projection import MapView
from zyra.visualize.scale import Scale, finite_range, scale_of
from zyra.visualize.text import field_time, field_title


def run(args: HeatmapArgs, job: Job) -> None:
    """Draw each input to its output, and the colour bar alone where it is asked for.

    Raises:
        UsageError: The arguments do not fit together, or not with the data.
        DataError: An input cannot be read or has no values.
    """
    if args.map_type == "tile":
        raise UsageError(
            "map tiles are not available: pictures are drawn without the internet",
            hint="leave out map_type, and give a picture of the Earth as basemap",
        )
    artist = Artist(args, job)
    pairs = sources_and_targets(args)
    for number, (source, target) in enumerate(pairs):
        job.progress(number / len(pairs), f"drawing {source}")
        artist.draw(source, target)
    job.progress(1.0)


def sources_and_targets(args: HeatmapArgs) -> list[tuple[str, str]]:
    """Each input with where its picture goes.

    Raises:
        UsageError: Two pictures would have the same name.
    """
    if args.input is not None and args.output is not None:
        return [(args.input, args.output)]
    sources, folder = args.inputs or [], args.output_dir or "."
    names = args.output_names or [f"{PurePosixPath(source).stem}.png" for source in sources]
    double = next((name for name in names if names.count(name) > 1), None)
    if double is not None:
        raise UsageError(f"two pictures would be named {double}", hint="give output_names")
    return [(source, str(Path(folder) / name)) for source, name in zip(sources, names, strict=True)]


class Artist:
    """Draws the inputs of one run; keeps what they share.

    Raises:
        UsageError: The arguments ask for what there is not.
        DataError: The palette or the basemap cannot be read.
    """

    def __init__(self, args: HeatmapArgs, job: Job) -> None:
        self.args = args
        self.job = job
        without = {name for name in FEATURES if getattr(args, f"no_{name}")}
        self.features = chosen_features(args.features, without)
        self.palette = self._read_palette()
        self.selection = selection_from(args, variable=args.var)
        self.unit = unit_of(args.width, args.height, args.dpi)
        self.basemap = None if args.basemap is None else read_basemap(existing_file(args.basemap))
        self._painters: dict[MapView, Painter] = {}
        self._legend: Scale | None = None

    def _read_palette(self) -> Palette:
        if self.args.cmap_file is None:
            return named_palette(self.args.cmap)
        with local_copy(self.args.cmap_file, self.job) as path:
            return read_palette(path)

    def draw(self, source: str, target: str) -> None:
        """Draw one input."""
        field = self._read(source)
        if self.args.data_encoded:
            self._write_encoded(field, target)
        else:
            self._write_picture(field, target)
        self.job.tell(f"wrote {target}", detail=True)

    def _read(self, source: str) -> Field:
        args = self.args
        extent = WORLD if args.extent is None else extent_from(args.extent)
        with local_copy(source, self.job) as path:
            return read_field(
                path,
                self.selection,
                band=args.band,
                engine=args.xarray_engine,
                crs=args.crs,
                array_extent=extent,
            )

    def _write_picture(self, field: Field, target: str) -> None:
        args = self.args
        scale = scale_of(field.values, self.palette, args.vmin, args.vmax)
        bar = self._bar(field, scale)
        if args.colorbar or args.label is not None:
            pixels: Pixels = np.asarray(self._page(field, scale, bar if args.colorbar else None))
            self._write(field, target, pixels)
        elif args.timestamp is not None or self.basemap is not None:
            self._write(
                field, target, np.asarray(self._finished_map(field, scale, self._view(field)))
            )
        else:
            picture = self._picture(field, scale, self._view(field))
            self._write(field, target, picture.levels, picture.colours)
        if args.legend_file is not None:
            self._write_legend(args.legend_file, field, bar)

    def _view(self, field: Field, width: int | None = None, height: int | None = None) -> MapView:
        given = self.args.extent
        extent = extent_of(field.grid) if given is None else extent_from(given)
        return MapView.over(extent, width or self.args.width, height or self.args.height)

    def _picture(self, field: Field, scale: Scale, view: MapView) -> Picture:
        painter = self._painters.get(view)
        if painter is None:
            painter = Painter(view, self.features, self.unit, self.args.interpolation)
            self._painters[view] = painter
        if painter.places(field.grid).is_outside:
            raise UsageError(
                f"the extent {edges_text(view)} shows nothing of {field.variable}",
                hint=f"its grid covers {edges_text(MapView.over(extent_of(field.grid), 1, 1))}",
            )
        return painter.draw(field.values, field.grid, scale)

    def _finished_map(self, field: Field, scale: Scale, view: MapView) -> Image.Image:
        """The map with what lies under it and on it, RGBA."""
        drawn = Image.fromarray(self._picture(field, scale, view).rgba())
        if self.basemap is not None:
            drawn = Image.alpha_composite(basemap_for(self.basemap, view), drawn)
        if self.args.timestamp is not None:
            stamp = self._timestamp(field, self.args.timestamp)
            drawn = stamped(drawn, stamp, self.args.timestamp_loc, self.unit)
        return drawn

    def _timestamp(self, field: Field, asked: str) -> str:
        if asked != "auto":
            return asked
        known = field_time(field)
        if not known:
            raise UsageError("the field has no valid time", hint="give the text as timestamp")
        return known

    def _page(self, field: Field, scale: Scale, bar: ColourBar | None) -> Image.Image:
        args = self.args
        degrees = "gridlines" in self.features
        full = self._view(field)
        aspect = (full.east - full.west) / (full.north - full.south)
        layout = laid_out(args.width, args.height, aspect, bar, unit=self.unit, degrees=degrees)
        view = self._view(field, layout.map.width, layout.map.height)
        note = field_time(field) if args.timestamp is None else ""
        return Page(
            layout=layout,
            title=args.label if args.label is not None else field_title(field),
            note=f"valid {note}" if note else "",
            bar=bar,
            degrees=graticule_labels(view) if degrees else (),
        ).drawn_around(self._finished_map(field, scale, view))

    def _bar(self, field: Field, scale: Scale) -> ColourBar:
        low, high = finite_range(field.values)
        return ColourBar(
            scale,
            self._units(field),
            self.args.legend_orientation,
            self.unit,
            below=scale.is_affine and low < scale.low,
            above=scale.is_affine and high > scale.high,
        )

    def _units(self, field: Field) -> str:
        return field.units if self.args.units is None else self.args.units

    def _write_legend(self, target: str, field: Field, bar: ColourBar) -> None:
        if self._legend not in (None, bar.scale):
            raise UsageError(
                "the pictures have different colour ranges, which one legend cannot show",
                hint="give vmin and vmax",
            )
        if self._legend is None:
            self._legend = bar.scale
            self._write(field, target, np.asarray(legend(bar)))

    def _write_encoded(self, field: Field, target: str) -> None:
        args = self.args
        low, high = args.vmin or 0.0, args.vmax or 0.0
        self._write(field, target, encoded(as_on_maps(field.values, field.grid), low, high))
        scale = Scale(low, high, self.palette)
        if args.color_scale_file is not None:
            written = json.dumps(colour_scale(scale, self._units(field)))
            with open_output(args.color_scale_file, self.job) as stream:
                stream.write(written.encode() + b"\n")
        if args.legend_file is not None:
            self._write_legend(args.legend_file, field, self._bar(field, scale))

    def _write(
        self, field: Field, target: str, pixels: Pixels, colours: Colours | None = None
    ) -> None:
        metadata = {
            "Title": field_title(field) if self.args.label is None else self.args.label,
            "Units": self._units(field),
            "Time": field_time(field),
            "Software": f"Zyra {__version__}",
        }
        known = {keyword: text for keyword, text in metadata.items() if text}
        with open_output(target, self.job) as stream:
            write_png(stream, pixels, colours, metadata=known, dpi=self.args.dpi)


def edges_text(view: MapView) -> str:
    """West, east, south and north edge, for messages."""
    return f"{view.west:g} {view.east:g} {view.south:g} {view.north:g}"
