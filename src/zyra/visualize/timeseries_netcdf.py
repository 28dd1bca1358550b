"""Read variables of one dimension from a NetCDF file: series of a station, a buoy, a mean."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np
from numpy.typing import NDArray

from zyra.core.closest import closest_or_all
from zyra.core.errors import DataError, ShapeMismatch, UsageError, VariableNotFound
from zyra.fields.budgets import refuse_too_large
from zyra.fields.cf_times import decode_times, is_time_units
from zyra.fields.cf_values import packing_of, unpack
from zyra.fields.netcdf_header import check_header
from zyra.visualize.commands.timeseries import SeriesArgs
from zyra.visualize.curves import Curve, Curves

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Series:
    """One variable of one dimension: values (NaN is missing) and its attributes."""

    name: str
    dimension: str
    values: Numbers
    attributes: Mapping[str, Any]

    @property
    def units(self) -> str:
        """As the file says, or empty."""
        return str(self.attributes.get("units", ""))

    @property
    def title(self) -> str:
        """Its name for people."""
        name = self.attributes.get("long_name") or self.attributes.get("standard_name")
        return str(name or self.name).replace("_", " ")


def has_series(path: Path, wanted: Sequence[str]) -> bool:
    """Whether what is wanted, or anything beside coordinates, has one dimension.

    Raises:
        DataError: The file is damaged.
    """
    with _opened(path) as file:
        names = _series_names(file)
        if wanted:
            return all(name in names for name in wanted)
        larger = [name for name, variable in file.variables.items() if variable.ndim > 1]
        return bool(names) and not larger


def curves_of_variables(path: Path, wanted: Sequence[str], args: SeriesArgs) -> Curves:
    """The variables `wanted` over the coordinate that the arguments name, or their own.

    Raises:
        UsageError: There is no such variable, or there are several and none is named.
        ShapeMismatch: They and x have different lengths.
        DataError: The file is damaged.
    """
    with _opened(path) as file:
        names = _series_names(file)
        chosen = list(wanted) or [name for name in names if name != args.x]
        read = [_read(path, file, name) for name in chosen]
        first = read[0]
        x_name = args.x or (first.dimension if first.dimension in file.variables else None)
        if args.x is not None and args.x not in file.variables:
            raise VariableNotFound(
                f"{path.name} has no variable {args.x!r}",
                hint=f"did you mean {closest_or_all(args.x, file.variables)}?",
            )
        x = None if x_name is None else _read(path, file, x_name)
    length = len(first.values) if x is None else len(x.values)
    for series in read:
        if len(series.values) != length:
            other = first.name if x is None else x.name
            raise ShapeMismatch(
                f"{series.name} has {len(series.values)} values, {other} {length}",
                hint="draw variables of one dimension over a coordinate of it",
            )
    curves = [Curve(series.title, series.values, args.units or series.units) for series in read]
    return _over(x, first, curves)


def _over(x: Series | None, first: Series, curves: Sequence[Curve]) -> Curves:
    if x is None:
        places = np.arange(len(first.values), dtype=np.float64)
        return Curves(places, curves, x_name=first.dimension)
    if not is_time_units(x.units):
        return Curves(x.values, curves, x_name=x.title, x_units=x.units)
    calendar = str(x.attributes.get("calendar", "standard"))
    dates = decode_times(x.values, x.units, calendar)
    seconds = [np.nan if date is None else date.timestamp() for date in dates]
    return Curves(np.array(seconds), curves, x_name=x.title, is_time=True)


def _series_names(file: Any) -> list[str]:
    """Variables of one dimension and numbers that are no coordinates."""
    return [
        name
        for name, variable in file.variables.items()
        if variable.ndim == 1 and _is_numeric(variable) and name not in file.dimensions
    ]


def _is_numeric(variable: Any) -> bool:
    return isinstance(variable.dtype, np.dtype) and variable.dtype.kind in "iuf"


def _read(path: Path, file: Any, name: str) -> Series:
    variable = file.variables[name]
    if variable.ndim != 1 or not _is_numeric(variable):
        raise UsageError(
            f"{name} of {path.name} is no series of numbers",
            hint=f"variables of one dimension: {', '.join(_series_names(file)) or 'none'}",
        )
    refuse_too_large(name, variable.shape)
    attributes = {key: variable.getncattr(key) for key in variable.ncattrs()}
    values = unpack(
        np.asarray(variable[...]), packing_of(variable.dtype, attributes), dtype=np.float64
    )
    return Series(name, variable.dimensions[0], values, attributes)


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    check_header(path)
    try:
        with netCDF4.Dataset(path.absolute()) as file:
            file.set_auto_maskandscale(False)
            yield file
    except (OSError, RuntimeError, UnicodeDecodeError) as exc:
        raise DataError(
            f"{path.name} is not readable as NetCDF: {getattr(exc, 'strerror', None) or exc}"
        ) from exc
