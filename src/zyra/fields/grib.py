"""Read GRIB files, edition 1 and 2: what is in them, and the values of a field.

`read_inventory` lists the fields, `read_field` decodes one of them. Needs numpy and
ecCodes only.
"""

import mmap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from zyra.core.errors import DataError
from zyra.fields.budgets import refuse_bomb
from zyra.fields.field import Array, Field
from zyra.fields.grib_checks import check_packing
from zyra.fields.grib_grid import GridDescription, build_grid
from zyra.fields.grib_handle import GribHandle, open_message
from zyra.fields.grib_heads import head_bytes
from zyra.fields.grib_message import Describer, Message, where_is
from zyra.fields.grib_mrms import without_flags
from zyra.fields.grib_reduced import fill_rows
from zyra.fields.grib_sections import find_fields, message_bytes
from zyra.fields.grib_values import in_rows, unpack_values

__all__ = [
    "Message",
    "first_message",
    "read_field",
    "read_head",
    "read_inventory",
    "read_message",
    "read_values",
    "read_whole_message",
]

_MAPPED_BYTES = 64 << 20


def read_inventory(path: Path) -> list[Message]:
    """Every field in the GRIB file `path`, numbered from 1; fields that share a message count each.

    Raises:
        DataError: It is no GRIB file, or a message is damaged; the byte offset is named.
    """
    with _mapped(path, in_order=False) as data:
        messages = list(_described(data, Describer(path.name)))
    if not messages:
        raise DataError(f"there is no GRIB message in {path.name}", hint="is it a GRIB file?")
    return messages


def first_message(path: Path) -> Message | None:
    """The first field of the GRIB file `path`; None where there is none.

    Raises:
        DataError: Its message is damaged.
    """
    with _mapped(path, in_order=False) as data:
        return next(_described(data, Describer(path.name)), None)


def _described(data: mmap.mmap, describer: Describer) -> Iterator[Message]:
    released = 0
    for number, place in enumerate(find_fields(data), start=1):
        yield describer.describe(head_bytes(data, place), place, number)
        if place.whole[1] - released > _MAPPED_BYTES:
            # Else a large file would count in full as memory of this process.
            data.madvise(mmap.MADV_DONTNEED)
            released = place.whole[1]


def read_field(path: Path, message: Message) -> Field:
    """Decode one field of `path` onto its grid; reduced grids are filled (`grib_reduced`).

    Raises:
        UnsupportedFormat: The grid is none of rows and columns.
        DataError: The message is damaged.
    """
    where = where_is(message.place, path.name)
    with _unpackable(path, message) as handle:
        grid = build_grid(handle, message.grid, where)
        values = _in_grid(handle, message.grid, _values(handle, message), grid.is_global)
    return Field.of(message, values, grid)


def read_values(path: Path, message: Message) -> Array:
    """The values in the order of the file, shape (points,); NaN is missing (`grib_mrms`, too).

    Raises:
        DataError: The message is damaged.
    """
    with _unpackable(path, message) as handle:
        return _values(handle, message)


def _values(handle: GribHandle, message: Message) -> Array:
    return without_flags(handle, unpack_values(handle), message.units)


@contextmanager
def _unpackable(path: Path, message: Message) -> Iterator[GribHandle]:
    data, where = read_message(path, message), where_is(message.place, path.name)
    check_packing(data, where)
    with open_message(data, where) as handle:
        refuse_bomb(where, handle.integer("numberOfDataPoints") or 0, lambda: len(data))
        yield handle


def read_message(path: Path, message: Message) -> bytes:
    """The field's message, unchanged; put together anew if it shares one with other fields."""
    with _mapped(path) as data:
        return message_bytes(data, message.place)


def read_head(path: Path, message: Message) -> bytes:
    """The field's message without bit map and values."""
    with _mapped(path, in_order=False) as data:
        return head_bytes(data, message.place)


def read_whole_message(path: Path, message: Message) -> bytes:
    """The message that holds the field, unchanged, with the other fields in it."""
    start, end = message.place.whole
    with _mapped(path) as data:
        return data[start:end]


@contextmanager
def _mapped(path: Path, *, in_order: bool = True) -> Iterator[mmap.mmap]:
    """The bytes of a file; if it is not read in order, only those that are looked at."""
    with path.open("rb") as stream:
        if not path.stat().st_size:
            raise DataError(f"{path.name} is empty")
        with mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
            if not in_order:
                data.madvise(mmap.MADV_RANDOM)
            yield data


def _in_grid(
    handle: GribHandle, described: GridDescription, values: Array, is_global: bool
) -> Array:
    shape = (described.rows, described.columns)
    if not described.is_reduced:
        return in_rows(handle, values, shape)
    return fill_rows(values, handle.integers("pl"), described.columns, is_closed=is_global)
