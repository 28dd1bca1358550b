"""Draw one variable as a coloured map."""

import json
from pathlib import Path, PurePosixPath

import numpy as np

from zyra import __version__
from zyra.core.errors import UsageError
from zyra.core.inputs import existing_file
from zyra.core.job import Job
from zyra.core.outputs import open_output
from zyra.fields.field import Field
from zyra.fields.selection import selection_from
from zyra.transfer.sources import local_copy
from zyra.visualize.artist import Artist, Style
from zyra.visualize.basemap import read_basemap
from zyra.visualize.colour_bar import ColourBar, legend
from zyra.visualize.commands.heatmap import HeatmapArgs
from zyra.visualize.extent import WORLD, extent_from
from zyra.visualize.field_source import read_field
from zyra.visualize.luma import as_on_maps, colour_scale, encoded
from zyra.visualize.map_features import FEATURES, chosen_features
from zyra.visualize.palette_files import read_palette
from zyra.visualize.palettes import Colours, Palette, named_palette
from zyra.visualize.png import Pixels, write_png
from zyra.visualize.scale import Scale
from zyra.visualize.text import field_time
from zyra.visualize.units import in_units


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
    artist = Artist(style_of(args, job))
    bars = []
    pairs = sources_and_targets(args)
    for number, (source, target) in enumerate(pairs):
        job.progress(number / len(pairs), f"drawing {PurePosixPath(source).name}")
        field = _read(source, args, job)
        draw = _draw_encoded if args.data_encoded else _draw
        bars.append(draw(field, target, artist, job))
        job.tell(f"wrote {target}", detail=True)
    if args.legend_file is not None:
        _write_legend(bars, args.legend_file, artist.style, job)
    if args.color_scale_file is not None:
        _write_colour_scale(bars[0], args.color_scale_file, job)
    job.progress(1.0)


def style_of(args: HeatmapArgs, job: Job) -> Style:
    """The style that the arguments ask for.

    Raises:
        UsageError: They ask for what there is not.
        DataError: The palette or the basemap cannot be read.
    """
    without = {name for name in FEATURES if getattr(args, f"no_{name}")}
    return Style(
        width=args.width,
        height=args.height,
        dpi=args.dpi,
        extent=None if args.extent is None else extent_from(args.extent),
        palette=_palette(args, job),
        vmin=args.vmin,
        vmax=args.vmax,
        features=chosen_features(args.features, without),
        interpolation=args.interpolation,
        basemap=None if args.basemap is None else read_basemap(existing_file(args.basemap)),
        is_page=args.colorbar or args.label is not None,
        has_bar=args.colorbar,
        orientation=args.legend_orientation,
        label=args.label,
        timestamp=args.timestamp,
        timestamp_corner=args.timestamp_loc,
    )


def _palette(args: HeatmapArgs, job: Job) -> Palette:
    if args.cmap_file is None:
        return named_palette(args.cmap)
    with local_copy(args.cmap_file, job) as path:
        return read_palette(path)


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


def _read(source: str, args: HeatmapArgs, job: Job) -> Field:
    with local_copy(source, job) as path:
        field = read_field(
            path,
            selection_from(args, variable=args.var),
            band=args.band,
            engine=args.xarray_engine,
            crs=args.crs,
            array_extent=WORLD if args.extent is None else extent_from(args.extent),
        )
    return field if args.units is None else in_units(field, args.units)


def _draw(field: Field, target: str, artist: Artist, job: Job) -> ColourBar:
    drawing = artist.draw(field)
    _write(field, drawing.pixels, target, artist.style, job, colours=drawing.colours)
    return drawing.bar


def _draw_encoded(field: Field, target: str, artist: Artist, job: Job) -> ColourBar:
    style = artist.style
    # The declaration has made sure that both ends are given.
    scale = Scale(style.vmin or 0.0, style.vmax or 0.0, style.palette)
    grey = encoded(as_on_maps(field.values, field.grid), scale.low, scale.high)
    _write(field, grey, target, style, job)
    return style.bar_of(field, field.values, scale)


def _write(
    field: Field,
    pixels: Pixels,
    target: str,
    style: Style,
    job: Job,
    *,
    colours: Colours | None = None,
) -> None:
    texts = {
        "Title": style.title_of(field),
        "Units": field.units,
        "Time": field_time(field),
        "Software": f"Zyra {__version__}",
    }
    known = {keyword: text for keyword, text in texts.items() if text}
    with open_output(target, job) as stream:
        write_png(stream, pixels, colours, metadata=known, dpi=style.dpi)


def _write_legend(bars: list[ColourBar], target: str, style: Style, job: Job) -> None:
    ranges = {(bar.scale.low, bar.scale.high) for bar in bars}
    if len(ranges) > 1:
        raise UsageError(
            "the pictures have different colour ranges, which one legend cannot show",
            hint="give vmin and vmax",
        )
    with open_output(target, job) as stream:
        write_png(stream, np.asarray(legend(bars[0])), dpi=style.dpi)


def _write_colour_scale(bar: ColourBar, target: str, job: Job) -> None:
    written = json.dumps(colour_scale(bar.scale, bar.units))
    with open_output(target, job) as stream:
        stream.write(written.encode() + b"\n")
