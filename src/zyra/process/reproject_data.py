"""Reproject the fields of a file."""

from collections.abc import Sequence
from pathlib import Path

from zyra.core.errors import UsageError
from zyra.core.job import Job
from zyra.core.loading import load
from zyra.core.outputs import output_path
from zyra.fields.crs import Crs
from zyra.fields.field import Field, FieldInfo
from zyra.fields.formats import Dataset, detect_format, open_dataset, select_fields
from zyra.fields.geotiff_lattice import lattice_in_order
from zyra.fields.grid import Grid
from zyra.fields.selection import require_one_variable, selection_from
from zyra.fields.warp import Warp
from zyra.process.commands.reproject import ReprojectArgs
from zyra.process.reproject_formats import PICTURE_FORMATS, Kind, suffix_of
from zyra.process.reproject_target import Wanted
from zyra.process.reproject_winds import TurnedWinds


class Reprojected:
    """The fields of a dataset on another grid; a reader for the writers of files.

    Attributes:
        target: The grid that all lie on.
        infos: The fields; winds along the axes of their old grid are described as turned.
    """

    def __init__(
        self, dataset: Dataset[FieldInfo], infos: Sequence[FieldInfo], wanted: Wanted, method: str
    ) -> None:
        """Find the grid of the result.

        Raises:
            UsageError: The fields have nothing in it.
            LimitExceeded: It would have too many cells.
        """
        self._method = method
        self._source = TurnedWinds(dataset, wanted.source)
        self.infos = [self._source.described(info) for info in infos]
        sources = list(dict.fromkeys(self._source.grid(info) for info in infos))
        self.target = wanted.grid(sources)
        self._warps = {source: _warp(source, self.target) for source in sources}

    def grid(self, info: FieldInfo) -> Grid:  # noqa: ARG002 - all lie on the same
        """The grid of the result."""
        return self.target

    def read(self, info: FieldInfo) -> Field:
        """Read a field and bring it onto the grid of the result."""
        values = self._source.values(info)
        warp = self._warps[self._source.grid(info)]
        made = warp.linear(values) if self._method == "bilinear" else warp.nearest(values)
        return Field.of(info, made, self.target)


def reproject_data(
    path: Path, target: str, kind: Kind, args: ReprojectArgs, wanted: Wanted, job: Job
) -> None:
    """Reproject the selected fields of a file.

    Raises:
        UsageError: Arguments that have no effect on data.
        SelectionError: Nothing is there of what is asked for, or too much for GeoTIFF.
        DataError: The file is damaged.
    """
    _refuse_picture_arguments(kind, args)
    found = detect_format(path)
    with open_dataset(path, found) as dataset:
        infos = select_fields(
            dataset, selection_from(args, variable=args.var, pattern=args.pattern)
        )
        if kind == "geotiff" and found != "geotiff":
            require_one_variable(infos, "--var ")
        if wanted.source is not None:
            tell_override(dataset.grid(infos[0]).crs, wanted.source, job)
        made = Reprojected(dataset, infos, wanted, args.resampling)
        with output_path(target, job, suffix=suffix_of(kind)) as output:
            if kind == "netcdf":
                write = load("zyra.fields.netcdf_write:write_netcdf")
                write(output, made.infos, made.grid, made.read, progress=job.progress)
            else:
                write = load("zyra.fields.geotiff_write:write_geotiff")
                write(
                    output,
                    made.infos,
                    made.target,
                    made.read,
                    progress=job.progress,
                    nodata=args.dst_nodata,
                    lattice=lattice_in_order(made.target),
                )
    job.tell(f"wrote {len(infos)} fields to {target}", detail=True)


def tell_override(own: Crs, given: Crs, job: Job) -> None:
    """Say that --s-srs is believed instead of the file."""
    if own != given:
        job.tell(f"--s-srs is taken instead of what the file says: {own.label}")


def _warp(source: Grid, target: Grid) -> Warp:
    warp = Warp(source, target)
    if warp.is_empty:
        raise no_overlap(source, target)
    return warp


def no_overlap(source: Grid, target: Grid) -> UsageError:
    """The refusal of a result that would be empty."""
    return UsageError(
        f"the source ({_shown(source)}) has nothing within the result ({_shown(target)})",
        hint="give --dst-bounds auto, or look whether --s-srs and --bounds are right",
    )


def _shown(grid: Grid) -> str:
    return f"{' '.join(f'{number:.8g}' for number in grid.bounds)} in {grid.crs.label}"


def _refuse_picture_arguments(kind: Kind, args: ReprojectArgs) -> None:
    if kind in PICTURE_FORMATS:
        raise UsageError(
            f"data are no picture that could be written as {kind}",
            hint="write .tif or .nc, or draw them with: zyra visualize heatmap",
        )
    if args.bounds is not None:
        raise UsageError(
            "--bounds has no effect on data, which know their places",
            hint="leave it out; --s-srs replaces the coordinate system that a file names",
        )
    if args.world_file:
        raise UsageError("--world-file has no effect on data", hint="leave it out")
    if kind == "netcdf" and args.dst_nodata is not None:
        raise UsageError(
            "--dst-nodata has no effect on NetCDF, where NaN is missing", hint="leave it out"
        )
