"""Read the fields of a page: one variable at all levels and times that are asked for."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from zyra.core.errors import UsageError
from zyra.core.job import Job
from zyra.fields.field import Field, FieldInfo
from zyra.fields.formats import Dataset, select_fields
from zyra.fields.selection import require_one_variable, selection_from
from zyra.visualize.commands.interactive import InteractiveArgs
from zyra.visualize.directions import is_direction
from zyra.visualize.extent import WORLD
from zyra.visualize.field_source import in_crs, is_npy, opened_fields, read_field
from zyra.visualize.interactive_frames import Slider, frames_of
from zyra.visualize.interactive_mesh import placed
from zyra.visualize.thin import thinned
from zyra.visualize.units import in_units
from zyra.visualize.view import Extent

# Values in a page: 32 MB in the browser, and about a third of it in the file.
MOST_VALUES = 16_000_000


def read_fields(
    path: Path, args: InteractiveArgs, extent: Extent | None, job: Job
) -> tuple[list[Field], Sequence[Slider]]:
    """The fields in the order that the sliders count them.

    Raises:
        UsageError: The arguments do not fit the file, or the page would be too large.
        SelectionError: No field matches, or those of several variables.
        DataError: The file cannot be read.
    """
    selection = selection_from(args, variable=args.var)
    if is_npy(path):
        one = read_field(path, selection, crs=args.crs, array_extent=extent or WORLD)
        return [_finished(one, args)], ()
    asked_for = opened_fields(path, selection, band=args.band, engine=args.xarray_engine)
    with asked_for as (dataset, asked):
        infos = select_fields(dataset, asked)
        require_one_variable(infos, "--var ")
        frames = frames_of(infos)
        _refuse_too_many(dataset, frames.infos, extent, args)
        fields = []
        for number, info in enumerate(frames.infos):
            job.progress(number / len(frames.infos), f"reading {info.variable}")
            fields.append(_finished(dataset.read(info), args))
    other = next((field for field in fields if field.grid != fields[0].grid), None)
    if other is not None:
        raise UsageError(
            f"the fields of {other.variable} lie on different grids",
            hint="choose one of them with --level, --time or --message",
        )
    return fields, frames.sliders


def refuse_too_large(values: int, what: str) -> None:
    """Refuse more values than a browser can be given.

    Raises:
        UsageError: There are more than `MOST_VALUES`.
    """
    if values > MOST_VALUES:
        raise UsageError(
            f"the page would hold {values / 1e6:.0f} million values of {what}, at most"
            f" {MOST_VALUES / 1e6:.0f} million are possible",
            hint="choose a --level, --time or --member, give --extent for a part, or --average 4"
            " for means of 4 x 4 grid cells",
        )


def _refuse_too_many(
    dataset: Dataset[FieldInfo],
    infos: Sequence[FieldInfo],
    extent: Extent | None,
    args: InteractiveArgs,
) -> None:
    grid = dataset.grid(infos[0])
    if args.crs is None:
        cells = placed(grid, extent, infos[0].variable).mesh.cells
    else:
        cells = grid.shape[0] * grid.shape[1]
    refuse_too_large(cells * len(infos) // args.average**2, infos[0].variable)


def _finished(field: Field, args: InteractiveArgs) -> Field:
    """A field that was read, in the system, unit and coarseness that are asked for."""
    if args.crs is not None:
        field = in_crs(field, args.crs)
    if args.units is not None:
        field = in_units(field, args.units)
    if args.average == 1:
        return field
    if is_direction(field):
        raise UsageError(
            f"{field.variable} holds directions, of which there is no mean",
            hint="leave out --average, and give --extent for a part",
        )
    values, grid = thinned(field.values, field.grid, args.average, args.average)
    return replace(field, values=values, grid=grid)
