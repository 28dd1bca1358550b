"""Draw values over time as curves or points."""

from zyra import __version__
from zyra.core.errors import DataError
from zyra.core.job import Job
from zyra.core.outputs import open_output
from zyra.fields.zarr_names import is_zarr_folder
from zyra.media.png import write_png
from zyra.transfer.sources import local_copy
from zyra.visualize.chart import Chart
from zyra.visualize.commands.timeseries import TimeseriesArgs
from zyra.visualize.curves import Curves
from zyra.visualize.timeseries_sources import read_curves


def run(args: TimeseriesArgs, job: Job) -> None:
    """Read the series that the arguments ask for, draw them, and write the picture.

    Raises:
        UsageError: The arguments do not fit together, or not with the data.
        DataError: The input cannot be read, or there is nothing to draw.
    """
    with local_copy(args.input, job, takes_folder=is_zarr_folder) as path:
        curves = read_curves(path, args, job)
    _refuse_nothing(curves)
    chart = Chart(
        curves.in_order(),
        width=args.width,
        height=args.height,
        dpi=args.dpi,
        style=args.style,
        title=args.title,
        xlabel=args.xlabel,
        ylabel=args.ylabel,
    )
    texts = {"Title": chart.shown_title, "Software": f"Zyra {__version__}"}
    pixels = chart.drawn()
    with open_output(args.output, job) as stream:
        known = {keyword: text for keyword, text in texts.items() if text}
        write_png(stream, pixels, metadata=known, dpi=args.dpi)
    job.progress(1.0)


def _refuse_nothing(curves: Curves) -> None:
    """Refuse what makes no picture.

    Raises:
        DataError: There are less than two moments, or no value at all.
    """
    moments = curves.moments
    if moments < 2:
        raise DataError(
            f"there is {moments or 'nothing'} to draw over {curves.x_name or 'x'}: "
            "a series needs two different values of x",
            hint="give a file with several times, or rows",
        )
    if not curves.has_values:
        names = ", ".join(curve.name for curve in curves.curves)
        raise DataError(
            f"every value of {names} is missing",
            hint="choose another variable, level, time or file",
        )
