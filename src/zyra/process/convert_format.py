"""Convert files of fields to NetCDF, Zarr or GeoTIFF."""

from zyra.core.errors import UsageError
from zyra.core.job import Job
from zyra.core.stream_job import Report
from zyra.fields.field import FieldInfo
from zyra.fields.formats import Dataset, select_fields
from zyra.fields.selection import selection_from
from zyra.process.commands.convert_format import ConvertFormatArgs
from zyra.process.field_output import (
    ENDINGS,
    Form,
    form_from,
    refuse_odd_target,
    write_fields,
)
from zyra.process.field_source import open_source
from zyra.process.output_names import batch_outputs, chosen_output, source_name
from zyra.transfer.sources import refuse_unsigned


def run(args: ConvertFormatArgs, job: Job) -> None:
    """Convert each input to its output.

    Raises:
        UsageError: Arguments that do not fit together.
        SelectionError: Nothing is there of what is asked for, or too much for GeoTIFF.
        DataError: An input is of no known format or damaged, or its grid cannot be converted.
        TransferError: A URL cannot be fetched.
        OutputError: An output cannot be written.
    """
    form = form_from(args, args.format, zarr_version=args.zarr_format)
    pairs = plan(args)
    for done, (source, target) in enumerate(pairs):
        _convert(source, target, args, form, _part_of_progress(job, done, len(pairs)), job)


def plan(args: ConvertFormatArgs) -> list[tuple[str, str]]:
    """Each input with the output that it is converted to.

    Raises:
        UsageError: There is no input, or arguments contradict or have no effect.
    """
    pairs = _several(args) if args.inputs is not None else [_single(args)]
    for _, target in pairs:
        refuse_odd_target(target, args.format)
    return pairs


def _several(args: ConvertFormatArgs) -> list[tuple[str, str]]:
    inputs = args.inputs or []
    if args.input is not None or args.output is not None or args.stdout:
        other = "an input by place" if args.input is not None else "--output or --stdout"
        raise UsageError(
            f"--inputs and {other} contradict each other",
            hint="results of --inputs go to --output-dir",
        )
    if args.output_dir is None:
        raise UsageError("--inputs needs --output-dir")
    for source in inputs:
        refuse_unsigned(args.unsigned, source)
    ending = ENDINGS[args.format]
    outputs = batch_outputs(inputs, args.output_dir, args.output_names, ending)
    return list(zip(inputs, outputs, strict=True))


def _single(args: ConvertFormatArgs) -> tuple[str, str]:
    if args.input is None:
        raise UsageError("there is no input", hint="give a file, -, a URL or --inputs")
    for flag, value in (("--output-dir", args.output_dir), ("--output-names", args.output_names)):
        if value is not None:
            raise UsageError(
                f"{flag} has no effect without --inputs", hint="name the result with --output"
            )
    refuse_unsigned(args.unsigned, args.input)
    ending = ENDINGS[args.format]
    target = chosen_output(args.output, stdout=args.stdout, source=args.input, ending=ending)
    return args.input, target


def _part_of_progress(job: Job, done: int, total: int) -> Report:
    def report(fraction: float, message: str) -> None:
        job.progress((done + fraction) / total, message)

    return report


def _convert(
    source: str, target: str, args: ConvertFormatArgs, form: Form, report: Report, job: Job
) -> None:
    selection = selection_from(args, variable=args.var, pattern=args.pattern)
    with open_source(source, args.pattern, args.backend, job, unsigned=args.unsigned) as dataset:
        infos = select_fields(dataset, selection)
        if not str(selection):
            _tell_what_is_left_out(dataset, job)
        title = source_name(source)
        write_fields(target, dataset, infos, form, title=title, report=report, job=job)
    job.tell(f"wrote {len(infos)} fields of {source} to {target}", detail=True)


def _tell_what_is_left_out(dataset: Dataset[FieldInfo], job: Job) -> None:
    for name, reason in dataset.left_out.items():
        job.tell(f"left out: {name} {reason}")
