"""Write fields of a dataset to the output of a command, in the format that is asked for."""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from zyra.core.errors import OutputError, UnsupportedFormat, UsageError
from zyra.core.job import Job
from zyra.core.loading import load
from zyra.core.outputs import STDOUT, output_folder, output_path
from zyra.core.stream_job import Report
from zyra.fields.field import FieldInfo
from zyra.fields.formats import Dataset
from zyra.fields.selection import require_one_variable
from zyra.fields.storage import Method, Storage, storage_from
from zyra.fields.storage_args import StorageArgs
from zyra.fields.zarr_names import is_zarr_folder

OutputFormat = Literal["netcdf", "geotiff", "zarr"]

# Of derived names: a store in one file goes wherever a file goes.
ENDINGS: Mapping[str, str] = {"netcdf": ".nc", "geotiff": ".tif", "zarr": ".zarr.zip"}

_METHODS: Mapping[OutputFormat, tuple[Method, ...]] = {
    "netcdf": ("none", "zlib", "zstd"),
    "geotiff": ("zlib", "zstd", "none"),
    "zarr": ("blosc", "zlib", "zstd", "none"),
}

# A line further than this from where GeoTIFF puts it is worth telling, in cells.
_VISIBLE_SHIFT = 1e-3


@dataclass(frozen=True)
class Form:
    """The form of a result.

    Attributes:
        kind: Its format.
        storage: How its values are stored.
        has_any_bands: Whether a GeoTIFF may hold several variables, as one that it is made of.
    """

    kind: OutputFormat
    storage: Storage
    has_any_bands: bool = False


def form_from(args: StorageArgs, kind: OutputFormat, *, zarr_version: int | None = None) -> Form:
    """The form that a command's arguments ask for.

    Raises:
        UsageError: One of them has no effect on this format.
    """
    methods = _METHODS[kind]
    if args.compression is not None and args.compression not in methods:
        raise UsageError(
            f"{kind} is not compressed with {args.compression}",
            hint=f"choose one of {', '.join(methods)}",
        )
    if args.chunks is not None and kind == "geotiff":
        raise UsageError(
            "--chunks has no effect on geotiff", hint="its tiles have 512 or 256 cells a side"
        )
    if zarr_version is not None and kind != "zarr":
        raise UsageError(f"--zarr-format has no effect on {kind}")
    version: Literal[2, 3] = 2 if zarr_version == 2 else 3
    return Form(kind, storage_from(args, default=methods[0], zarr_version=version))


def refuse_odd_target(target: str, kind: OutputFormat) -> None:
    """Refuse a name that does not tell whether a Zarr store is a folder or one file.

    Raises:
        UsageError: It ends neither with .zarr nor with .zip.
    """
    if kind == "zarr" and target != STDOUT and not target.endswith((".zarr", ".zip")):
        raise UsageError(
            f"{target} does not tell what kind of Zarr store it is to be",
            hint=f"{target}.zarr is a folder, {target}.zarr.zip one file",
        )


def write_fields(
    target: str,
    dataset: Dataset[FieldInfo],
    infos: Sequence[FieldInfo],
    form: Form,
    *,
    title: str,
    report: Report,
    job: Job,
) -> None:
    """Write fields of a dataset to `target`, which appears when it is whole.

    Args:
        target: Path, or `-` for stdout.
        dataset: Where the fields are.
        infos: What to write, at least one.
        form: Of the result.
        title: Attribute of CF files.
        report: Told the progress.
        job: Gives stdout, is told what is worth knowing of a GeoTIFF.

    Raises:
        SelectionError: There is more than GeoTIFF takes.
        DataError: A field cannot be read, or GeoTIFF cannot carry its grid.
        OutputError: The output cannot be written.
    """
    known = {
        "title": title,
        "storage": form.storage,
        "progress": report,
        "expect": dataset.expect,
    }
    if form.kind == "zarr":
        _write_zarr(target, dataset, infos, known, job)
        return
    with output_path(target, job, suffix=ENDINGS[form.kind]) as path:
        if form.kind == "netcdf":
            write = load("zyra.fields.netcdf_write:write_netcdf")
            write(path, infos, dataset.grid, dataset.read, **known)
        else:
            _write_geotiff(path, dataset, infos, form, report, job)


def _write_zarr(
    target: str,
    dataset: Dataset[FieldInfo],
    infos: Sequence[FieldInfo],
    known: Mapping[str, Any],
    job: Job,
) -> None:
    def fill(folder: Path) -> None:
        write = load("zyra.fields.zarr_write:write_zarr")
        write(folder, infos, dataset.grid, dataset.read, **known)

    if target.endswith(".zarr"):
        with output_folder(target, replaceable=is_zarr_folder) as folder:
            fill(folder)
    else:
        _write_packed(target, fill, job)


def _write_packed(target: str, fill: Callable[[Path], None], job: Job) -> None:
    """Fill a folder beside the output, then pack it: both lie where there is room for data."""
    with output_path(target, job, suffix=".zip") as path:
        try:
            with tempfile.TemporaryDirectory(prefix=".part-", dir=path.parent) as folder:
                fill(Path(folder))
                load("zyra.fields.zarr_write:pack_store")(Path(folder), path)
        except PermissionError as exc:
            raise OutputError(f"cannot write {target}: {exc.strerror}") from exc


def _write_geotiff(
    path: Path,
    dataset: Dataset[FieldInfo],
    infos: Sequence[FieldInfo],
    form: Form,
    report: Report,
    job: Job,
) -> None:
    if not form.has_any_bands:
        require_one_variable(infos, "--var ")
    grid = dataset.grid(infos[0])
    if any(dataset.grid(info) != grid for info in infos):
        raise UnsupportedFormat(
            f"{infos[0].variable} lies on several grids, of which GeoTIFF takes one",
            hint="choose a level, time or member, or convert to netcdf",
        )
    dataset.expect(infos)
    lattice = load("zyra.fields.geotiff_write:write_geotiff")(
        path,
        infos,
        grid,
        dataset.read,
        cloud=form.storage,
        progress=report,
    )
    if len(infos) > 1 and not form.has_any_bands:
        job.tell(f"{len(infos)} fields of {infos[0].variable}, each a band")
    if lattice.is_resampled:
        job.tell("the grid is uneven: values are interpolated linearly onto even rows and columns")
    elif lattice.shift > _VISIBLE_SHIFT:
        job.tell(
            f"the grid is slightly uneven: values are kept, up to {lattice.shift:.3f} of a cell "
            "from their place"
        )
