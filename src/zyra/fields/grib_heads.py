"""Cut GRIB messages to what describes them, so that listing a file does not read its values.

Octets as in the WMO Manual on Codes (WMO-No. 306), volume I.2, FM 92.
"""

import struct

from zyra.fields.grib_sections import END, Bytes, FieldPlace, Span, grib1_sections, sections

_BIT_MAP, _VALUES = 6, 7

# What stands for the sections left out of edition 2: no bit map (code table 6.0), no values.
_STAND_INS = {_BIT_MAP: b"\0\0\0\6\6\xff", _VALUES: b"\0\0\0\5\7"}

# Edition 1 says in section 4 how it is packed; its longest description is that of
# second-order packing, whose first octets these are.
_VALUES_OCTETS = 1024
_HAS_BIT_MAP = 0x40  # section 1, octet 8


def head_bytes(data: Bytes, place: FieldPlace) -> bytes:
    """The field as a message of its own that has neither bit map nor values.

    Its other sections are unchanged, so that each key of the header has its value.
    """
    return _head_of_edition_1(data, place) if place.edition == 1 else _head(data, place)


def _head(data: Bytes, place: FieldPlace) -> bytes:
    start, end = place.whole
    spans = place.spans
    if place.fields == 1:
        spans = tuple(span for _, span in sections(data, start + 16, end - len(END)))
    parts = [_STAND_INS.get(data[first + 4]) or data[first:last] for first, last in spans]
    body = b"".join(parts)
    total = len(place.head) + len(body) + len(END)
    return place.head[:8] + struct.pack(">Q", total) + body + END


def _head_of_edition_1(data: Bytes, place: FieldPlace) -> bytes:
    offset, _ = place.whole
    first, *others = grib1_sections(data, offset)
    parameter = bytearray(data[slice(*first)])
    described = others[:-1]
    if parameter[7] & _HAS_BIT_MAP:
        parameter[7] &= ~_HAS_BIT_MAP
        described = others[:-2]
    parts = [bytes(parameter), *(data[start:end] for start, end in described)]
    body = b"".join([*parts, _cut_values(data, others[-1], place)])
    total = 8 + len(body) + len(END)
    return data[offset : offset + 4] + total.to_bytes(3, "big") + b"\1" + body + END


def _cut_values(data: Bytes, span: Span, place: FieldPlace) -> bytes:
    # The length that a message above 8 MiB gives of this section means something else.
    end = place.whole[1] - len(END)
    values = data[span[0] : min(end, span[0] + _VALUES_OCTETS)]
    return len(values).to_bytes(3, "big") + values[3:]
