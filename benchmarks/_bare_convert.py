"""The least that a conversion to NetCDF takes: ecCodes and netCDF4 alone, no metadata.

Also run as a process of its own, which imports nothing else.
"""

import sys
from collections.abc import Callable
from pathlib import Path

import eccodes
import netCDF4
import numpy as np

SHAPE = (721, 1440)

Work = Callable[[], object]


def decode_bare(source: Path) -> Work:
    """Decode the values of every message with ecCodes."""

    def work() -> None:
        with source.open("rb") as stream:
            while (handle := eccodes.codes_grib_new_from_file(stream)) is not None:
                eccodes.codes_get_float_array(handle, "values")
                eccodes.codes_release(handle)

    return work


def decode_and_write(source: Path, target: Path) -> Work:
    """Decode with ecCodes, write one variable without attributes."""

    def work() -> None:
        with source.open("rb") as stream, netCDF4.Dataset(target, "w") as dataset:
            count = eccodes.codes_count_in_file(stream)
            for name, size in zip(("time", "y", "x"), (count, *SHAPE), strict=True):
                dataset.createDimension(name, size)
            variable = dataset.createVariable("t", np.float32, ("time", "y", "x"))
            variable.set_auto_maskandscale(False)
            for number in range(count):
                handle = eccodes.codes_grib_new_from_file(stream)
                values = eccodes.codes_get_float_array(handle, "values")
                eccodes.codes_release(handle)
                variable[number] = values.reshape(SHAPE)

    return work


if __name__ == "__main__":
    decode_and_write(Path(sys.argv[1]), Path(sys.argv[2]))()
