"""Draw contour lines of one variable, or the bands between them."""

from zyra.core.job import Job
from zyra.visualize.artist import Artist
from zyra.visualize.colour_bar import ColourBar
from zyra.visualize.colouring import colouring_from
from zyra.visualize.commands.contour import ContourArgs
from zyra.visualize.contour_artist import ContourArtist, Pen
from zyra.visualize.contour_levels import level_choice
from zyra.visualize.inking import colour_from
from zyra.visualize.pictures import read_source, sources_and_targets, write_legend, write_picture
from zyra.visualize.style import style_from


def run(args: ContourArgs, job: Job) -> None:
    """Draw each input to its output, and the colour bar alone where it is asked for.

    Raises:
        UsageError: The arguments do not fit together, or not with the data.
        DataError: An input cannot be read, or its values are missing or all the same.
    """
    artist = _artist(args, job)
    bars: list[ColourBar | None] = []
    style = artist.artist.style
    for source, target in sources_and_targets(args, job):
        field = read_source(source, args, job, style.choice.extent)
        drawing = artist.draw(field)
        write_picture(drawing, field, target, style, job)
        bars.append(drawing.bar)
    write_legend(bars, args.legend_file, style, job)


def _artist(args: ContourArgs, job: Job) -> ContourArtist:
    pen = Pen(
        width=args.line_width,
        colour=None if args.color is None else colour_from(args.color),
        index_every=args.index_every,
        labels=args.line_labels,
    )
    return ContourArtist(
        Artist(style_from(args, job), colouring_from(args, job)),
        level_choice(args.levels, args.interval),
        pen if args.lines or not args.filled else None,
        is_filled=args.filled,
        extend=args.extend,
    )
