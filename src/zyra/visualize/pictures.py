"""Read what a command's pictures are made of, and write the pictures."""

from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

import numpy as np

from zyra import __version__
from zyra.core.errors import UsageError
from zyra.core.job import Job
from zyra.core.outputs import open_output
from zyra.fields.field import Field, FieldInfo
from zyra.fields.selection import selection_from
from zyra.fields.zarr_names import is_zarr_folder
from zyra.media.png import write_png
from zyra.transfer.sources import local_copy
from zyra.visualize.colour_bar import ColourBar, legend
from zyra.visualize.commands.field_args import FieldArgs
from zyra.visualize.commands.picture_args import PictureArgs
from zyra.visualize.extent import WORLD
from zyra.visualize.field_source import read_field
from zyra.visualize.sheet import Drawing
from zyra.visualize.style import Style
from zyra.visualize.text import field_time
from zyra.visualize.units import in_units
from zyra.visualize.view import Extent


def sources_and_targets(args: PictureArgs, job: Job) -> Iterator[tuple[str, str]]:
    """Each input with where its picture goes, one after the other as they are drawn.

    Raises:
        UsageError: Two pictures would have the same name.
    """
    pairs = _pairs(args)
    for number, (source, target) in enumerate(pairs):
        job.progress(number / len(pairs), f"drawing {PurePosixPath(source).name}")
        yield source, target
        job.tell(f"wrote {target}", detail=True)
    job.progress(1.0)


def _pairs(args: PictureArgs) -> list[tuple[str, str]]:
    if args.input is not None and args.output is not None:
        return [(args.input, args.output)]
    sources, folder = args.inputs or [], args.output_dir or "."
    names = args.output_names or [f"{PurePosixPath(source).stem}.png" for source in sources]
    double = next((name for name in names if names.count(name) > 1), None)
    if double is not None:
        raise UsageError(f"two pictures would be named {double}", hint="give output_names")
    return [(source, str(Path(folder) / name)) for source, name in zip(sources, names, strict=True)]


def read_source(source: str, args: FieldArgs, job: Job, array_extent: Extent | None) -> Field:
    """Read the one field of `source` that the arguments choose, in the unit they ask for.

    Args:
        source: Path, URL or `-`.
        args: Say which field, and how it is read.
        job: Gives stdin and the network.
        array_extent: What an array without coordinates covers; None for the whole Earth.

    Raises:
        UsageError: The arguments do not fit the file, or there is no such unit.
        SelectionError: No field matches, or several.
        DataError: The file cannot be read.
    """
    with local_copy(source, job, takes_folder=is_zarr_folder) as path:
        field = read_field(
            path,
            selection_from(args, variable=args.var),
            band=args.band,
            engine=args.xarray_engine,
            crs=args.crs,
            array_extent=array_extent or WORLD,
        )
    return field if args.units is None else in_units(field, args.units)


def write_picture(drawing: Drawing, info: FieldInfo, target: str, style: Style, job: Job) -> None:
    """Write a picture as PNG, with what it shows and its resolution in it.

    Raises:
        OutputError: `target` cannot be written.
    """
    texts = {
        "Title": style.title_of(info),
        "Units": info.units,
        "Time": field_time(info),
        "Software": f"Zyra {__version__}",
    }
    known = {keyword: text for keyword, text in texts.items() if text}
    with open_output(target, job) as stream:
        write_png(stream, drawing.pixels, drawing.colours, metadata=known, dpi=style.dpi)


def write_legend(
    bars: Sequence[ColourBar | None], target: str | None, style: Style, job: Job
) -> None:
    """Write the colour bar that all pictures share to `target`; None writes nothing.

    Raises:
        UsageError: The pictures have different ranges.
        OutputError: `target` cannot be written.
    """
    if target is None:
        return
    known = [bar for bar in bars if bar is not None]
    if len({(bar.scale.low, bar.scale.high) for bar in known}) > 1:
        raise UsageError(
            "the pictures have different colour ranges, which one legend cannot show",
            hint="give vmin and vmax",
        )
    with open_output(target, job) as stream:
        write_png(stream, np.asarray(legend(known[0])), dpi=style.dpi)
