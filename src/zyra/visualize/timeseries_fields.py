"""Make series of fields: their values at one place, or their means over an area."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from zyra.core.errors import DataError, UsageError
from zyra.core.job import Job
from zyra.fields.crop import Box
from zyra.fields.field import Field, FieldInfo
from zyra.fields.formats import Dataset, Format, open_dataset, select_fields
from zyra.fields.selection import Selection, require_one_variable
from zyra.fields.statistics import Moments
from zyra.fields.statistics_reader import PointReader
from zyra.visualize.commands.timeseries import SeriesArgs
from zyra.visualize.curves import Curve, Curves, Numbers
from zyra.visualize.directions import is_direction
from zyra.visualize.extent import extent_from
from zyra.visualize.field_series import in_order
from zyra.visualize.places import places_at
from zyra.visualize.resample import linear_values, nearest_values
from zyra.visualize.text import field_title
from zyra.visualize.units import converted

TIME_NAMES = ("time", "valid_time")
VARIABLE_FLAG = "--var"

# The one number that a field gives to its series.
Reduce = Callable[[FieldInfo], float]


def curves_of_fields(
    path: Path, form: Format, wanted: Sequence[str], args: SeriesArgs, job: Job
) -> Curves:
    """The series of each variable that is wanted, over the valid times of its fields.

    Args:
        path: Of the file.
        form: Its format.
        wanted: Names of variables; none means the only one.
        args: Say where, and at which level.
        job: Is told of progress.

    Raises:
        UsageError: The place is outside the grid, or x is no time.
        SelectionError: No field matches, or several of one time.
        DataError: The fields have no times.
    """
    if args.x is not None and args.x.lower() not in TIME_NAMES:
        raise UsageError(
            f"fields are drawn over their valid time, not over {args.x!r}",
            hint="leave out --x; it is for tables and for NetCDF files of series",
        )
    with open_dataset(path, form) as dataset:
        names: Sequence[str | None] = wanted or [None]
        series = [_infos(dataset, name, args) for name in names]
        first = series[0]
        x = _line_of(first)
        _refuse_other_lines(series, x)
        reduce = _reduction(path, form, dataset, args)
        curves = []
        for number, infos in enumerate(series):
            _refuse_directions(infos[0], args)
            values = _values(infos, reduce, job, (number, len(series)))
            curves.append(_curve(infos[0], values, args.units, several=len(series) > 1))
    where = _where(args)
    title = f"{field_title(first[0])}, {where}" if len(series) == 1 else where
    return replace(x, curves=curves, title=title[:1].upper() + title[1:])


def _infos(dataset: Dataset[FieldInfo], name: str | None, args: SeriesArgs) -> Sequence[FieldInfo]:
    asked = Selection(variable=name, level=args.level, member=args.member)
    infos = select_fields(dataset, asked)
    require_one_variable(infos, f"{VARIABLE_FLAG} ")
    return in_order(infos, VARIABLE_FLAG)


def _line_of(infos: Sequence[FieldInfo]) -> Curves:
    """What the series is drawn over: valid times, or else what the fields are counted by."""
    times = [info.valid_time.timestamp() for info in infos if info.valid_time is not None]
    if len(times) == len(infos):
        return Curves(np.array(times), (), x_name="time", is_time=True)
    for name in infos[0].dimensions:
        values = [info.dimensions.get(name, np.nan) for info in infos]
        if len(set(values)) == len(infos):
            return Curves(np.array(values), (), x_name=name)
    raise DataError(
        f"the fields of {infos[0].variable} have no times", hint="a series needs several times"
    )


def _refuse_other_lines(series: Sequence[Sequence[FieldInfo]], first: Curves) -> None:
    for infos in series[1:]:
        if not np.array_equal(_line_of(infos).x, first.x):
            raise DataError(
                f"{series[0][0].variable} and {infos[0].variable} have different times",
                hint="draw them one by one",
            )


def _refuse_directions(info: FieldInfo, args: SeriesArgs) -> None:
    blends = args.at is None or args.interpolation == "linear"
    if blends and is_direction(info):
        raise UsageError(
            f"{info.variable} holds directions, of which there is no mean",
            hint="draw it at a grid point: --at LON LAT --interpolation nearest",
        )


def _values(infos: Sequence[FieldInfo], reduce: Reduce, job: Job, part: tuple[int, int]) -> Numbers:
    number, parts = part
    values = np.empty(len(infos))
    for place, info in enumerate(infos):
        job.progress((number + place / len(infos)) / parts, f"reading {info.variable}")
        values[place] = reduce(info)
    return values


def _curve(info: FieldInfo, values: Numbers, units: str | None, *, several: bool) -> Curve:
    name = field_title(info) if several else info.long_name or info.variable
    if units is None or not info.units:
        return Curve(name, values, units or info.units)
    exact = converted(values, info.units, units)
    if exact is None:
        raise UsageError(
            f"{info.variable} is in {info.units}, which cannot be converted to {units}",
            hint="leave out --units",
        )
    return Curve(name, exact, units)


def _reduction(path: Path, form: Format, dataset: Dataset[FieldInfo], args: SeriesArgs) -> Reduce:
    if args.at is not None:
        lon, lat = args.at
        return lambda info: _value_at(dataset.read(info), lon, lat, args.interpolation)
    box = None
    if args.extent is not None:
        west, east, south, north = extent_from(args.extent)
        box = Box.from_numbers((west, south, east, north))
    reader = PointReader(path, form, dataset, box)
    return lambda info: Moments.of(*reader.read(info)).area_mean


def _value_at(read: Field, lon: float, lat: float, interpolation: str) -> float:
    places = places_at(read.grid, np.array([lon]), np.array([lat]))
    if places.is_outside:
        raise UsageError(
            f"{lon:g} {lat:g} lies outside the grid of {read.variable}",
            hint="give the longitude and latitude of a place within it",
        )
    values_of = linear_values if interpolation == "linear" else nearest_values
    return float(values_of(read.values, places)[0, 0])


def _where(args: SeriesArgs) -> str:
    if args.at is not None:
        lon, lat = args.at
        return f"{_degrees(lat, 'NS')} {_degrees(lon, 'EW')}"
    if args.extent is None:
        return "mean over the grid"
    west, east, south, north = args.extent
    edges = (
        _degrees(south, "NS"),
        _degrees(north, "NS"),
        _degrees(west, "EW"),
        _degrees(east, "EW"),
    )
    return "mean over {} to {}, {} to {}".format(*edges)


def _degrees(angle: float, letters: str) -> str:
    letter = letters[angle < 0]
    return f"{abs(angle):g}°{letter}"
