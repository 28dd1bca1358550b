"""Numbers that stand for "no value" in MRMS, the radar mosaics of the United States.

They are packed as if they were values: MRMS uses neither a bitmap nor missing values of the
packing. "Missing" is an echo too weak to be seen, "no coverage" is out of reach of a radar.

Source: NSSL, Operational MRMS GRIB2 Tables, version 12.2, columns Missing and No Coverage.
"""

import numpy as np

from zyra.fields.field import Array
from zyra.fields.grib_handle import GribHandle

MRMS_CENTRE = 161
MRMS_DISCIPLINE = 209
PRECIPITATION = 6
NO_COVERAGE = -999.0
# (missing, no coverage) of all parameters in dBZ, and of all of category 6.
OF_REFLECTIVITY = (-99.0, NO_COVERAGE)
OF_PRECIPITATION = (-1.0, -3.0)


def without_flags(handle: GribHandle, values: Array, units: str) -> Array:
    """`values` with NaN for what MRMS calls missing or not covered; other files' untouched.

    Args:
        handle: The open message.
        values: As unpacked, any shape; changed in place.
        units: Of the parameter.
    """
    flags = _flags(handle, units)
    if flags:
        values[np.isin(values, np.array(flags, np.float32))] = np.nan
    return values


def _flags(handle: GribHandle, units: str) -> tuple[float, ...]:
    if handle.integer("edition") == 1 or handle.integer("discipline") != MRMS_DISCIPLINE:
        return ()
    # Discipline 209 is for local use: other centres may mean something else by it.
    if handle.integer("centre") != MRMS_CENTRE:
        return ()
    if units == "dBZ":
        return OF_REFLECTIVITY
    if handle.integer("parameterCategory") == PRECIPITATION:
        return OF_PRECIPITATION
    return (NO_COVERAGE,)
