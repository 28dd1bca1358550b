"""One GRIB message opened with ecCodes: its keys as Python values.

ecCodes' own messages on stderr are silenced: what matters of them comes as the
text of the exception, which is translated into a `DataError` here.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zyra.core.errors import DataError
from zyra.fields import grib_library
from zyra.fields.grib_library import EccodesError


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


_LISTENERS = grib_library.listen(_say_nothing, _note_assertion)


@dataclass(frozen=True)
class GribHandle:
    """Keys of an open message; each getter gives None (or "") where the key has no value."""

    identifier: int

    def text(self, key: str) -> str:
        """Value of `key` as text; empty if it is not there or missing."""
        return grib_library.text(self.identifier, key)

    def integer(self, key: str) -> int | None:
        """Value of `key` as an integer."""
        return grib_library.integer(self.identifier, key)

    def number(self, key: str) -> float | None:
        """Value of `key` as a float."""
        return grib_library.number(self.identifier, key)

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
        return grib_library.integers(self.identifier, key)


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
        identifier = grib_library.new_handle(data)
        try:
            _refuse_failed_assertion(where)
            yield GribHandle(identifier)
            _refuse_failed_assertion(where)
        finally:
            grib_library.release(identifier)
    except EccodesError as exc:
        raise DataError(f"{where} cannot be read: {exc}", hint="the file may be damaged") from exc


def _refuse_failed_assertion(where: str) -> None:
    if _assertions.failed:
        raise DataError(
            f"{where} is damaged: ecCodes found {_assertions.failed[0].splitlines()[0]}"
        )
