"""Films of one field at several times: heatmaps and filled contours."""

from collections.abc import Callable
from contextlib import ExitStack
from functools import partial

from zyra.core.job import Job
from zyra.fields.field import Field
from zyra.visualize.animate_sources import found_series, local_copies, require_times, wanted_from
from zyra.visualize.artist import Artist
from zyra.visualize.colour_bar import ColourBar
from zyra.visualize.colouring import colouring_from
from zyra.visualize.commands.animate import AnimateArgs
from zyra.visualize.contour_artist import ContourArtist
from zyra.visualize.contour_levels import level_choice
from zyra.visualize.field_series import ROOM_BYTES, KeptSeries, Series
from zyra.visualize.film_range import SharedRange, shared_range
from zyra.visualize.film_scenes import FieldScene, Scene, blank_paint
from zyra.visualize.pictures import write_legend
from zyra.visualize.sheet import Paint
from zyra.visualize.style import Style

# Paints a field; all that share it have one colour bar.
Painting = tuple[Callable[[Field], Paint], ColourBar]
# Variable and unit: series that have them in common share their colours.
Quantity = tuple[str, str]


def field_scenes(
    args: AnimateArgs, style: Style, job: Job, opened: ExitStack
) -> list[tuple[str, Scene]]:
    """The scenes of all inputs, each with the name of its input.

    Raises:
        UsageError: The arguments do not fit together, or not with the data.
        DataError: An input cannot be read, has no times, or no values.
    """
    sources = local_copies(args.inputs or [args.input or ""], job, opened)
    found = found_series(sources, wanted_from(args, args.var, "--var"), opened)
    for series in found:
        require_times(series)
    found = [KeptSeries(series, ROOM_BYTES // len(found)) for series in found]
    paintings = _paintings(args, style, found, job)
    write_legend([bar for _, bar in paintings.values()], args.legend_file, style, job)
    blank = blank_paint(style)
    return [
        (series.name, FieldScene(series, *paintings[_quantity(series)], blank)) for series in found
    ]


def _paintings(
    args: AnimateArgs, style: Style, found: list[Series], job: Job
) -> dict[Quantity, Painting]:
    """How the fields of each quantity are painted."""
    artist = Artist(style, colouring_from(args, job))
    with_bar = style.has_bar or args.legend_file is not None
    paintings: dict[Quantity, Painting] = {}
    for quantity in dict.fromkeys(map(_quantity, found)):
        alike = [series for series in found if _quantity(series) == quantity]
        shared = shared_range(alike, artist, job, with_bar=with_bar)
        make = _contours if args.mode == "contour" else _heatmap
        paintings[quantity] = make(args, artist, shared)
    return paintings


def _heatmap(_: AnimateArgs, artist: Artist, shared: SharedRange) -> Painting:
    scale = artist.colouring.scale_of(shared.info, shared.ends)
    bar = artist.style.bar_of(shared.info, shared.ends, scale)
    return lambda field: partial(artist.paint, field, scale), bar


def _contours(args: AnimateArgs, artist: Artist, shared: SharedRange) -> Painting:
    choice = level_choice(args.levels, args.interval)
    contours = ContourArtist(artist, choice, is_filled=True)
    plan = contours.plan(shared.info, shared.ends)
    return lambda field: partial(contours.paint, field, plan), plan.bar


def _quantity(series: Series) -> Quantity:
    return series.infos[0].variable, series.infos[0].units
