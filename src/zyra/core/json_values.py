"""Turn the bytes of one JSON value into Python's, with a place for what is wrong."""

import json
import re
from typing import Any

import orjson

from zyra.core.errors import DataError

# Nested deeper, a value is no record of anything; decoders recurse.
MAX_DEPTH = 200

# The fast decoder rounds whole numbers of more than 64 bits, which have at least 19 digits.
_LONG_NUMBER = b"0" * 19
_TO_ZEROS = bytes.maketrans(b"123456789", b"000000000")
_NOT_JSON = re.compile(rb"(?<![\"\w])-?(NaN|Infinity)\b")
_DIGITS_OF_A_NUMBER = 4300  # Python's own limit, which keeps conversion from taking forever

_UTF8_MARK = b"\xef\xbb\xbf"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


def without_mark(head: bytes) -> bytes:
    """The beginning of a text without its byte order mark.

    Raises:
        DataError: It is text in UTF-16 or UTF-32.
    """
    if head.startswith(_UTF16_MARKS) or b"\0" in head[:4]:
        raise DataError("the input is not UTF-8", hint="JSON is UTF-8; convert it with iconv first")
    return head.removeprefix(_UTF8_MARK)


def decode(raw: bytes, *, line: int, offset: int) -> Any:
    """The value that `raw` holds; of equal keys in an object the last counts.

    Whole numbers of any length are exact.

    Args:
        raw: One JSON value.
        line: Number of the line where it begins, from 1.
        offset: Bytes before it in the input.

    Raises:
        DataError: It is none, is nested too deeply, or has a number that is none in JSON.
    """
    if raw.count(b"[") + raw.count(b"{") > MAX_DEPTH:
        _refuse_depth(raw, line)
    try:
        value = orjson.loads(raw)
        # A search for bytes is many times faster here than one for a pattern.
        return json.loads(raw) if _LONG_NUMBER in raw.translate(_TO_ZEROS) else value
    except orjson.JSONDecodeError as exc:
        found = _NOT_JSON.search(raw)
        if found is not None:
            raise DataError(
                f"{_place(raw, found.start(), line, offset)}: {found[0].decode()} is no JSON",
                hint="write null where there is no number",
            ) from exc
        # The decoder counts characters: in bytes, what is before is as long as it was read.
        before = raw.decode("utf-8", "replace")[: exc.pos].encode()
        raise DataError(
            f"{_place(raw, min(len(before), len(raw)), line, offset)}: {exc.msg}",
            hint="the input must be JSON, or one JSON value on each line",
        ) from exc
    except ValueError as exc:
        raise DataError(
            f"line {line}: a number has more than {_DIGITS_OF_A_NUMBER} digits"
        ) from exc


def encode(value: Any, *, pretty: bool = False) -> bytes:
    """JSON of a value: compact, or with a line for each of its parts."""
    try:
        return orjson.dumps(value, option=orjson.OPT_INDENT_2 if pretty else None)
    except TypeError:  # whole numbers of more than 64 bits
        separators = None if pretty else (",", ":")
        indent = 2 if pretty else None
        return json.dumps(value, ensure_ascii=False, separators=separators, indent=indent).encode()


def _refuse_depth(raw: bytes, line: int) -> None:
    depth = 0
    for token in _TOKENS.finditer(raw):
        text = token[0]
        depth += (text in b"[{") - (text in b"]}")
        if depth > MAX_DEPTH:
            raise DataError(f"line {line}: nested deeper than {MAX_DEPTH} levels")


# A text without an end is left to the decoder.
_TOKENS = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[\]{}]', re.DOTALL)


def _place(raw: bytes, at: int, line: int, offset: int) -> str:
    lines = raw.count(b"\n", 0, at)
    return f"line {line + lines}, byte {offset + at + 1}"
