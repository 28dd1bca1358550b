"""Find the series of fields that a film is made of."""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path, PurePosixPath

from zyra.core.errors import DataError, UsageError
from zyra.core.job import Job
from zyra.fields.selection import selection_from
from zyra.fields.zarr_names import is_zarr_folder
from zyra.transfer.sources import is_url, local_copy
from zyra.visualize.commands.animate import AnimateArgs
from zyra.visualize.extent import WORLD, extent_from
from zyra.visualize.field_series import HINT, Series, Wanted, joined, opened_series

# Its name without folders and ending, and a local path to it.
Source = tuple[str, Path]


def wanted_from(args: AnimateArgs, variable: str | None, flag: str) -> Wanted:
    """Which fields the arguments ask for.

    Args:
        args: Of the command.
        variable: Name of the variable, or None for the only one.
        flag: What names it on the command line, for hints.

    Raises:
        UsageError: A time or the extent is none.
    """
    return Wanted(
        selection_from(args, variable=variable),
        band=args.band,
        engine=args.xarray_engine,
        crs=args.crs,
        units=args.units,
        array_extent=WORLD if args.extent is None else extent_from(args.extent),
        flag=flag,
    )


def local_copies(sources: Sequence[str], job: Job, opened: ExitStack) -> list[Source]:
    """The sources with names and paths; copies are removed when `opened` ends.

    Raises:
        InputNotFound: One is not there.
        TransferError: One cannot be fetched.
    """
    return [
        (PurePosixPath(source.partition("?")[0]).stem, _local(source, job, opened))
        for source in sources
    ]


def _local(source: str, job: Job, opened: ExitStack) -> Path:
    """A path to a source; the folder of a Zarr store is one itself."""
    if not is_url(source) and is_zarr_folder(Path(source)):
        return Path(source)
    return opened.enter_context(local_copy(source, job))


def found_series(sources: Sequence[Source], wanted: Wanted, opened: ExitStack) -> list[Series]:
    """The series of the files: one of all files that have one time each, or one of each file.

    Raises:
        UsageError: Some files have one time and some several.
        SelectionError: A file has no such field, or several of one time.
        DataError: A file cannot be read, or has no time dimension.
    """
    found: list[Series] = []
    for name, path in sources:
        with ExitStack() as probing:
            series = opened_series(path, wanted, probing, name=name)
            if len(series.infos) > 1:
                opened.push(probing.pop_all())
            found.append(series)
    single = [series for series in found if len(series.infos) == 1]
    if not single:
        return found
    if len(single) < len(found):
        raise UsageError(
            f"{single[0].name} has one time, and others have several",
            hint="give files of one time each, which become one film, or files of several times",
        )
    return [joined(found, [path for _, path in sources], wanted)]


def require_times(series: Series, *, hint: str = HINT) -> None:
    """Refuse what is no animation.

    Args:
        series: What was found.
        hint: What to do about it.

    Raises:
        DataError: There is one time only.
    """
    if len(series.infos) < 2:
        info = series.infos[0]
        raise DataError(f"{series.name} has {info.variable} at one time only", hint=hint)
