"""GRIB to NetCDF, against decoding each message with ecCodes and writing the bare arrays."""

from collections.abc import Iterator
from pathlib import Path

import eccodes
import netCDF4
import numpy as np

from _commands import in_process
from _timing import Case, Work

DATA = Path(__file__).parents[2] / "tests" / "data"
FIELD = DATA / "gfs_0p25_tmp_pv_missing.grib2"
FIELDS = 20
SHAPE = (721, 1440)


def cases(folder: Path) -> Iterator[Case]:
    """Twenty fields of 0.25 degrees, and one."""
    for count in (1, FIELDS):
        many = folder / f"{count}.grib2"
        many.write_bytes(b"".join(at_hour(FIELD.read_bytes(), hour) for hour in range(count)))
        yield Case(
            name=f"GRIB2 to NetCDF, {count} field{'s' if count > 1 else ''} of 721x1440, warm",
            ours=in_process(
                "process",
                "convert-format",
                input=str(many),
                format="netcdf",
                output=str(folder / "ours.nc"),
            ),
            reference=decode_and_write(many, folder / "bare.nc", count),
            against="decode + raw write",
            # One field is the fixed costs of two file formats; the promise is about files.
            at_most=1.5 if count > 1 else None,
        )


def at_hour(message: bytes, hour: int) -> bytes:
    """The same field for another forecast hour."""
    handle = eccodes.codes_new_from_message(message)
    eccodes.codes_set(handle, "forecastTime", hour)
    changed = bytes(eccodes.codes_get_message(handle))
    eccodes.codes_release(handle)
    return changed


def decode_and_write(source: Path, target: Path, count: int) -> Work:
    """Decode with ecCodes, write one variable without attributes."""

    def work() -> None:
        with source.open("rb") as stream, netCDF4.Dataset(target, "w") as dataset:
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
