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
    made = [_made(gribs[3], folder / name, "convert-format", format=form) for name, form in _MADE]
    made += [_classic(made[0], folder / f"{kind}.nc", kind) for kind in _CLASSIC_KINDS]
    listings = [Trial(path, "decode-grib2", {"stats": True}, "list.txt") for path in gribs]
    raw = [Trial(path, "decode-grib2", {"raw": True}, "copy.grib2") for path in gribs]
    fields = (trial for path in (*gribs, *made) for trial in _of_fields(path))
    return [*listings, *raw, *fields, *_of_records(), *_of_frames(), *_of_media(folder)]


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


def _of_fields(source: Path) -> Iterator[Trial]:
    for form, output in (("netcdf", "o.nc"), ("geotiff", "o.tif"), ("zarr", "o.zarr.zip")):
        yield Trial(source, "convert-format", {"format": form}, output)
    yield Trial(source, "inspect", {"values": True}, "o.txt")
    yield Trial(source, "stats", {"percentiles": [50.0]}, "o.txt")
    yield Trial(source, "subset", {"stride": [2]}, "o.nc")
    yield Trial(source, "extract-variable", {"pattern": "."}, "o.nc")
    wanted = {"t_srs": "EPSG:3857", "dst_bounds": ["auto"], "width": 64}
    yield Trial(source, "reproject", wanted, "o.nc")


def _of_records() -> Iterator[Trial]:
    """Records and documents, which are JSON or CSV."""
    for name in ("lifelogs.json", "ensemble.csv", "places.csv", "dataset.json", "frames.json"):
        yield Trial(DATA / name, "inspect", {}, "o.txt")
    lists = DATA / "lifelogs.json"
    yield Trial(lists, "api-json", {"preset": "limitless-lifelogs"}, "o.csv")
    yield Trial(lists, "api-json", {"flatten": True, "format": "jsonl"}, "o.jsonl")
    items = DATA / "dataset_items.json"
    for level in ("shallow", "capabilities", "probe"):
        given = {"enrich": level, "offline": True}
        yield Trial(items, "enrich-datasets", given, "o.json", "items_file")
    frames = DATA / "frames.json"
    yield Trial(frames, "enrich-metadata", {}, "o.json", "frames_meta")
    folder = {"frames_dir": str(DATA / "frames"), "fill_mode": "nearest"}
    yield Trial(frames, "pad-missing", folder, "made", "frames_meta", "output_dir")
    update = {"dataset_id": "INTERNAL_SOS_SST", "start": "2026-01-01"}
    yield Trial(DATA / "dataset.json", "update-dataset-json", update, "o.json", "input_file")


def _of_frames() -> Iterator[Trial]:
    """A folder of pictures, one of which is damaged, and pictures to be reprojected."""
    yield Trial(DATA / "frames", "scan-frames", {}, "o.json", "frames_dir")
    picture = next(path for path in sorted((DATA / "frames").iterdir()) if path.suffix == ".png")
    wanted = {
        "bounds": [-180.0, -90.0, 180.0, 90.0],
        "s_srs": "EPSG:4326",
        "t_srs": "EPSG:3857",
        "width": 64,
    }
    yield Trial(picture, "reproject", {**wanted, "dst_bounds": ["auto"]}, "o.png")
    yield Trial(picture, "inspect", {}, "o.txt")
    yield Trial(picture, "video-transcode", {}, "o.mp4")


_FILMS = ("o.webm", "o.mov", "o.mpg")
_FPS = 25.0  # MPEG has no rate of 12
_SOUNDS = ("o.mp3", "o.ogg")


def _of_media(folder: Path) -> Iterator[Trial]:
    """Films and sounds of every kind that is written here."""
    film, tone = DATA / "film.mp4", DATA / "tone.wav"
    films = [film, *(_made(film, folder / name, "video-transcode", fps=_FPS) for name in _FILMS)]
    sounds = [tone, *(_made(tone, folder / name, "audio-transcode") for name in _SOUNDS)]
    for film in films:
        yield Trial(film, "video-transcode", {"preset": "ultrafast"}, "o.mp4")
        yield Trial(film, "audio-transcode", {}, "o.wav")
    for source in (*films, *sounds):
        yield Trial(source, "audio-metadata", {}, "o.json")
        yield Trial(source, "inspect", {}, "o.txt")
    for sound in sounds:
        yield Trial(sound, "audio-transcode", {}, "o.ogg")


def _made(source: Path, target: Path, command: str, **args: Any) -> Path:
    in_process("process", command, input=str(source), output=str(target), **args)()
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
