"""How much the coded chunks of a Zarr store decode to, found out before they are decoded.

A chunk of a kilobyte may decode to a gigabyte whatever its array announces, and the codecs
make room for all of it. Most say in their header how much it is; the others are decoded
here piece by piece, and no further than is allowed.

Sources: c-blosc README_CHUNK_FORMAT; RFC 8878 section 3.1 (Zstandard); numcodecs, `lz4.pyx`.
"""

import bz2
import lzma
import struct
from collections.abc import Callable, Mapping
from typing import cast

from isal import isal_zlib

_PIECE_BYTES = 1 << 22
_ANY_HEADER = 32 + isal_zlib.MAX_WBITS  # of zlib or gzip
_ZSTD, _SKIPPED, _SKIPPED_BITS = 0xFD2FB528, 0x184D2A50, 0xFFFFFFF0
_LARGEST_ZSTD_BLOCK = 1 << 17
_ZSTD_CHECKSUM_BYTES = 4


def is_within(codec: str, data: bytes, most: int) -> bool:
    """Whether `data` decode to at most so many bytes; True also where they are damaged.

    Args:
        codec: Name, as numcodecs and Zarr have it.
        data: A whole chunk.
        most: Bytes.
    """
    measure = _MEASURES.get(codec)
    try:
        return measure is None or measure(data, most) <= most
    except _DAMAGE:  # the codec itself will say what is wrong
        return True


def _blosc(data: bytes, most: int) -> int:  # noqa: ARG001
    return int(struct.unpack_from("<I", data, 4)[0])


def _lz4(data: bytes, most: int) -> int:  # noqa: ARG001
    return int(struct.unpack_from("<I", data, 0)[0])


def _zstd(data: bytes, most: int) -> int:
    """The sum over all frames of what they announce, or else of what their blocks may hold."""
    total = place = 0
    while place < len(data) and total <= most:
        magic, length = struct.unpack_from("<II", data, place)
        if magic & _SKIPPED_BITS == _SKIPPED:
            place += 8 + length
            continue
        if magic != _ZSTD:
            break
        has_checksum = data[place + 4] >> 2 & 1
        announced, place = _zstd_head(data, place + 4)
        blocks, place = _zstd_blocks(data, place)
        place += _ZSTD_CHECKSUM_BYTES * has_checksum
        total += blocks if announced is None else announced
    return total


def _zstd_head(data: bytes, place: int) -> tuple[int | None, int]:
    """What the frame announces, and where its blocks begin."""
    described = data[place]
    is_single, size_flag = described >> 5 & 1, described >> 6
    place += 1 + (1 - is_single) + (0, 1, 2, 4)[described & 3]
    length = (is_single, 2, 4, 8)[size_flag]
    announced = int.from_bytes(data[place : place + length], "little")
    announced += 256 if length == 2 else 0
    return (announced if length else None), place + length


def _zstd_blocks(data: bytes, place: int) -> tuple[int, int]:
    """The most that the blocks from `place` on may hold, and where the frame ends."""
    most, is_last = 0, False
    while not is_last:
        head = int.from_bytes(data[place : place + 3], "little")
        is_last, kind, size = bool(head & 1), head >> 1 & 3, head >> 3
        most += _LARGEST_ZSTD_BLOCK if kind == 2 else size
        place += 3 + (1 if kind == 1 else size)
        if place > len(data):
            break
    return most, place


def _deflate(data: bytes, most: int) -> int:
    """What zlib or the members of gzip decode to; counted a little beyond `most` only."""
    total = 0
    while data and total <= most:
        stream = isal_zlib.decompressobj(_ANY_HEADER)
        while data and not stream.eof and total <= most:
            total += len(stream.decompress(data, _PIECE_BYTES))
            data = stream.unconsumed_tail
        data = stream.unused_data
    return total


def _bz2(data: bytes, most: int) -> int:
    return _counted(bz2.BZ2Decompressor, data, most)


def _lzma(data: bytes, most: int) -> int:
    return _counted(lzma.LZMADecompressor, data, most)


def _counted(
    start: Callable[[], bz2.BZ2Decompressor | lzma.LZMADecompressor], data: bytes, most: int
) -> int:
    """What the streams in `data` decode to; counted a little beyond `most` only."""
    total = 0
    while data and total <= most:
        stream, given = start(), data
        while not stream.eof and total <= most:
            piece = stream.decompress(given, _PIECE_BYTES)
            if not piece and stream.needs_input:
                break  # it is cut short
            total, given = total + len(piece), b""
        data = stream.unused_data
    return total


_MEASURES: Mapping[str, Callable[[bytes, int], int]] = {
    "blosc": _blosc,
    "bz2": _bz2,
    "gzip": _deflate,
    "lz4": _lz4,
    "lzma": _lzma,
    "zlib": _deflate,
    "zstd": _zstd,
}
# The types of isal take the class of its error for an instance.
_NO_DEFLATE = cast("type[Exception]", isal_zlib.error)
_DAMAGE = (struct.error, IndexError, EOFError, OSError, lzma.LZMAError, _NO_DEFLATE)

# What makes more bytes of few; other codecs change the order or width of numbers.
STRETCHING = frozenset(_MEASURES)
