"""Bring data and pictures from one coordinate system into another."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from zyra.core.errors import UsageError
from zyra.core.job import Job
from zyra.process.commands.reproject import ReprojectArgs
from zyra.process.field_source import local_source
from zyra.process.output_names import batch_outputs, chosen_output, derived_name, source_name
from zyra.process.reproject_data import reproject_data
from zyra.process.reproject_formats import PICTURE_FORMATS, format_of, suffix_of
from zyra.process.reproject_picture_files import is_picture
from zyra.process.reproject_pictures import reproject_picture
from zyra.process.reproject_target import Wanted
from zyra.transfer.sources import local_copy

_DEFAULT_BACKEND = "cfgrib"


def run(args: ReprojectArgs, job: Job) -> None:
    """Reproject each input to its output.

    Raises:
        UsageError: Arguments that do not fit together, or name no coordinate system.
        SelectionError: Nothing is there of what is asked for, or too much for GeoTIFF.
        DataError: An input is of no known format or damaged, or has no place on Earth.
        LimitExceeded: The result would have too many cells.
        TransferError: A URL cannot be fetched.
        OutputError: An output cannot be written.
    """
    wanted = Wanted.of(args)
    pairs = plan(args)
    for done, (source, target) in enumerate(pairs):
        _reproject(source, target, args, wanted, job)
        job.progress((done + 1) / len(pairs), target)


def plan(args: ReprojectArgs) -> list[tuple[str, str]]:
    """Each input with the output that it is brought into.

    Raises:
        UsageError: There is no input, or arguments contradict or have no effect.
    """
    if args.inputs is None:
        return [_single(args)]
    for flag, value in (("--input", args.input), ("--output", args.output)):
        if value is not None:
            raise UsageError(
                f"--inputs and {flag} contradict each other",
                hint="results of --inputs go to --output-dir",
            )
    if args.output_dir is None:
        raise UsageError("--inputs needs --output-dir")
    names = args.output_names or [_own_name(source, args) for source in args.inputs]
    outputs = batch_outputs(args.inputs, args.output_dir, names, "")
    return list(zip(args.inputs, outputs, strict=True))


def _single(args: ReprojectArgs) -> tuple[str, str]:
    if args.input is None:
        raise UsageError("there is no input", hint="give --input FILE, --input - or --inputs")
    for flag, value in (("--output-dir", args.output_dir), ("--output-names", args.output_names)):
        if value is not None:
            raise UsageError(
                f"{flag} has no effect without --inputs", hint="name the result with --output"
            )
    if args.output is None and args.input != "-":
        raise UsageError("there is no output", hint="name it with --output, or give --output -")
    return args.input, chosen_output(args.output, stdout=False, source=args.input, ending="")


def _own_name(source: str, args: ReprojectArgs) -> str:
    """The file name of an input, with the suffix of another format where that is needed."""
    name = source_name(source)
    if args.format is not None:
        return derived_name(PurePosixPath(name).stem, suffix_of(args.format))
    own = format_of(name, None)
    return name if own is not None and own != "netcdf" else derived_name(source, ".tif")


def _reproject(source: str, target: str, args: ReprojectArgs, wanted: Wanted, job: Job) -> None:
    kind = format_of(target, args.format)
    if kind is None and target != "-":
        raise UsageError(
            f"the name {target} does not say in which format to write",
            hint="end it with .tif, .nc, .png, .jpg or .webp, or give --format",
        )
    if args.world_file and target == "-":
        raise UsageError("--world-file has no effect on stdout", hint="name --output")
    with _local(source, args.pattern, job) as path:
        if is_picture(path, as_picture=kind in PICTURE_FORMATS):
            reproject_picture(path, target, kind or "png", args, wanted, job)
        else:
            reproject_data(path, target, kind or "geotiff", args, wanted, job)


@contextmanager
def _local(source: str, pattern: str | None, job: Job) -> Iterator[Path]:
    """Give a local file; of a URL with an index and a pattern, the matching messages alone."""
    if pattern is None:
        with local_copy(source, job) as path:
            yield path
    else:
        with local_source(source, pattern, _DEFAULT_BACKEND, job) as (path, _):
            yield path
