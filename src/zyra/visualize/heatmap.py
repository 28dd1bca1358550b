"""Draw one variable as a coloured map."""

import json

from zyra.core.job import Job
from zyra.core.outputs import open_output
from zyra.fields.field import Field
from zyra.visualize.artist import Artist
from zyra.visualize.colour_bar import ColourBar
from zyra.visualize.colouring import colouring_from
from zyra.visualize.commands.heatmap import HeatmapArgs
from zyra.visualize.luma import as_on_maps, colour_scale, encoded
from zyra.visualize.pictures import read_source, sources_and_targets, write_legend, write_picture
from zyra.visualize.sheet import Drawing
from zyra.visualize.style import style_from


def run(args: HeatmapArgs, job: Job) -> None:
    """Draw each input to its output, and the colour bar alone where it is asked for.

    Raises:
        UsageError: The arguments do not fit together, or not with the data.
        DataError: An input cannot be read or has no values.
    """
    artist = Artist(style_from(args, job), colouring_from(args, job), args.interpolation)
    draw = _encoded if args.data_encoded else Artist.draw
    bars: list[ColourBar | None] = []
    for source, target in sources_and_targets(args, job):
        field = read_source(source, args, job, artist.style.choice.extent)
        drawing = draw(artist, field)
        write_picture(drawing, field, target, artist.style, job)
        bars.append(drawing.bar)
    write_legend(bars, args.legend_file, artist.style, job)
    if args.color_scale_file is not None:
        _write_colour_scale(bars[0], args.color_scale_file, job)


def _encoded(artist: Artist, field: Field) -> Drawing:
    """The values as grey on their own grid."""
    scale = artist.colouring.fixed_scale(field, field.values)
    grey = encoded(as_on_maps(field.values, field.grid), scale.low, scale.high)
    return Drawing(grey, None, artist.style.bar_of(field, field.values, scale))


def _write_colour_scale(bar: ColourBar | None, target: str, job: Job) -> None:
    if bar is None:
        return
    written = json.dumps(colour_scale(bar.scale, bar.units))
    with open_output(target, job) as stream:
        stream.write(written.encode() + b"\n")
