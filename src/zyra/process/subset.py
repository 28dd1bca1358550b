"""Take a part of a source of fields."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any, Literal

from zyra.core.errors import SelectionError, UnsupportedFormat, UsageError, VariableNotFound
from zyra.core.job import Job
from zyra.core.loading import load
from zyra.core.outputs import open_output
from zyra.core.times import parse_time
from zyra.fields.crop import Box
from zyra.fields.crop_dataset import CroppedDataset
from zyra.fields.field import FieldInfo
from zyra.fields.formats import Format, open_dataset, select_fields
from zyra.fields.selection import Selection, select, selection_from
from zyra.process.commands.subset import SubsetArgs
from zyra.process.field_output import ENDINGS, form_from, refuse_odd_target, write_fields
from zyra.process.field_source import local_source
from zyra.process.inspect_ranges import moments_text
from zyra.process.output_names import chosen_output, source_name

Kind = Literal["grib", "netcdf", "zarr", "geotiff"]
Choose = Callable[[Selection], Sequence[Any]]

_SUFFIXES: dict[str, Kind] = {
    ".nc": "netcdf", ".nc4": "netcdf", ".cdf": "netcdf",
    ".tif": "geotiff", ".tiff": "geotiff",
    ".zarr": "zarr", ".zip": "zarr",
    ".grib": "grib", ".grb": "grib", ".grib1": "grib", ".grib2": "grib",
    ".grb1": "grib", ".grb2": "grib",
}  # fmt: skip


def run(args: SubsetArgs, job: Job) -> None:
    """Write the part of `args.input` that is asked for.

    Raises:
        UsageError: Arguments that do not fit together.
        SelectionError: Nothing is there of what is asked for, or too much for GeoTIFF.
        DataError: The input is of no known format or damaged, or its grid cannot be written.
        TransferError: The URL cannot be fetched.
        OutputError: The output cannot be written.
    """
    refuse_ineffective(args)
    with local_source(args.input, args.pattern, "cfgrib", job) as (path, found):
        kind = kind_of_result(args, found)
        if kind == "grib":
            _copy_messages(path, args, job)
        else:
            _write_part(path, found, kind, args, job)


def refuse_ineffective(args: SubsetArgs) -> None:
    """Refuse arguments that contradict each other or have no effect beside the others.

    Raises:
        UsageError: There is one.
    """
    if args.mask_outside and args.bbox is None:
        raise UsageError("--mask-outside has no effect without --bbox")
    since, until = _period(args)
    if since is not None and until is not None and since > until:
        raise UsageError(f"--since {args.since} is later than --until {args.until}")


def kind_of_result(args: SubsetArgs, found: Format) -> Kind:
    """The format of the result.

    Raises:
        UsageError: GRIB is asked for with arguments that change values, or how they are stored.
        UnsupportedFormat: GRIB is asked for of other input.
    """
    suffix = PurePosixPath(args.output or "").suffix.lower()
    asked = args.format or _SUFFIXES.get(suffix)
    if asked is None:
        return "netcdf" if found == "grib" and _repacking(args) else found
    if asked != "grib":
        return asked
    if found != "grib":
        raise UnsupportedFormat(
            f"the input is {found}, which has no GRIB messages to copy", hint="use --format netcdf"
        )
    if flag := _repacking(args):
        raise UsageError(
            f"{flag} has no effect on GRIB messages, which are copied whole",
            hint="use --format netcdf",
        )
    return asked


def _repacking(args: SubsetArgs) -> str:
    """The first argument that messages cannot be copied with; empty if there is none."""
    names = ("bbox", "stride", "compression", "compression_level", "chunks")
    given = (name for name in names if getattr(args, name) is not None)
    return next((f"--{name.replace('_', '-')}" for name in given), "")


def chosen_fields(args: SubsetArgs, choose: Choose) -> list[Any]:
    """The fields that are asked for, in the order of the file, at least one.

    Args:
        args: Of the command.
        choose: Gives the fields that a selection asks for.

    Raises:
        SelectionError: There is none, or none of one of the variables.
    """
    names: Sequence[str | None] = args.variable or [None]
    found: dict[int, Any] = {}
    for place, name in enumerate(names):
        selection = selection_from(args, variable=name, pattern=args.pattern)
        try:
            found |= {info.number: info for info in choose(selection)}
        except VariableNotFound as error:
            raise _in_place(error, names, place) from error
    return _within(_period(args), [found[number] for number in sorted(found)])


def _in_place(error: VariableNotFound, names: Sequence[str | None], place: int) -> SelectionError:
    """The same error, whose correction keeps the other variables."""
    better = error.correction.get("variable")
    if better is None or len(names) < 2:
        return error
    all_names = [*map(str, names[:place]), str(better), *map(str, names[place + 1 :])]
    return VariableNotFound(error.message, hint=error.hint, correction={"variable": all_names})


def _period(args: SubsetArgs) -> tuple[datetime | None, datetime | None]:
    since = parse_time(args.since) if args.since is not None else None
    until = parse_time(args.until, last_of_day=True) if args.until is not None else None
    return since, until


def _within(
    period: tuple[datetime | None, datetime | None], infos: Sequence[FieldInfo]
) -> list[FieldInfo]:
    since, until = period
    if since is None and until is None:
        return list(infos)
    kept = [
        info
        for info in infos
        if info.valid_time is not None
        and (since is None or info.valid_time >= since)
        and (until is None or info.valid_time <= until)
    ]
    if not kept:
        times = sorted({info.valid_time for info in infos if info.valid_time is not None})
        asked = " ".join(
            f"{word} {time:%Y-%m-%dT%H:%M}"
            for word, time in (("since", since), ("until", until))
            if time is not None
        )
        raise SelectionError(
            f"no field is valid {asked}",
            hint=f"there is {moments_text(times) or 'no field with a time at all'}",
        )
    return kept


def _copy_messages(path: Path, args: SubsetArgs, job: Job) -> None:
    inventory = load("zyra.fields.grib:read_inventory")(path)
    infos = chosen_fields(args, lambda selection: select(inventory, selection))
    target = _target(args, f".grib{infos[0].place.edition}")
    with open_output(target, job) as output:
        for message in load("zyra.process.grib_source:copied_messages")(path, infos):
            output.write(message)
    job.tell(f"copied {len(infos)} of {len(inventory)} fields to {target}", detail=True)


def _write_part(path: Path, found: Format, kind: Kind, args: SubsetArgs, job: Job) -> None:
    assert kind != "grib"
    box = Box.from_numbers(args.bbox) if args.bbox is not None else None
    down, *along = args.stride or (1,)
    form = replace(form_from(args, kind), has_any_bands=found == "geotiff")
    target = _target(args, ENDINGS[kind])
    refuse_odd_target(target, kind)
    with open_dataset(path, found) as whole:
        infos = chosen_fields(args, lambda selection: select_fields(whole, selection))
        stride = (down, *(along or (down,)))
        part = CroppedDataset(whole, box, stride, is_masked=args.mask_outside)
        title = source_name(args.input)
        write_fields(target, part, infos, form, title=title, report=job.progress, job=job)
    if found == "grib" and args.format is None and args.output is None:
        job.tell(f"wrote NetCDF to {target}: messages of GRIB are copied whole only")
    job.tell(f"wrote {len(infos)} of {len(whole.infos)} fields to {target}", detail=True)


def _target(args: SubsetArgs, ending: str) -> str:
    return chosen_output(args.output, stdout=False, source=args.input, ending=f"_subset{ending}")
