"""Read GRIB files, edition 1 and 2: what is in them, and the values of a field.

`read_inventory` lists the fields, `read_field` decodes one of them. Needs numpy and
ecCodes only.
"""

import mmap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from zyra.core.errors import DataError
from zyra.fields.field import Array, Field, FieldInfo
from zyra.fields.grib_checks import check_packing
from zyra.fields.grib_grid import GridDescription, build_grid, describe_grid
from zyra.fields.grib_handle import GribHandle, open_message
from zyra.fields.grib_levels import read_level
from zyra.fields.grib_line import inventory_line
from zyra.fields.grib_names import NameReader
from zyra.fields.grib_reduced import fill_rows
from zyra.fields.grib_sections import FieldPlace, find_fields, message_bytes
from zyra.fields.grib_times import read_times
from zyra.fields.grib_values import in_rows, unpack_values


@dataclass(frozen=True, kw_only=True)
class Message(FieldInfo):
    """One field of a GRIB file, described but not decoded.

    Attributes:
        place: Where it stands in the file.
        grid: What the header says of its grid.
        packing: How its values are packed, as ecCodes names it: `grid_simple`, `grid_jpeg`.
        bits: Bits per packed value; 0 for a field of one value.
    """

    place: FieldPlace
    grid: GridDescription
    packing: str
    bits: int

    @property
    def is_spectral(self) -> bool:
        """Whether it holds coefficients of spherical harmonics instead of points."""
        return self.grid.kind == "sh"


def read_inventory(path: Path) -> list[Message]:
    """Every field in the GRIB file `path`, numbered from 1; fields that share a message count each.

    Raises:
        DataError: It is no GRIB file, or a message is damaged; the byte offset is named.
    """
    with _mapped(path) as data:
        places = list(find_fields(data))
        if not places:
            raise DataError(f"there is no GRIB message in {path.name}", hint="is it a GRIB file?")
        names = NameReader()
        return [
            _describe(message_bytes(data, place), place, number, path.name, names)
            for number, place in enumerate(places, start=1)
        ]


def read_field(path: Path, message: Message) -> Field:
    """Decode one field of `path` onto its grid; reduced grids are filled (`grib_reduced`).

    Raises:
        UnsupportedFormat: The grid is none of rows and columns.
        DataError: The message is damaged.
    """
    where = _where(message.place, path.name)
    with _unpackable(path, message) as handle:
        grid = build_grid(handle, message.grid, where)
        values = _in_grid(handle, message.grid, unpack_values(handle), grid.is_global)
    return Field.of(message, values, grid)


def read_values(path: Path, message: Message) -> Array:
    """The values as the file has them, in its own order, shape (points,); NaN is missing.

    Raises:
        DataError: The message is damaged.
    """
    with _unpackable(path, message) as handle:
        return unpack_values(handle)


@contextmanager
def _unpackable(path: Path, message: Message) -> Iterator[GribHandle]:
    data, where = read_message(path, message), _where(message.place, path.name)
    check_packing(data, where)
    with open_message(data, where) as handle:
        yield handle


def read_message(path: Path, message: Message) -> bytes:
    """The field's message, unchanged; put together anew if it shares one with other fields."""
    with _mapped(path) as data:
        return message_bytes(data, message.place)


def read_whole_message(path: Path, message: Message) -> bytes:
    """The message that holds the field, unchanged, with the other fields in it."""
    start, end = message.place.whole
    with _mapped(path) as data:
        return data[start:end]


@contextmanager
def _mapped(path: Path) -> Iterator[mmap.mmap]:
    with path.open("rb") as stream:
        if not path.stat().st_size:
            raise DataError(f"{path.name} is empty")
        with mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
            yield data


def _where(place: FieldPlace, name: str) -> str:
    return f"message {place.ordinal} at byte {place.offset} of {name}"


def _describe(
    data: bytes, place: FieldPlace, number: int, file_name: str, reader: NameReader
) -> Message:
    where = _where(place, file_name)
    with open_message(data, where) as handle:
        names, times = reader.names(handle), read_times(handle, where)
        row = reader.parameter(handle)
        abbreviation = row.abbreviation if row else ""
        packing = handle.text("packingType")
        message = Message(
            variable=names.variable,
            short_name=names.short_name,
            aliases=(abbreviation,) if abbreviation else (),
            long_name=names.long_name,
            standard_name=names.standard_name,
            units=names.units,
            level=read_level(handle),
            reference_time=times.reference_time,
            valid_time=times.valid_time,
            forecast_hour=times.forecast_hour,
            period_hours=times.period_hours,
            statistic=times.statistic,
            member=_member(handle),
            number=number,
            attributes={"centre": handle.text("centre"), "packing": packing},
            place=place,
            grid=describe_grid(handle),
            packing=packing,
            bits=handle.integer("bitsPerValue") or 0,
        )
        surface = handle.integer("typeOfFirstFixedSurface") if place.edition == 2 else None
    line = inventory_line(
        message, place, abbreviation=abbreviation or names.short_name, surface=surface
    )
    return replace(message, line=line)


def _member(handle: GribHandle) -> int | None:
    """Ensemble member; None for a forecast that is not one of several.

    Local sections of ECMWF have a member 0 also where there is only one.
    """
    member = handle.integer("perturbationNumber")
    if member is None:
        member = handle.integer("number")
    if handle.integer("edition") == 1 and not (
        handle.integer("numberOfForecastsInEnsemble") or member
    ):
        return None
    return member


def _in_grid(
    handle: GribHandle, described: GridDescription, values: Array, is_global: bool
) -> Array:
    shape = (described.rows, described.columns)
    if not described.is_reduced:
        return in_rows(handle, values, shape)
    return fill_rows(values, handle.integers("pl"), described.columns, is_closed=is_global)
