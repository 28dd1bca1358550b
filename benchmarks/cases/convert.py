"""GRIB to NetCDF, Zarr and GeoTIFF, against ecCodes alone and against writing bare arrays."""

import sys
from collections.abc import Iterator
from pathlib import Path

import eccodes

import _bare_convert
from _bare_convert import decode_and_write, decode_bare
from _commands import in_process
from _timing import Case, Work, process
from zyra.fields.formats import open_dataset

DATA = Path(__file__).parents[2] / "tests" / "data"
FIELD = DATA / "gfs_0p25_tmp_pv_missing.grib2"
FIELDS = 24
ZYRA = str(Path(sys.executable).with_name("zyra"))
BARE = str(_bare_convert.__file__)


def cases(folder: Path) -> Iterator[Case]:
    """Twenty-four fields of 0.25 degrees, and one."""
    one, many = (repeated(folder, count) for count in (1, FIELDS))
    name = f"{FIELDS} fields of 721x1440"
    yield Case(
        name=f"decode {name}, warm",
        ours=decode_ours(many),
        reference=decode_bare(many),
        against="ecCodes alone",
        at_most=1.3,
    )
    yield Case(
        name="GRIB2 to NetCDF, 1 field of 721x1440, warm",
        ours=_converted(one, "netcdf", folder / "ours.nc"),
        reference=decode_and_write(one, folder / "bare.nc"),
        against="decode + raw write",
        # One field is the fixed costs of two file formats; the promise is about files.
    )
    for form, target, at_most in (
        ("netcdf", "ours.nc", 1.5),
        ("zarr", "ours.zarr", 2.5),
        ("geotiff", "ours.tif", None),
    ):
        yield Case(
            name=f"GRIB2 to {form}, {name}, warm",
            ours=_converted(many, form, folder / target),
            reference=decode_and_write(many, folder / "bare.nc"),
            against="decode + raw write",
            at_most=at_most,
            rounds=7,
        )
    yield fresh_case(folder, many)


def fresh_case(folder: Path, source: Path) -> Case:
    """The conversion of a file of `FIELDS` fields to NetCDF, as a process of its own."""
    return Case(
        name=f"GRIB2 to netcdf, {FIELDS} fields of 721x1440, fresh process",
        ours=process(
            *(ZYRA, "process", "convert-format", str(source), "netcdf"),
            *("--output", str(folder / "fresh.nc")),
        ),
        reference=process(sys.executable, BARE, str(source), str(folder / "bare.nc")),
        against="fresh decode + raw write",
        at_most=1.8,
        rounds=7,
    )


def at_hour(message: bytes, hour: int) -> bytes:
    """The same field for another forecast hour."""
    handle = eccodes.codes_new_from_message(message)
    eccodes.codes_set(handle, "forecastTime", hour)
    changed = bytes(eccodes.codes_get_message(handle))
    eccodes.codes_release(handle)
    return changed


def decode_ours(source: Path) -> Work:
    """Read every field of a file."""

    def work() -> None:
        with open_dataset(source) as dataset:
            for info in dataset.infos:
                dataset.read(info)

    return work


def repeated(folder: Path, count: int) -> Path:
    """A file of the same field at `count` hours."""
    path = folder / f"{count}.grib2"
    path.write_bytes(b"".join(at_hour(FIELD.read_bytes(), hour) for hour in range(count)))
    return path


def _converted(source: Path, form: str, target: Path) -> Work:
    return in_process(
        "process", "convert-format", input=str(source), format=form, output=str(target)
    )
