"""Unpack the values of a GRIB message into rows and columns."""

import numpy as np

from zyra.core.errors import DataError
from zyra.fields import grib_library
from zyra.fields.field import Array
from zyra.fields.grib_handle import GribHandle

# ecCodes 2.42 unpacks these rightly to single precision. JPEG 2000, PNG and IEEE it does not
# ("Function not yet implemented"), and of logarithms it leaves the exponential out.
_SINGLE = frozenset(
    {
        "grid_ccsds",
        "grid_complex",
        "grid_complex_spatial_differencing",
        "grid_second_order",
        "grid_simple",
        "spectral_complex",
        "spectral_simple",
    }
)


def unpack_values(handle: GribHandle) -> Array:
    """Values as float32 in the order of the file, shape (points,); NaN is missing.

    Raises:
        DataError: The data section cannot be unpacked.
    """
    # NaN passes through ecCodes untouched, while its default 9999 can be a true value.
    grib_library.set_number(handle.identifier, "missingValue", float("nan"))
    if handle.text("packingType") not in _SINGLE:
        return grib_library.doubles(handle.identifier, "values").astype(np.float32)
    return grib_library.singles(handle.identifier, "values")


def in_rows(handle: GribHandle, values: Array, shape: tuple[int, int]) -> Array:
    """Bring values from the file's scan order into (rows, columns), columns rising.

    Raises:
        DataError: There are not rows times columns values.
    """
    rows, columns = shape
    if values.size != rows * columns:
        raise DataError(f"there are {values.size} values for {rows} rows and {columns} columns")
    if handle.integer("jPointsAreConsecutive"):
        table = _straightened(handle, values.reshape(columns, rows)).T
    else:
        table = _straightened(handle, values.reshape(rows, columns))
    if handle.integer("iScansNegatively"):
        table = table[:, ::-1]
    return np.ascontiguousarray(table)


def _straightened(handle: GribHandle, lines: Array) -> Array:
    """Turn every other line round where lines run alternately forth and back."""
    if not handle.integer("alternativeRowScanning"):
        return lines
    straight = lines.copy()
    straight[1::2] = lines[1::2, ::-1]
    return straight
