"""A field looks the same from every kind of file: GRIB, GeoTIFF, Zarr as a folder and packed."""

from functools import partial
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from zyra.cli.main import main
from zyra.visualize.commands import command_map

RAIN = ["--var", "pwat"]
ONE = ["--forecast-hour", "6"]
# Not many cells in a pixel: of which four the mean is taken depends on where rows begin.
SMALL = ["--extent", "10", "40", "-40", "-20", "--width", "240", "--height", "160"]
# Of each command, what it is told besides the input, and where to it writes.
COMMANDS = {
    "heatmap": ([*RAIN, *ONE, "--colorbar", *SMALL], "--output", "out.png"),
    "contour": ([*RAIN, *ONE, "--filled", *SMALL], "--output", "out.png"),
    "sos": ([*RAIN, *ONE, *SMALL], "--output", "out.png"),
    "interactive": ([*RAIN, *ONE], "--output", "out.html"),
    "timeseries": ([*RAIN, "--at", "25", "-20"], "--output", "out.png"),
    "animate": ([*RAIN, *SMALL], "--output-dir", "frames"),
    "vector": (["--style", "streamlines", *SMALL], "--output", "out.png"),
}
WIND = ["--level", "250 hPa"]
# Of the places in a GeoTIFF the last digits are others: a value may come to the next colour.
ALIKE = 0.99


def run(stage: str, command: str, *words: object) -> None:
    assert main([stage, command, *map(str, words)]) == 0


@pytest.fixture(scope="module")
def forms(data, tmp_path_factory) -> dict[str, Path]:
    """Folders with the same fields in each form: projected rain at some times, global winds."""
    made = {form: tmp_path_factory.mktemp(form) for form in ("grib2", "zarr", "zarr.zip", "tif")}
    (made["grib2"] / "rain.grib2").symlink_to(data / "safrica.grib2")
    (made["grib2"] / "wind.grib2").symlink_to(data / "gfs_2p5deg_f120_all_fields.grib2")
    convert = partial(run, "process", "convert-format")
    packed = made["zarr.zip"]
    convert(made["grib2"] / "rain.grib2", "zarr", *RAIN, "-o", packed / "rain.zarr.zip")
    convert(
        made["grib2"] / "wind.grib2", "zarr", "--pattern", "^[uv]$", *WIND,
        "-o", packed / "wind.zarr.zip",
    )  # fmt: skip
    for name in ("rain", "wind"):
        convert(packed / f"{name}.zarr.zip", "zarr", "-o", made["zarr"] / f"{name}.zarr")
    convert(packed / "rain.zarr.zip", "geotiff", "-o", made["tif"] / "rain.tif")
    for part in "uv":
        target = made["tif"] / f"{part}.tif"
        convert(packed / "wind.zarr.zip", "geotiff", "--var", part, "-o", target)
    return made


def source_of(command: str, form: str, folder: Path) -> list[str]:
    if command != "vector":
        return ["--input", str(folder / f"rain.{form}")]
    if form == "tif":
        return ["--u", str(folder / "u.tif"), "--v", str(folder / "v.tif")]
    which = WIND if form == "grib2" else []
    return ["--input", str(folder / f"wind.{form}"), *which]


def drawn(command: str, source: list[str], place: Path) -> dict[str, NDArray[np.uint8]]:
    """Name and content of all that a command writes: the pixels of pictures, the bytes of pages."""
    place.mkdir()
    words, goal, target = COMMANDS[command]
    run("visualize", command, *source, *words, goal, place / target)
    files = [file for file in place.rglob("*.*") if file.suffix in (".png", ".html")]
    return {file.name: content_of(file) for file in files}


def content_of(file: Path) -> NDArray[np.uint8]:
    if file.suffix == ".html":
        return np.frombuffer(file.read_bytes(), np.uint8)
    with Image.open(file) as picture:
        return np.asarray(picture.convert("RGBA"))


@pytest.mark.parametrize("command", COMMANDS)
def test_a_field_looks_the_same_from_every_form(forms, tmp_path, command):
    expected, *others = (
        drawn(command, source_of(command, form, folder), tmp_path / form)
        for form, folder in forms.items()
    )
    for found in others:
        assert found.keys() == expected.keys()
        for name, pixels in found.items():
            assert pixels.shape == expected[name].shape
            assert (pixels == expected[name]).mean() > ALIKE


def test_every_command_that_draws_fields_is_asked():
    assert set(COMMANDS) == set(command_map) - {"compose-video"}
