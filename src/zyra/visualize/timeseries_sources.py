"""Find the series that a chart is made of: in a table, a NetCDF file of series, or fields."""

from pathlib import Path

from zyra.core.errors import DataError, UnsupportedFormat, UsageError
from zyra.core.job import Job
from zyra.fields.formats import Format, detect_format
from zyra.visualize.columns import Heading, read_columns, read_heading
from zyra.visualize.commands.timeseries import SeriesArgs
from zyra.visualize.curves import Curve, Curves
from zyra.visualize.timeseries_fields import curves_of_fields
from zyra.visualize.timeseries_netcdf import curves_of_variables, has_series

OF_FIELDS = ("at", "extent", "level", "member")
LOOKED_AT = 4096


def read_curves(path: Path, args: SeriesArgs, job: Job) -> Curves:
    """Read the series that the arguments ask for.

    Raises:
        UsageError: The arguments do not fit the file.
        SelectionError: It has no such column or variable.
        DataError: It cannot be read.
    """
    wanted = args.y or ([] if args.var is None else [args.var])
    form = _format(path)
    if form is None:
        _refuse_choices_of_fields(args, "a table")
        return _curves_of_table(path, wanted, args)
    if form == "netcdf" and has_series(path, wanted):
        _refuse_choices_of_fields(args, "a file of series")
        return curves_of_variables(path, wanted, args)
    return curves_of_fields(path, form, wanted, args, job)


def _format(path: Path) -> Format | None:
    """The format of a file of fields; None for a table."""
    try:
        return detect_format(path)
    except UnsupportedFormat:
        if path.is_dir():
            raise
        with path.open("rb") as stream:
            head = stream.read(LOOKED_AT)
        # What else it may be, `detect_format` tells better than a table's reader would.
        if not head or b"\0" in head or head.startswith((b"<", b"\x89", b"\x1f\x8b", b"BUFR")):
            raise
        return None


def _refuse_choices_of_fields(args: SeriesArgs, kind: str) -> None:
    given = [name for name in OF_FIELDS if args.is_given(name)]
    if given:
        raise UsageError(
            f"{', '.join(given)} is for files of fields, and the input is {kind}",
            hint="leave it out",
        )


def _curves_of_table(path: Path, wanted: list[str], args: SeriesArgs) -> Curves:
    heading = read_heading(path)
    x_place = 0 if args.x is None else heading.place(args.x, "x")
    flag = "y" if args.var is None else "var"
    places = [heading.place(name, flag) for name in wanted]
    places = places or _numeric(heading, x_place)
    needed = list(dict.fromkeys([x_place, *places]))
    read = dict(zip(needed, read_columns(path, heading, needed), strict=True))
    for place in places:
        if read[place].is_time:
            raise UsageError(
                f"column {read[place].name!r} holds times, which can only be --x",
                hint="name columns with numbers as --y",
            )
    curves = [Curve(read[place].name, read[place].values, args.units or "") for place in places]
    x = read[x_place]
    return Curves(x.values, curves, x_name=x.name, is_time=x.is_time)


def _numeric(heading: Heading, x_place: int) -> list[int]:
    """Every column with numbers but that of x."""
    found = [
        place
        for place, name in enumerate(heading.names)
        if heading.kinds[name] == "number" and place != x_place
    ]
    if not found:
        raise DataError(
            f"{heading.file} has no column with numbers beside {heading.names[x_place]!r}",
            hint=f"it has {', '.join(heading.names)}; name the column with --y",
        )
    return found
