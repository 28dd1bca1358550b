"""Draw vectors on a map: `visualize vector`."""

from collections.abc import Iterator

from zyra.core.job import Job
from zyra.fields.field import Field
from zyra.fields.selection import selection_from
from zyra.fields.zarr_names import is_zarr_folder
from zyra.transfer.sources import local_copy
from zyra.visualize.colour_bar import ColourBar
from zyra.visualize.colouring import colouring_from
from zyra.visualize.commands.vector import VectorArgs
from zyra.visualize.extent import WORLD
from zyra.visualize.inking import colour_from
from zyra.visualize.pictures import sources_and_targets, write_legend, write_picture
from zyra.visualize.style import Style, style_from
from zyra.visualize.vector_artist import VectorArtist
from zyra.visualize.vector_pairs import Vectors
from zyra.visualize.vector_source import Wanted, read_parts, read_vectors
from zyra.visualize.vectors import VectorLook


def run(args: VectorArgs, job: Job) -> None:
    """Draw the vectors of each input to its output.

    Raises:
        UsageError: The arguments do not fit together, or not with the data.
        DataError: An input cannot be read, has no values, or its parts do not fit together.
    """
    style = style_from(args, job)
    artist = VectorArtist(style, colouring_from(args, job), look_from(args, style), args.key)
    bars: list[ColourBar | None] = []
    for vectors, background, target in _read(args, style, job):
        drawing, info = artist.draw(vectors, background)
        write_picture(drawing, info, target, style, job)
        bars.append(drawing.bar)
    write_legend(bars, args.legend_file, style, job)


def look_from(args: VectorArgs, style: Style) -> VectorLook:
    """How the vectors look that the arguments ask for.

    Raises:
        UsageError: The colour is none.
    """
    return VectorLook(
        kind=args.kind,
        density=args.density,
        scale=args.scale,
        colour=colour_from(args.color),
        line_width=args.line_width,
        unit=style.unit,
        has_halo=args.background is not None or style.basemap is not None,
    )


def _read(args: VectorArgs, style: Style, job: Job) -> Iterator[tuple[Vectors, Field | None, str]]:
    """The vectors of each input, what is under them, and where the picture goes."""
    wanted = wanted_from(args)
    if args.u is not None and args.v is not None and args.output is not None:
        with (
            local_copy(args.u, job, takes_folder=is_zarr_folder) as u,
            local_copy(args.v, job, takes_folder=is_zarr_folder) as v,
        ):
            read = read_parts(u, v, wanted, style.choice.extent or WORLD)
        yield *read, args.output
        return
    for source, target in sources_and_targets(args, job):
        with local_copy(source, job, takes_folder=is_zarr_folder) as path:
            read = read_vectors(path, wanted)
        yield *read, target


def wanted_from(args: VectorArgs) -> Wanted:
    """Which fields the arguments ask for.

    Raises:
        UsageError: The time is none.
    """
    return Wanted(
        selection=selection_from(args),
        uvar=args.uvar,
        vvar=args.vvar,
        background=args.background,
        background_level=args.background_level,
        background_units=args.background_units,
        units=args.units,
        engine=args.xarray_engine,
        crs=args.crs,
        relative_to=args.relative_to,
    )
