"""The functions of ecCodes that reading needs, called through ctypes.

ecCodes' Python package declares the whole library to cffi when it is imported: 50 ms that each
run on the command line would wait for. Its wheel gives the library.

Source: ecCodes 2.42, `eccodes.h`.
"""

import ctypes
import importlib.util
import sys
from collections.abc import Callable
from ctypes import POINTER, byref, c_char_p, c_double, c_int, c_long, c_size_t, c_void_p
from ctypes.util import find_library
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Number = TypeVar("Number", bound=np.generic)

_NOT_FOUND = -10  # CODES_NOT_FOUND: no such key in this message

# What ecCodes gives for octets that are all ones.
_MISSING_INTEGER = 2147483647
_MISSING_NUMBER = -1e100
_MISSING_TEXT = "MISSING"


class EccodesError(Exception):
    """ecCodes refused something; the text is its own."""


Listener = ctypes.CFUNCTYPE(None, c_void_p, c_int, c_char_p)
AssertionListener = ctypes.CFUNCTYPE(None, c_char_p)

# Arguments and result of each function; those without a result return an error code.
_KEY = (c_void_p, c_char_p)
_SIGNATURES: dict[str, tuple[tuple[Any, ...], Any]] = {
    "codes_handle_new_from_message_copy": ((c_void_p, c_char_p, c_size_t), c_void_p),
    "codes_grib_handle_new_from_samples": ((c_void_p, c_char_p), c_void_p),
    "codes_handle_delete": ((c_void_p,), c_int),
    "codes_get_message": ((c_void_p, POINTER(c_void_p), POINTER(c_size_t)), c_int),
    "codes_get_long": ((*_KEY, POINTER(c_long)), c_int),
    "codes_get_double": ((*_KEY, POINTER(c_double)), c_int),
    "codes_get_length": ((*_KEY, POINTER(c_size_t)), c_int),
    "codes_get_string": ((*_KEY, c_char_p, POINTER(c_size_t)), c_int),
    "codes_get_size": ((*_KEY, POINTER(c_size_t)), c_int),
    "codes_get_long_array": ((*_KEY, c_void_p, POINTER(c_size_t)), c_int),
    "codes_get_float_array": ((*_KEY, c_void_p, POINTER(c_size_t)), c_int),
    "codes_get_double_array": ((*_KEY, c_void_p, POINTER(c_size_t)), c_int),
    "codes_set_double": ((*_KEY, c_double), c_int),
    "codes_set_string": ((*_KEY, c_char_p, POINTER(c_size_t)), c_int),
    "codes_get_gaussian_latitudes": ((c_long, c_void_p), c_int),
    "codes_get_error_message": ((c_int,), c_char_p),
    "codes_context_get_default": ((), c_void_p),
    "grib_context_set_logging_proc": ((c_void_p, Listener), None),
    "codes_set_codes_assertion_failed_proc": ((AssertionListener,), None),
}


def _library_path() -> str:
    """Where the library lies: in the wheel, else where conda or the system has it.

    Raises:
        ImportError: There is none.
    """
    package = importlib.util.find_spec("eccodes")
    if package is not None and package.origin is not None:
        home = Path(package.origin).parent
        wheel = home.with_name("eccodes.libs"), home / ".dylibs"
        for folder in (*wheel, Path(sys.prefix, "lib")):
            for path in folder.glob("libeccodes[-.]*"):
                return str(path)
    found = find_library("eccodes")
    if found is None:
        raise ImportError("the library of ecCodes is not installed")
    return found


def _opened_library() -> ctypes.CDLL:
    """The library, its functions declared.

    Raises:
        ImportError: There is none, or it is damaged or too old.
    """
    path = _library_path()
    try:
        library = ctypes.CDLL(path)
        for name, (arguments, result) in _SIGNATURES.items():
            function = getattr(library, name)
            function.argtypes, function.restype = arguments, result
    except (OSError, AttributeError) as exc:
        raise ImportError(f"{path} cannot be used: {exc}") from exc
    return library


_library = _opened_library()


def listen(to_messages: Callable[..., None], to_assertions: Callable[..., None]) -> tuple[Any, ...]:
    """Have ecCodes call these instead of printing to stderr and ending the process.

    Returns:
        What has to live as long as the process: C keeps only addresses.
    """
    listeners = Listener(to_messages), AssertionListener(to_assertions)
    _library.grib_context_set_logging_proc(_library.codes_context_get_default(), listeners[0])
    _library.codes_set_codes_assertion_failed_proc(listeners[1])
    return listeners


def new_handle(message: bytes) -> int:
    """Open a message; `release` has to follow.

    Raises:
        EccodesError: It is none.
    """
    handle = _library.codes_handle_new_from_message_copy(None, message, len(message))
    if not handle:
        raise EccodesError("it is no message")
    return int(handle)


def release(handle: int) -> None:
    """Give an open message back."""
    _library.codes_handle_delete(handle)


def integer(handle: int, key: str) -> int | None:
    """Value of a key; None where it is not there or missing.

    Raises:
        EccodesError: It cannot be had as an integer.
    """
    value = c_long()
    is_there = _check(_library.codes_get_long(handle, key.encode(), byref(value)))
    return value.value if is_there and value.value != _MISSING_INTEGER else None


def number(handle: int, key: str) -> float | None:
    """Value of a key; None where it is not there or missing.

    Raises:
        EccodesError: It cannot be had as a number.
    """
    value = c_double()
    is_there = _check(_library.codes_get_double(handle, key.encode(), byref(value)))
    # A key that holds an integer has that one also when it is asked for as a number.
    is_missing = value.value in (_MISSING_NUMBER, _MISSING_INTEGER)
    return value.value if is_there and not is_missing else None


def text(handle: int, key: str) -> str:
    """Value of a key as text; empty where it is not there or missing.

    Raises:
        EccodesError: It cannot be had as text.
    """
    length = c_size_t()
    if not _check(_library.codes_get_length(handle, key.encode(), byref(length))):
        return ""
    octets = ctypes.create_string_buffer(length.value)
    if not _check(_library.codes_get_string(handle, key.encode(), octets, byref(length))):
        return ""
    is_missing = not octets.value.strip(b"\xff")
    found = "" if is_missing else octets.value.decode("ascii", "replace")
    return "" if found == _MISSING_TEXT else found


def integers(handle: int, key: str) -> NDArray[np.int64]:
    """The array under a key, shape (values,)."""
    found = _array(_library.codes_get_long_array, handle, key, np.dtype(c_long))
    return found.astype(np.int64)


def singles(handle: int, key: str) -> NDArray[np.float32]:
    """The array under a key to single precision, shape (values,)."""
    return _array(_library.codes_get_float_array, handle, key, np.dtype(np.float32))


def doubles(handle: int, key: str) -> NDArray[np.float64]:
    """The array under a key to double precision, shape (values,)."""
    return _array(_library.codes_get_double_array, handle, key, np.dtype(np.float64))


def set_number(handle: int, key: str, value: float) -> None:
    """Change a key of an open message.

    Raises:
        EccodesError: There is no such key.
    """
    _need(_library.codes_set_double(handle, key.encode(), value))


def gaussian_latitudes(order: int) -> NDArray[np.float64]:
    """The latitudes of the Gaussian grid with `order` rows from pole to equator, from north.

    Raises:
        EccodesError: They cannot be found.
    """
    latitudes = np.empty(2 * order)
    _need(_library.codes_get_gaussian_latitudes(order, latitudes.ctypes.data))
    return latitudes


def sample(name: str, centre: str) -> bytes:
    """A message of ecCodes' own, such as `GRIB2`, as a centre would send it.

    Raises:
        EccodesError: There is none of that name.
    """
    handle = _library.codes_grib_handle_new_from_samples(None, name.encode())
    if not handle:
        raise EccodesError(f"there is no sample {name}")
    try:
        size, message = c_size_t(len(centre)), c_void_p()
        _need(_library.codes_set_string(handle, b"centre", centre.encode(), byref(size)))
        _need(_library.codes_get_message(handle, byref(message), byref(size)))
        return ctypes.string_at(message, size.value)
    finally:
        release(handle)


def _array(
    get: Callable[..., int], handle: int, key: str, dtype: np.dtype[Number]
) -> NDArray[Number]:
    size = c_size_t()
    _need(_library.codes_get_size(handle, key.encode(), byref(size)))
    found = np.empty(size.value, dtype)
    _need(get(handle, key.encode(), found.ctypes.data, byref(size)))
    return found[: size.value]  # an accessor may have fewer than it announced


def _need(code: int) -> None:
    if not _check(code):
        raise EccodesError("it lacks a key")


def _check(code: int) -> bool:
    """Whether there was such a key.

    Raises:
        EccodesError: Something else was wrong.
    """
    if code and code != _NOT_FOUND:
        raise EccodesError(_library.codes_get_error_message(code).decode("ascii", "replace"))
    return code == 0
