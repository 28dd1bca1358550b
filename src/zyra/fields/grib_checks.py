"""Refuse damaged packing before ecCodes sees it.

ecCodes trusts the numbers in a message: a flipped bit can make it read or write beyond its
memory, which ends the process. What it relies on is checked here, at a small part of the
cost of unpacking. Octets as in the WMO Manual on Codes, FM 92 GRIB edition 2: templates
5.0, 5.2, 5.3, 5.40 and 5.41, and data templates 7.2 and 7.3.
"""

import struct
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from zyra.core.errors import DataError
from zyra.fields.budgets import MOST_POINTS
from zyra.fields.grib_sections import sections_of

_SPECTRAL_GRIDS = range(50, 54)
_NO_BITMAP, _BITMAP_HERE = 255, 0
_SIMPLE, _COMPLEX, _DIFFERENCED = 0, 2, 3
_JPEG, _PNG = (40, 40000), (41, 40010)
_WIDEST_BITS = 32


def check_packing(message: bytes, where: str) -> None:
    """Check one message of edition 2 that holds one field; edition 1 is not looked at.

    Raises:
        DataError: Its numbers contradict each other.
    """
    if message[7] != 2:
        return
    # Views: each copy of the data section would cost a tenth of unpacking it.
    view = memoryview(message)
    sections = {number: view[start:end] for number, (start, end) in sections_of(message)}
    try:
        problem = _points_problem(sections) or _packing_problem(sections)
    except (struct.error, IndexError):
        problem = "a section ends too early"
    if problem:
        raise DataError(f"{where} is damaged: {problem}")


Sections = Mapping[int, memoryview]


def _points_problem(sections: Sections) -> str:
    """What is wrong with the numbers of points, packed values and bits in the bit map."""
    points, template = _uint32(sections[3], 7), _uint16(sections[3], 13)
    values, indicator = _uint32(sections[5], 6), _uint8(sections[6], 6)
    if points > MOST_POINTS:
        return f"{points} points, of which {MOST_POINTS} are read at most"
    if template in _SPECTRAL_GRIDS:
        return ""
    if indicator == _NO_BITMAP and points != values:
        return f"{values} values for {points} points without a bit map"
    if indicator == _BITMAP_HERE and (len(sections[6]) - 6) * 8 < points:
        return f"the bit map is too short for {points} points"
    return f"{values} values for {points} points" if values > points else ""


def _packing_problem(sections: Sections) -> str:
    template, values = _uint16(sections[5], 10), _uint32(sections[5], 6)
    data = sections[7][5:]
    if template == _SIMPLE:
        bits = _uint8(sections[5], 20)
        return _room_problem(data, values * bits) or _width_problem(bits)
    if template in (_COMPLEX, _DIFFERENCED):
        return _groups_problem(sections[5], data, values)
    if template in _JPEG:
        return _jpeg_problem(data, values)
    if template in _PNG:
        return _png_problem(data, values)
    return ""


def _room_problem(data: memoryview, bits: int) -> str:
    return f"{bits} bits in {len(data)} bytes of data" if bits > len(data) * 8 else ""


def _width_problem(bits: int) -> str:
    return f"values of {bits} bits" if bits > _WIDEST_BITS else ""


def _groups_problem(head: memoryview, data: memoryview, values: int) -> str:
    """What is wrong with the groups of complex packing: their widths, lengths and room."""
    groups = _uint32(head, 32)
    reference_bits, width_bits, length_bits = _uint8(head, 20), _uint8(head, 37), _uint8(head, 47)
    if groups == 0:
        return "" if values == 0 else f"no groups for {values} values"
    widest = max(reference_bits, width_bits, length_bits)
    if widest > _WIDEST_BITS or groups > max(values, 1):
        return f"{groups} groups for {values} values, {widest} bits each"
    position = _length_of_differences(head)
    starts = []
    for bits in (reference_bits, width_bits, length_bits):
        starts.append(position)
        position += (groups * bits + 7) // 8
    if position > len(data):
        return f"{groups} groups in {len(data)} bytes of data"
    widths = _uint8(head, 36) + _unpacked(data[starts[1] :], groups, width_bits)
    lengths = _uint32(head, 38) + _unpacked(data[starts[2] :], groups, length_bits) * _uint8(
        head, 42
    )
    lengths[-1] = _uint32(head, 43)
    if int(lengths.sum()) != values:
        return f"groups of {int(lengths.sum())} values in all where {values} are announced"
    return _width_problem(int(widths.max())) or _room_problem(
        data[position:], int(widths @ lengths)
    )


def _length_of_differences(head: memoryview) -> int:
    """Octets before the groups: first values and minimum of spatial differencing."""
    if _uint16(head, 10) == _COMPLEX:
        return 0
    return (_uint8(head, 48) + 1) * _uint8(head, 49)


def _unpacked(data: memoryview, count: int, bits: int) -> NDArray[np.int64]:
    """The first `count` unsigned integers of `bits` bits each; zeros where there are no bits."""
    if bits == 0:
        return np.zeros(count, np.int64)
    first_bit = np.arange(count, dtype=np.int64) * bits
    needed = bytes(data[: (count * bits + 7) // 8])
    octets = np.frombuffer(needed + b"\0" * 5, np.uint8).astype(np.int64)
    touched = (bits + 14) // 8  # an integer of so many bits may lie in so many octets
    window = np.zeros(count, np.int64)
    for octet in range(touched):
        window = window << 8 | octets[(first_bit >> 3) + octet]
    unpacked: NDArray[np.int64] = window >> (8 * touched - bits - (first_bit & 7)) & (1 << bits) - 1
    return unpacked


def _jpeg_problem(data: memoryview, values: int) -> str:
    """Whether the picture has as many pixels as there are values (ISO 15444-1, SIZ segment)."""
    if not data and values:
        return ""  # a field of one value has no picture
    if bytes(data[:4]) != b"\xff\x4f\xff\x51":
        return "" if not data else "its JPEG 2000 picture does not begin as one"
    sizes = struct.unpack(">8I", data[8:40])
    components = struct.unpack(">H", data[40:42])[0]
    if sizes[2:4] != (0, 0) or sizes[6:8] != (0, 0) or components != 1:
        return "its JPEG 2000 picture has an unusual layout"
    return (
        ""
        if sizes[0] * sizes[1] == values
        else f"a picture {sizes[0]} x {sizes[1]} for {values} values"
    )


def _png_problem(data: memoryview, values: int) -> str:
    """Whether the picture has as many pixels as there are values (PNG, IHDR chunk)."""
    if not data:
        return ""
    if bytes(data[:8]) != b"\x89PNG\r\n\x1a\n":
        return "its PNG picture does not begin as one"
    width, height = struct.unpack(">2I", data[16:24])
    return "" if width * height == values else f"a picture {width} x {height} for {values} values"


def _uint8(section: memoryview, octet: int) -> int:
    return section[octet - 1]


def _uint16(section: memoryview, octet: int) -> int:
    return int(struct.unpack_from(">H", section, octet - 1)[0])


def _uint32(section: memoryview, octet: int) -> int:
    return int(struct.unpack_from(">I", section, octet - 1)[0])
