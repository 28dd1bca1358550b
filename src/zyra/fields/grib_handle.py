"""One GRIB message opened with ecCodes: its keys as Python values.

ecCodes' own messages on stderr are silenced: what matters of them comes as the
text of the exception, which is translated into a `DataError` here.
"""

import ctypes
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import eccodes
import numpy as np
from gribapi import bindings
from numpy.typing import NDArray

from zyra.core.errors import DataError

_Listener = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int, ctypes.c_char_p)
_AssertionListener = ctypes.CFUNCTYPE(None, ctypes.c_char_p)

_library = ctypes.CDLL(bindings.library_path)
_library.grib_context_get_default.restype = ctypes.c_void_p
_library.grib_context_set_logging_proc.argtypes = [ctypes.c_void_p, _Listener]
_library.codes_set_codes_assertion_failed_proc.argtypes = [_AssertionListener]


def _say_nothing(context: object, level: int, message: object) -> None:
    """Take the place of ecCodes' printing to stderr."""


class _Assertions(threading.local):
    """Assertions that failed inside ecCodes in this thread.

    By itself ecCodes would end the process; a callback can only note it and return.
    """

    def __init__(self) -> None:
        self.failed: list[str] = []

    def note(self, message: bytes) -> None:
        """Remember one, instead of aborting."""
        self.failed.append(message.decode("utf-8", "replace"))


_assertions = _Assertions()


def _note_assertion(message: bytes) -> None:
    _assertions.note(message)


# C keeps only the addresses: the callbacks must live as long as the process.
_SILENCE = _Listener(_say_nothing)
_NOTE = _AssertionListener(_note_assertion)
_library.grib_context_set_logging_proc(_library.grib_context_get_default(), _SILENCE)
_library.codes_set_codes_assertion_failed_proc(_NOTE)


# What ecCodes gives for octets that are all ones, as integer, float and text.
_MISSING = (eccodes.CODES_MISSING_LONG, eccodes.CODES_MISSING_DOUBLE, "MISSING")


@dataclass(frozen=True)
class GribHandle:
    """Keys of an open message; each getter gives None (or "") where the key has no value."""

    identifier: int

    def text(self, key: str) -> str:
        """Value of `key` as text; empty if it is not there or missing."""
        return str(self._get(key, str) or "")

    def integer(self, key: str) -> int | None:
        """Value of `key` as an integer."""
        value = self._get(key, int)
        return None if value is None else int(value)

    def number(self, key: str) -> float | None:
        """Value of `key` as a float."""
        value = self._get(key, float)
        return None if value is None else float(value)

    def needed_integer(self, key: str) -> int:
        """Value of `key`, which must be there.

        Raises:
            DataError: It is not.
        """
        value = self.integer(key)
        if value is None:
            raise DataError(f"the GRIB message has no {key}")
        return value

    def needed_number(self, key: str) -> float:
        """Value of `key`, which must be there.

        Raises:
            DataError: It is not.
        """
        value = self.number(key)
        if value is None:
            raise DataError(f"the GRIB message has no {key}")
        return value

    def integers(self, key: str) -> NDArray[np.int64]:
        """The array under `key`."""
        return np.asarray(eccodes.codes_get_array(self.identifier, key, int), dtype=np.int64)

    def _get(self, key: str, kind: type) -> str | int | float | None:
        try:
            value: str | int | float = eccodes.codes_get(self.identifier, key, kind)
        except eccodes.KeyValueNotFoundError:
            return None
        return None if value in _MISSING else value


@contextmanager
def open_message(data: bytes, where: str) -> Iterator[GribHandle]:
    """Open one message; errors of ecCodes inside the block become `DataError`.

    Args:
        data: The message, from GRIB to 7777.
        where: What to call it in an error, such as `message 3 at byte 1200 of t.grib2`.

    Raises:
        DataError: ecCodes cannot read it.
    """
    _assertions.failed.clear()
    try:
        identifier = eccodes.codes_new_from_message(data)
        try:
            _refuse_failed_assertion(where)
            yield GribHandle(identifier)
            _refuse_failed_assertion(where)
        finally:
            eccodes.codes_release(identifier)
    except eccodes.CodesInternalError as exc:
        raise DataError(f"{where} cannot be read: {exc}", hint="the file may be damaged") from exc


def _refuse_failed_assertion(where: str) -> None:
    if _assertions.failed:
        raise DataError(
            f"{where} is damaged: ecCodes found {_assertions.failed[0].splitlines()[0]}"
        )
