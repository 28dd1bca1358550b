"""Read places with a value each from a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from zyra.core.errors import DataError, UsageError
from zyra.fields.field import Array
from zyra.visualize.columns import Column, Heading, read_columns, read_heading, read_texts
from zyra.visualize.view import Extent

LONGITUDES = ("lon", "longitude", "long", "lng", "x")
LATITUDES = ("lat", "latitude", "y")
MOST_POINTS = 200_000
# Degrees around the outermost points, and in relation to their distance.
LEAST_MARGIN, MARGIN = 2.0, 0.08


@dataclass(frozen=True)
class Points:
    """Places in degrees with values, and names or None; all have one value at least.

    Attributes:
        variable: Name of the values.
        lon, lat: Degrees, shape (points,), longitudes from -180 to 180.
        values: Same shape, none missing.
        names: What the places are called, or None.
    """

    variable: str
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    values: Array
    names: Sequence[str] | None

    @property
    def extent(self) -> Extent:
        """What holds all of them, with a margin."""
        across = max(float(np.ptp(self.lon)) * MARGIN, LEAST_MARGIN)
        up = max(float(np.ptp(self.lat)) * MARGIN, LEAST_MARGIN)
        west, east = float(self.lon.min() - across), float(self.lon.max() + across)
        south, north = float(self.lat.min() - up), float(self.lat.max() + up)
        if east - west > 360.0:
            west, east = -180.0, 180.0
        return west, east, max(south, -90.0), min(north, 90.0)


def read_points(path: Path, variable: str | None, extent: Extent | None) -> Points:
    """Read the rows of a table that have a value, within `extent` if it is given.

    Args:
        path: CSV with columns for longitude, latitude and the value.
        variable: Name of the column with the values; None for the first other one of numbers.
        extent: West, east, south and north.

    Raises:
        UsageError: There is no such column, or the extent holds no point.
        DataError: The table is damaged or has no value, or a place is not on the Earth.
    """
    heading = read_heading(path)
    places = [_place_of(heading, LONGITUDES), _place_of(heading, LATITUDES)]
    places.append(_value_place(heading, variable, places))
    lon, lat, value = read_columns(path, heading, places)
    named = next((n for n, name in enumerate(heading.names) if heading.kinds[name] == "text"), None)
    names = None if named is None else read_texts(path, heading, named)
    kept = np.isfinite(lon.values) & np.isfinite(lat.values) & np.isfinite(value.values)
    _refuse_off_earth(lon, lat)
    turned = (lon.values + 180.0) % 360.0 - 180.0
    if extent is not None and kept.any():
        kept &= _within(turned, lat.values, extent)
        if not kept.any():
            raise UsageError("the extent holds none of the points", hint="leave out --extent")
    return _chosen(value, turned, lat.values, kept, names)


def _chosen(
    value: Column,
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    kept: NDArray[np.bool_],
    names: Sequence[str] | None,
) -> Points:
    count = int(kept.sum())
    if count == 0:
        raise DataError(
            f"every value of {value.name} is missing",
            hint="choose another variable, level, time or file",
        )
    if count > MOST_POINTS:
        raise UsageError(
            f"the page would hold {count} points, at most {MOST_POINTS} can be moved about",
            hint="give --extent for a part of them",
        )
    known = None if names is None else [names[number] for number in np.flatnonzero(kept).tolist()]
    values = value.values[kept].astype(np.float32)
    return Points(value.name, lon[kept], lat[kept], values, known)


def _place_of(heading: Heading, names: Sequence[str]) -> int:
    by_name = {name.lower(): place for place, name in enumerate(heading.names)}
    found = next((by_name[name] for name in names if name in by_name), None)
    if found is None:
        raise UsageError(
            f"{heading.file} has no column {names[0]}",
            hint=f"name one {' or '.join(names)}; it has {', '.join(heading.names[:30])}",
        )
    return found


def _value_place(heading: Heading, variable: str | None, taken: Sequence[int]) -> int:
    if variable is not None:
        return heading.place(variable, "var")
    others = [place for place in range(len(heading.names)) if place not in taken]
    # A column that begins with missing values is none of text, so it may hold numbers.
    for kind in ("number", None):
        found = [place for place in others if heading.kinds[heading.names[place]] == kind]
        if found:
            return found[0]
    raise DataError(
        f"{heading.file} has no column with numbers beside longitude and latitude",
        hint=f"it has {', '.join(heading.names[:30])}",
    )


def _refuse_off_earth(lon: Column, lat: Column) -> None:
    for column, most in ((lon, 360.0), (lat, 90.0)):
        beyond = np.flatnonzero(np.abs(column.values) > most)
        if beyond.size:
            raise DataError(
                f"{column.name} is {column.values[beyond[0]]:g} in row {beyond[0] + 1}",
                hint=f"degrees are from {-most:g} to {most:g}",
            )


def _within(
    lon: NDArray[np.float64], lat: NDArray[np.float64], extent: Extent
) -> NDArray[np.bool_]:
    west, east, south, north = extent
    east = east + 360.0 if east < west else east
    across: NDArray[np.bool_] = (lon - west) % 360.0 <= east - west
    return across & (lat >= south) & (lat <= north)
