"""Draw frames for Science On a Sphere: the whole Earth from edge to edge.

Format: Science On a Sphere, Content Creation Guidelines (NOAA): equatorial cylindrical
equidistant, 180 degrees at both edges, twice as wide as high; files are played by name.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

import numpy as np

from zyra.core.errors import DataError, UsageError
from zyra.core.job import Job
from zyra.fields.crop import Box, inside
from zyra.fields.field import Array, Field
from zyra.visualize.artist import Artist
from zyra.visualize.colouring import Colouring, colouring_from
from zyra.visualize.commands.sos import SosArgs
from zyra.visualize.extent import WORLD, extent_from
from zyra.visualize.map_choice import MapChoice
from zyra.visualize.map_features import chosen_features
from zyra.visualize.pictures import read_source, sources_and_targets, write_picture
from zyra.visualize.scale import finite_range
from zyra.visualize.style import Style, basemap_under

STDIN = "-"


def run(args: SosArgs, job: Job) -> None:
    """Draw each input to its frame.

    Raises:
        UsageError: The arguments do not fit together, or not with the data.
        DataError: An input cannot be read or has no values.
    """
    args = args.model_copy(update={"output_names": _names(args)})
    if args.width != 2 * args.height:
        job.tell(
            f"a frame of {args.width} x {args.height} is not twice as wide as high:"
            " the sphere will stretch it"
        )
    colouring = _shared(args, colouring_from(args, job), job)
    artist = Artist(_style(args), colouring)
    for source, target in sources_and_targets(args, job):
        field = _read(source, args, job)
        write_picture(artist.draw(field), field, target, artist.style, job)


def playlist_names(sources: Sequence[str]) -> list[str]:
    """File names of frames, whose alphabetical order is that of `sources`.

    They are named after the sources, with a number before it where that is needed.
    """
    names = [f"{PurePosixPath(source).stem}.png" for source in sources]
    if names == sorted(set(names)):
        return names
    digits = max(4, len(str(len(names))))
    return [f"{number:0{digits}d}_{name}" for number, name in enumerate(names, 1)]


def upside_down(field: Field) -> Field:
    """`field` with its rows in the opposite order, on the same grid."""
    return replace(field, values=np.ascontiguousarray(field.values[::-1]))


def _names(args: SosArgs) -> list[str] | None:
    if args.inputs is None or args.output_names is not None:
        return args.output_names
    return playlist_names(args.inputs)


def _read(source: str, args: SosArgs, job: Job) -> Field:
    """The field of a frame; missing outside the extent."""
    extent = None if args.extent is None else extent_from(args.extent)
    field = read_source(source, args, job, extent)
    if args.flip:
        field = upside_down(field)
    if extent is None:
        return field
    west, east, south, north = extent
    within = inside(field.grid, Box.from_numbers((west, south, east, north)))
    if not within.any():
        raise UsageError(
            f"the extent {west:g} {east:g} {south:g} {north:g} holds nothing of {field.variable}",
            hint="give west east south north, in degrees, of a part where the data are",
        )
    return replace(field, values=np.where(within, field.values, np.float32(np.nan)))


def _style(args: SosArgs) -> Style:
    features = () if args.features is None else chosen_features(args.features, ())
    return Style(
        width=args.width,
        height=args.height,
        dpi=args.dpi,
        choice=MapChoice(extent=WORLD),
        features=features,
        basemap=basemap_under(args.basemap, features),
    )


def _shared(args: SosArgs, colouring: Colouring, job: Job) -> Colouring:
    """One range of colours for all frames: that of all their values, where none is given."""
    is_known = colouring.vmin is not None and colouring.vmax is not None
    if args.inputs is None or len(args.inputs) < 2 or is_known:
        return colouring
    if STDIN in args.inputs:
        raise UsageError(
            "stdin cannot be read twice, to find the range that all frames share",
            hint="give vmin and vmax",
        )
    fields = (_read(source, args, job) for source in args.inputs)
    first, ends = _ends_of_all(fields)
    scale = colouring.scale_of(first, ends)
    if not scale.is_affine:
        return Colouring(scale.palette)
    return Colouring(scale.palette, scale.low, scale.high)


def _ends_of_all(fields: Iterator[Field]) -> tuple[Field, Array]:
    """The first field, and the lowest and highest value of all."""
    first: Field | None = None
    low, high = np.inf, -np.inf
    for field in fields:
        first = first or field
        if np.isfinite(field.values).any():
            ends = finite_range(field.values)
            low, high = min(low, ends[0]), max(high, ends[1])
    if first is None or low > high:
        raise DataError(
            "every value of every frame is missing",
            hint="choose another variable, level, time or file",
        )
    return first, np.array([low, high], np.float32)
