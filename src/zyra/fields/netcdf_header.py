"""Check the header of classic NetCDF files before the NetCDF library sees it.

netcdf-c trusts the counts in a damaged header and then reads outside its memory, which
ends the process. What it relies on is checked here: that every count, name, dimension and
offset stays within the file.

Source: "NetCDF Classic File Format Specification", versions CDF-1, CDF-2 and CDF-5.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from pathlib import Path

from zyra.core.errors import DataError

_CLASSIC = {b"CDF\x01": 1, b"CDF\x02": 2, b"CDF\x05": 5}
_DIMENSIONS, _VARIABLES, _ATTRIBUTES = 10, 11, 12
_TYPE_BYTES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 4, 6: 8}
_FURTHER_TYPE_BYTES = {7: 1, 8: 2, 9: 4, 10: 8, 11: 8}  # CDF-5 only
_STREAMING = {4: 0xFFFFFFFF, 8: 0xFFFFFFFFFFFFFFFF}  # number of records is not known

# The headers of real files are far smaller.
_LARGEST_HEADER_BYTES = 64 << 20
_MOST_RANK = 1024


def check_header(path: Path) -> None:
    """Check a file if it is classic NetCDF; others are not looked at.

    Raises:
        DataError: Its header is damaged, or announces more data than the file has.
    """
    with path.open("rb") as stream:
        head = stream.read(4)
        if head not in _CLASSIC:
            return
        size = path.stat().st_size
        header = head + stream.read(min(size, _LARGEST_HEADER_BYTES) - 4)
    try:
        _Header(header, size, _CLASSIC[head]).check()
    except _Damage as exc:
        raise DataError(
            f"{path.name} is damaged: its NetCDF header {exc}", hint="fetch or make it anew"
        ) from exc


class _Damage(Exception):
    """What is wrong with a header."""


@dataclass(frozen=True)
class _Variable:
    lengths: Sequence[int]
    value_bytes: int
    begin: int

    @property
    def is_recorded(self) -> bool:
        """Whether it has the unlimited dimension, whose length is kept as 0."""
        return bool(self.lengths) and self.lengths[0] == 0

    @property
    def slab_bytes(self) -> int:
        """Of all its values; of one record where it is recorded."""
        return self.value_bytes * prod(self.lengths[1:] if self.is_recorded else self.lengths)


class _Header:
    """Walks through one header."""

    def __init__(self, header: bytes, file_size: int, version: int) -> None:
        self._header = header
        self._file_size = file_size
        self._place = 4
        self._count_bytes = 8 if version == 5 else 4
        self._offset_bytes = 4 if version == 1 else 8
        self._types = _TYPE_BYTES | (_FURTHER_TYPE_BYTES if version == 5 else {})

    def check(self) -> None:
        """Raises _Damage."""
        records = self._number(self._count_bytes)
        lengths = [self._dimension() for _ in range(self._list_length(_DIMENSIONS))]
        if lengths.count(0) > 1:
            raise _Damage("has several unlimited dimensions")
        self._attributes()
        variables = [self._variable(lengths) for _ in range(self._list_length(_VARIABLES))]
        recorded = [variable for variable in variables if variable.is_recorded]
        is_known = records != _STREAMING[self._count_bytes]
        stride = sum(_padded(variable.slab_bytes) for variable in recorded)
        if len(recorded) == 1:
            stride = recorded[0].slab_bytes  # the records of a single variable are not padded
        for variable in variables:
            before = stride * (records - 1) if variable.is_recorded and is_known else 0
            is_empty = variable.is_recorded and (records == 0 or not is_known)
            end = variable.begin + before + (0 if is_empty else variable.slab_bytes)
            if end > self._file_size:
                raise _Damage(f"announces {end} bytes where the file has {self._file_size}")

    def _dimension(self) -> int:
        self._name()
        return self._number(self._count_bytes)

    def _attributes(self) -> None:
        for _ in range(self._list_length(_ATTRIBUTES)):
            self._name()
            value_bytes = self._type()
            self._skip(_padded(self._number(self._count_bytes) * value_bytes))

    def _variable(self, lengths: Sequence[int]) -> _Variable:
        self._name()
        rank = self._number(self._count_bytes)
        if rank > _MOST_RANK:
            raise _Damage(f"has a variable of {rank} dimensions")
        numbers = [self._number(self._count_bytes) for _ in range(rank)]
        if any(number >= len(lengths) for number in numbers):
            raise _Damage("names a dimension that is not there")
        own = [lengths[number] for number in numbers]
        if 0 in own[1:]:
            raise _Damage("has an unlimited dimension that is not the first one")
        self._attributes()
        value_bytes = self._type()
        self._number(self._count_bytes)  # its size, which follows from the rest
        return _Variable(own, value_bytes, self._number(self._offset_bytes))

    def _list_length(self, tag: int) -> int:
        found, length = self._number(4), self._number(self._count_bytes)
        if (found, length) != (0, 0) and found != tag:
            raise _Damage(f"has mark {found} where {tag} belongs")
        if length * 8 > len(self._header):
            raise _Damage(f"announces a list of {length}")
        return length

    def _name(self) -> None:
        length = self._number(self._count_bytes)
        if not length:
            raise _Damage("has an empty name")
        self._skip(_padded(length))

    def _type(self) -> int:
        number = self._number(4)
        if number not in self._types:
            raise _Damage(f"has an unknown type {number}")
        return self._types[number]

    def _number(self, width: int) -> int:
        start = self._place
        self._skip(width)
        return int.from_bytes(self._header[start : self._place], "big")

    def _skip(self, length: int) -> None:
        self._place += length
        if self._place > len(self._header):
            raise _Damage("ends too early")


def _padded(length: int) -> int:
    """Lengths are multiples of four bytes."""
    return -(-length // 4) * 4
