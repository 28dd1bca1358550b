"""Take one variable out of a file of fields."""

from pathlib import Path

from zyra.core.errors import UnsupportedFormat, UsageError
from zyra.core.job import Job
from zyra.core.loading import load
from zyra.core.outputs import open_output
from zyra.fields.formats import Format, open_dataset, select_fields
from zyra.fields.selection import require_one_variable, select, selection_from
from zyra.process.commands.extract_variable import ExtractVariableArgs
from zyra.process.field_output import ENDINGS, form_from, refuse_odd_target, write_fields
from zyra.process.field_source import local_source
from zyra.process.output_names import chosen_output, refuse_two_outputs, source_name
from zyra.transfer.sources import refuse_unsigned


def run(args: ExtractVariableArgs, job: Job) -> None:
    """Write the fields of one variable of `args.input`.

    Raises:
        UsageError: Arguments that do not fit together.
        SelectionError: Nothing, or several variables, match.
        DataError: The input is of no known format or damaged, or has no GRIB2 messages to copy.
        TransferError: The URL cannot be fetched.
        OutputError: The output cannot be written.
    """
    refuse_ineffective(args)
    with local_source(args.input, args.pattern, args.backend, job, unsigned=args.unsigned) as (
        path,
        found,
    ):
        if args.format == "grib2":
            _copy_messages(path, found, args, job)
        else:
            _write_fields(path, found, args, job)


def refuse_ineffective(args: ExtractVariableArgs) -> None:
    """Refuse arguments that contradict each other or have no effect beside the others.

    Raises:
        UsageError: There is one.
    """
    refuse_unsigned(args.unsigned, args.input)
    refuse_two_outputs(args.output, stdout=args.stdout)
    if args.format != "grib2":
        form_from(args, args.format)
        return
    for flag, value in (
        ("--compression", args.compression),
        ("--compression-level", args.compression_level),
        ("--chunks", args.chunks),
    ):
        if value is not None:
            raise UsageError(f"{flag} has no effect on GRIB messages, which are copied")


def _target(args: ExtractVariableArgs, variable: str) -> str:
    ending = f"_{variable}{ENDINGS.get(args.format, '.grib2')}"
    return chosen_output(args.output, stdout=args.stdout, source=args.input, ending=ending)


def _write_fields(path: Path, found: Format, args: ExtractVariableArgs, job: Job) -> None:
    assert args.format != "grib2"
    selection = selection_from(args, pattern=args.pattern)
    with open_dataset(path, found) as dataset:
        infos = select_fields(dataset, selection)
        require_one_variable(infos, "")
        target = _target(args, infos[0].variable)
        refuse_odd_target(target, args.format)
        form, title = form_from(args, args.format), source_name(args.input)
        write_fields(target, dataset, infos, form, title=title, report=job.progress, job=job)
    job.tell(f"wrote {len(infos)} fields of {infos[0].variable} to {target}", detail=True)


def _copy_messages(path: Path, found: Format, args: ExtractVariableArgs, job: Job) -> None:
    if found != "grib":
        raise UnsupportedFormat(
            f"the input is {found}, which has no GRIB messages to copy", hint="use --format netcdf"
        )
    infos = select(
        load("zyra.fields.grib:read_inventory")(path), selection_from(args, pattern=args.pattern)
    )
    require_one_variable(infos, "")
    if any(info.place.edition != 2 for info in infos):
        raise UnsupportedFormat(
            f"{infos[0].variable} is in messages of GRIB edition 1, not 2",
            hint="use --format netcdf, or copy them as they are with decode-grib2 --raw",
        )
    target = _target(args, infos[0].variable)
    with open_output(target, job) as output:
        for message in load("zyra.process.grib_source:copied_messages")(path, infos):
            output.write(message)
    job.tell(f"copied {len(infos)} messages to {target}", detail=True)
