"""Find the messages of a GRIB file, and the fields in them, from section headers alone.

Nothing is decoded here: lengths and section numbers are read with `struct`, which
takes microseconds a message. Octet numbers are those of the WMO Manual on Codes
(WMO-No. 306), volume I.2, FM 92 GRIB edition 2 and, for edition 1, volume I.2 of 2001.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from mmap import mmap

from zyra.core.errors import DataError

MAGIC = b"GRIB"
END = b"7777"

Span = tuple[int, int]
Bytes = bytes | mmap

# Bit map indicator "as defined before in this message" (code table 6.0).
_EARLIER_BITMAP = 254
_LARGE_GRIB1 = 0x800000
_SHORTEST_SECTION = 6  # octets of edition 1's shortest, the bit map's head
# Code table 4 of edition 1; ecCodes divides by zero on 255.
_LAST_UNIT_OF_TIME, _SECOND = 14, 254
# Octets of the fixed beginning of each section of edition 2.
_SHORTEST = {1: 21, 2: 5, 3: 14, 4: 9, 5: 11, 6: 6, 7: 5}


@dataclass(frozen=True)
class FieldPlace:
    """Where one field stands in a file.

    Attributes:
        ordinal: Number of its message, from 1; `7.2` is the second field of message 7.
        offset, length: The message that holds it, in bytes.
        edition: 1 or 2.
        head: The 16 octets of section 0 (edition 2).
        spans: (start, end) in the file of the sections that make up this field; the
            whole message if it holds only this one.
        whole: (start, end) in the file of the message. Starts at `offset`, unless the file
            is an excerpt of another, to which `ordinal` and `offset` then belong.
        fields: How many fields the message holds.
    """

    ordinal: str
    offset: int
    length: int
    edition: int
    head: bytes = field(repr=False)
    spans: tuple[Span, ...] = field(repr=False)
    whole: Span = field(repr=False)
    fields: int = 1


def message_bytes(data: Bytes, place: FieldPlace) -> bytes:
    """The field as a message of its own.

    A field that shares its message with others is put together from its sections,
    so that no reader needs to know of multi-field messages.
    """
    parts = [data[start:end] for start, end in place.spans]
    if place.fields == 1:
        return parts[0]
    body = b"".join(parts)
    total = len(place.head) + len(body) + len(END)
    return place.head[:8] + struct.pack(">Q", total) + body + END


def find_fields(data: Bytes) -> Iterator[FieldPlace]:
    """Every field in `data`, in order; what stands between messages is skipped.

    Raises:
        DataError: A message is cut off or damaged; its byte offset is named.
    """
    for number, (offset, length, edition) in enumerate(find_messages(data), start=1):
        whole = (offset, offset + length)
        if edition == 1:
            _refuse_wrong_sections(data, whole)
            yield FieldPlace(str(number), offset, length, 1, b"", (whole,), whole)
        else:
            yield from _fields_of_message(data, number, whole)


def find_messages(data: Bytes) -> Iterator[tuple[int, int, int]]:
    """(offset, length, edition) of every message in `data`.

    Raises:
        DataError: A message is cut off or damaged; its byte offset is named.
    """
    position = 0
    while True:
        offset = data.find(MAGIC, position)
        _refuse_lost_message(data, position, len(data) if offset < 0 else offset)
        if offset < 0:
            return
        length, edition = _length_and_edition(data, offset)
        end = offset + length
        if end > len(data):
            raise DataError(
                f"the GRIB message at byte {offset} is cut off: it should have {length} bytes, "
                f"the file ends after {len(data) - offset}",
                hint="fetch the file again",
            )
        if data[end - 4 : end] != END:
            raise DataError(
                f"the GRIB message at byte {offset} is damaged: it does not end in 7777"
            )
        yield offset, length, edition
        position = end


def _refuse_lost_message(data: Bytes, start: int, end: int) -> None:
    # Bulletin headings may stand between messages, but an end without a beginning is a message
    # whose first bytes are damaged: skipping it would lose a field silently.
    if end - start >= 8 and data.find(END, start, end) >= 0:
        raise DataError(
            f"a GRIB message ends between bytes {start} and {end} but none begins there"
        )


def _length_and_edition(data: Bytes, offset: int) -> tuple[int, int]:
    head = data[offset : offset + 16]
    if len(head) < 16:
        raise DataError(f"the GRIB message at byte {offset} is cut off after {len(head)} bytes")
    edition = head[7]
    if edition == 2:
        length: int = struct.unpack(">Q", head[8:])[0]
    elif edition == 1:
        length = _grib1_length(data, offset, _uint24(head[4:7]))
    else:
        raise DataError(f"the GRIB message at byte {offset} has edition {edition}, not 1 or 2")
    if length < 20:
        raise DataError(f"the GRIB message at byte {offset} is damaged: its length is {length}")
    return length, edition


def _grib1_length(data: Bytes, offset: int, length: int) -> int:
    """True length of an edition 1 message.

    ECMWF writes messages above 8 MiB with the highest bit of the length set; then it counts
    blocks of 120 bytes, and what the last block lacks stands as the length of section 4.
    """
    if not length & _LARGE_GRIB1:
        return length
    blocks = (length & ~_LARGE_GRIB1) * 120
    start, _ = grib1_sections(data, offset)[-1]
    lacking = _uint24(data[start : start + 3])
    return blocks - lacking + 4 if lacking < 120 else length


def grib1_sections(data: Bytes, offset: int) -> list[Span]:
    """Sections 1, 2 and 3 where they are present, and 4, as their own lengths have them."""
    flags = data[offset + 15] if offset + 15 < len(data) else 0
    spans = []
    position = offset + 8
    for present in (True, bool(flags & 0x80), bool(flags & 0x40), True):
        if present:
            end = position + _uint24(data[position : position + 3])
            spans.append((position, end))
            position = end
    return spans


def _refuse_wrong_sections(data: Bytes, whole: Span) -> None:
    """Refuse an edition 1 message whose sections do not fill it: ecCodes would abort on some.

    Raises:
        DataError: They do not, or its unit of time is none.
    """
    offset, end = whole
    spans = grib1_sections(data, offset)
    is_large = bool(_uint24(data[offset + 4 : offset + 7]) & _LARGE_GRIB1)
    last = spans[-1][0] if is_large else spans[-1][1]
    fits = last <= end - len(END) if is_large else last == end - len(END)
    too_short = any(stop - start < _SHORTEST_SECTION for start, stop in spans[:-1])
    if not fits or too_short or _has_lost_list(data, spans):
        raise DataError(f"the GRIB message at byte {offset} is damaged: its sections do not fit")
    unit = data[spans[0][0] + 17]
    if unit > _LAST_UNIT_OF_TIME and unit != _SECOND:
        raise DataError(f"the GRIB message at byte {offset} is damaged: its unit of time is {unit}")


def _has_lost_list(data: Bytes, spans: list[Span]) -> bool:
    """Whether section 2 says that vertical coordinates or row lengths lie outside of it."""
    if len(spans) < 3 and not data[spans[0][0] + 7] & 0x80:
        return False
    start, end = spans[1]
    coordinates, octet = data[start + 3], data[start + 4]
    if octet == 255:
        return coordinates > 0
    return octet - 1 + 4 * coordinates > end - start


def _uint24(octets: bytes) -> int:
    return int.from_bytes(octets, "big")


def _fields_of_message(data: Bytes, number: int, whole: Span) -> Iterator[FieldPlace]:
    offset, end = whole
    head = data[offset : offset + 16]
    found = list(_field_spans(data, offset, end - len(END)))
    if not found:
        raise DataError(f"the GRIB message at byte {offset} holds no field")
    if len(found) == 1:
        yield FieldPlace(str(number), offset, end - offset, 2, head, (whole,), whole)
        return
    for part, spans in enumerate(found, start=1):
        ordinal = f"{number}.{part}"
        yield FieldPlace(ordinal, offset, end - offset, 2, head, spans, whole, len(found))


def _field_spans(data: Bytes, offset: int, end: int) -> Iterator[tuple[Span, ...]]:
    """The sections of each field of one edition 2 message: 1 to 7, some of them shared."""
    current: dict[int, Span] = {}
    bitmap: Span | None = None
    for section, span in sections(data, offset + 16, end):
        # A section that comes again makes those after it void, and keeps those before it.
        current = {known: current[known] for known in current if known < section}
        current[section] = span
        if section == 6:
            if data[span[0] + 5] != _EARLIER_BITMAP:
                bitmap = span
            elif bitmap is not None:
                current[6] = bitmap
        if section == 7:
            _refuse_incomplete(current, offset)
            yield tuple(current[known] for known in sorted(current))


def sections(data: Bytes, start: int, end: int) -> Iterator[tuple[int, Span]]:
    """Number and span in `data` of each section of edition 2 from `start` to `end`.

    Raises:
        DataError: One is too short, or does not fit.
    """
    position = start
    while position < end:
        length = int.from_bytes(data[position : position + 4], "big")
        section = data[position + 4] if position + 4 < end else 0
        if length < _SHORTEST.get(section, end) or position + length > end:
            raise DataError(
                f"the GRIB section at byte {position} is damaged: number {section}, length {length}"
            )
        yield section, (position, position + length)
        position += length


def sections_of(message: bytes) -> Iterator[tuple[int, Span]]:
    """Number and (start, end) of each section of one edition 2 message."""
    return sections(message, 16, len(message) - len(END))


def _refuse_incomplete(sections: dict[int, Span], offset: int) -> None:
    lacking = {1, 3, 4, 5, 6, 7} - sections.keys()
    if lacking:
        raise DataError(f"the GRIB message at byte {offset} lacks section {min(lacking)}")
