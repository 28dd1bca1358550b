"""Damage the sample files at random and run commands on them; print what did not end well.

    .venv/bin/python benchmarks/mutations.py [--count 5000] [--first 0]

A run ends well with exit code 0 or 2, one line of error without traceback, and no half-written
file. The exit code is 1 when one did not. Takes some minutes.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import netCDF4

from _commands import in_process
from _mutations import Trial, findings

DATA = Path(__file__).parents[1] / "tests" / "data"
GRIBS = (
    ("gfs_0p25_tmp_pv_missing.grib2", "t"),
    ("gfswave_atlocn_0p16_f001.grib2", "swh"),
    ("hrrr_t06z_f01_tmp.grib2", "t"),
    ("aqm_hawaii_mercator.grib2", "ozcon"),
    ("cmc_polar_stereographic.grib1", "u"),
    ("lambert.grib1", None),
    ("rotated_ll.grib1", None),
    ("reduced_gg.grib1", None),
    ("missing_values.grib1", None),
)


def main() -> int:
    """Run the trials and print findings as they come."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--count", type=int, default=5000, help="how many files to damage")
    parser.add_argument("--first", type=int, default=0, help="first seed")
    given = parser.parse_args()
    start, found = time.monotonic(), 0
    with tempfile.TemporaryDirectory(prefix="zyra-mutations-") as folder:
        trials = make_trials(Path(folder))
        for finding in findings(trials, range(given.first, given.first + given.count)):
            found += 1
            print(finding, flush=True)
    seconds = time.monotonic() - start
    print(f"{given.count} damaged files in {seconds:.0f} s, {found} findings", file=sys.stderr)
    return 1 if found else 0


def make_trials(folder: Path) -> list[Trial]:
    """Every format that is read, each run into every format that is written."""
    gribs = [DATA / name for name, _ in GRIBS]
    made = [_convert(gribs[3], folder / name, form) for name, form in _MADE]
    made += [_classic(made[0], folder / f"{kind}.nc", kind) for kind in _CLASSIC_KINDS]
    listings = [Trial(path, "decode-grib2", {"stats": True}, "list.txt") for path in gribs]
    raw = [Trial(path, "decode-grib2", {"raw": True}, "copy.grib2") for path in gribs]
    return [*listings, *raw, *(trial for path in (*gribs, *made) for trial in _conversions(path))]


_MADE = (
    ("mercator.nc", "netcdf"),
    ("mercator.tif", "geotiff"),
    ("mercator.zarr", "zarr"),
    ("mercator.zarr.zip", "zarr"),
)
_Classic = Literal["NETCDF3_CLASSIC", "NETCDF3_64BIT_OFFSET", "NETCDF3_64BIT_DATA"]
_CLASSIC_KINDS: tuple[_Classic, ...] = (
    "NETCDF3_CLASSIC",
    "NETCDF3_64BIT_OFFSET",
    "NETCDF3_64BIT_DATA",
)


def _conversions(source: Path) -> Iterator[Trial]:
    for form, output in (("netcdf", "o.nc"), ("geotiff", "o.tif"), ("zarr", "o.zarr.zip")):
        yield Trial(source, "convert-format", {"format": form}, output)


def _convert(source: Path, target: Path, form: str, **args: Any) -> Path:
    in_process(
        "process", "convert-format", input=str(source), format=form, output=str(target), **args
    )()
    return target


def _classic(source: Path, target: Path, kind: _Classic) -> Path:
    """The same data as classic NetCDF, with the time as record dimension."""
    with netCDF4.Dataset(source) as given, netCDF4.Dataset(target, "w", format=kind) as made:
        made.setncatts({name: given.getncattr(name) for name in given.ncattrs()})
        for name, dimension in given.dimensions.items():
            made.createDimension(name, None if name == "time" else len(dimension))
        for name, variable in given.variables.items():
            copy = made.createVariable(name, variable.dtype, variable.dimensions)
            copy.setncatts(
                {key: variable.getncattr(key) for key in variable.ncattrs() if key != "_FillValue"}
            )
            copy[...] = variable[...]
    return target


if __name__ == "__main__":
    raise SystemExit(main())
