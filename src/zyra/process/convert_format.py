"""Convert files of fields to NetCDF or GeoTIFF."""

from collections.abc import Sequence
from pathlib import Path

from zyra.core.errors import UnsupportedFormat, UsageError
from zyra.core.job import Job
from zyra.core.loading import load
from zyra.core.outputs import output_path
from zyra.core.stream_job import Report
from zyra.fields.field import FieldInfo
from zyra.fields.formats import Dataset, select_fields
from zyra.fields.selection import selection_from
from zyra.process.commands.convert_format import ConvertFormatArgs
from zyra.process.field_source import open_source, require_one_variable
from zyra.process.output_names import batch_outputs, chosen_output, source_name
from zyra.transfer.sources import refuse_unsigned

_ENDINGS = {"netcdf": ".nc", "geotiff": ".tif"}

# A line further than this from where GeoTIFF puts it is worth telling, in cells.
_VISIBLE_SHIFT = 1e-3


def run(args: ConvertFormatArgs, job: Job) -> None:
    """Convert each input to its output.

    Raises:
        UsageError: Arguments that do not fit together.
        SelectionError: Nothing is there of what is asked for, or too much for GeoTIFF.
        DataError: An input is of no known format or damaged, or its grid cannot be converted.
        TransferError: A URL cannot be fetched.
        OutputError: An output cannot be written.
    """
    pairs = plan(args)
    for done, (source, target) in enumerate(pairs):
        _convert(source, target, args, _part_of_progress(job, done, len(pairs)), job)


def plan(args: ConvertFormatArgs) -> list[tuple[str, str]]:
    """Each input with the output that it is converted to.

    Raises:
        UsageError: There is no input, or arguments contradict or have no effect.
    """
    ending = _ENDINGS[args.format]
    if args.inputs is None:
        return [_single(args, ending)]
    if args.input is not None or args.output is not None or args.stdout:
        other = "an input by place" if args.input is not None else "--output or --stdout"
        raise UsageError(
            f"--inputs and {other} contradict each other",
            hint="results of --inputs go to --output-dir",
        )
    if args.output_dir is None:
        raise UsageError("--inputs needs --output-dir")
    for source in args.inputs:
        refuse_unsigned(args.unsigned, source)
    outputs = batch_outputs(args.inputs, args.output_dir, args.output_names, ending)
    return list(zip(args.inputs, outputs, strict=True))


def _single(args: ConvertFormatArgs, ending: str) -> tuple[str, str]:
    if args.input is None:
        raise UsageError("there is no input", hint="give a file, -, a URL or --inputs")
    for flag, value in (("--output-dir", args.output_dir), ("--output-names", args.output_names)):
        if value is not None:
            raise UsageError(
                f"{flag} has no effect without --inputs", hint="name the result with --output"
            )
    refuse_unsigned(args.unsigned, args.input)
    target = chosen_output(args.output, stdout=args.stdout, source=args.input, ending=ending)
    return args.input, target


def _part_of_progress(job: Job, done: int, total: int) -> Report:
    def report(fraction: float, message: str) -> None:
        job.progress((done + fraction) / total, message)

    return report


def _convert(source: str, target: str, args: ConvertFormatArgs, report: Report, job: Job) -> None:
    selection = selection_from(args, variable=args.var, pattern=args.pattern)
    with open_source(source, args.pattern, args.backend, job) as dataset:
        infos = select_fields(dataset, selection)
        if not str(selection):
            _tell_what_is_left_out(dataset, job)
        with output_path(target, job, suffix=_ENDINGS[args.format]) as path:
            if args.format == "netcdf":
                write_netcdf_file(path, dataset, infos, source_name(source), report)
            else:
                _write_geotiff(path, dataset, infos, report, job)
    job.tell(f"wrote {len(infos)} fields of {source} to {target}", detail=True)


def _tell_what_is_left_out(dataset: Dataset[FieldInfo], job: Job) -> None:
    for name, reason in dataset.left_out.items():
        job.tell(f"left out: {name} {reason}")


def write_netcdf_file(
    path: Path,
    dataset: Dataset[FieldInfo],
    infos: Sequence[FieldInfo],
    title: str,
    report: Report,
) -> None:
    """Write fields of a dataset as one NetCDF file."""
    write = load("zyra.fields.netcdf_write:write_netcdf")
    write(path, infos, dataset.grid, dataset.read, title=title, progress=report)


def _write_geotiff(
    path: Path,
    dataset: Dataset[FieldInfo],
    infos: Sequence[FieldInfo],
    report: Report,
    job: Job,
) -> None:
    require_one_variable(infos, "--var ")
    grid = dataset.grid(infos[0])
    if any(dataset.grid(info) != grid for info in infos):
        raise UnsupportedFormat(
            f"{infos[0].variable} lies on several grids, of which GeoTIFF takes one",
            hint="choose a level, time or member, or convert to netcdf",
        )
    lattice = load("zyra.fields.geotiff_write:write_geotiff")(
        path, infos, grid, dataset.read, progress=report
    )
    if len(infos) > 1:
        job.tell(f"{len(infos)} fields of {infos[0].variable}, each a band")
    if lattice.is_resampled:
        job.tell("the grid is uneven: values are interpolated linearly onto even rows and columns")
    elif lattice.shift > _VISIBLE_SHIFT:
        job.tell(
            f"the grid is slightly uneven: values are kept, up to {lattice.shift:.3f} of a cell "
            "from their place"
        )
