"""Every map goes across the date line, whichever way data and extent count longitudes."""

from pathlib import Path

import netCDF4
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from zyra.cli.main import main

SMALL = ["--width", "200", "--height", "80"]
GLOBE = ["--width", "720", "--height", "360"]
ONE = ["--var", "t"]
# What each command is told besides input and extent, and where to it writes.
COMMANDS = {
    "heatmap": ([*ONE, "--time", "2026-01-01T00"], "--output", "o.png"),
    "contour": ([*ONE, "--time", "2026-01-01T00", "--filled"], "--output", "o.png"),
    "vector": (["--time", "2026-01-01T00", "--background", "t"], "--output", "o.png"),
    "sos": ([*ONE, "--time", "2026-01-01T00"], "--output", "o.png"),
    "animate": (ONE, "--output-dir", "frames"),
}
EXTENTS = {
    "over 180": ["170", "190", "-8", "8"],
    "east below west": ["170", "-170", "-8", "8"],
    "west of 180": ["-190", "-170", "-8", "8"],
}


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> dict[str, Path]:
    """The same temperature and wind, a ridge along the date line, counted in two ways."""
    folder = tmp_path_factory.mktemp("date_line")
    return {
        name: written(folder / f"{name}.nc", first) for name, first in (("east", 0), ("west", -180))
    }


def written(path: Path, first: int) -> Path:
    lat, lon = np.linspace(-10, 10, 21), np.arange(first, first + 360, 1.0)
    ridge = np.exp(-(((lon % 360 - 180) / 8) ** 2))[None, :] * np.cos(np.radians(lat * 6))[:, None]
    with netCDF4.Dataset(path, "w") as file:
        lines = {"time": np.arange(2.0), "lat": lat, "lon": lon}
        units = {"time": "hours since 2026-01-01", "lat": "degrees_north", "lon": "degrees_east"}
        for name, line in lines.items():
            file.createDimension(name, len(line))
            file.createVariable(name, "f8", (name,))[:] = line
            file[name].units = units[name]
        for name, unit, base in (("t", "K", 280.0), ("u", "m s-1", 0.0), ("v", "m s-1", 5.0)):
            variable = file.createVariable(name, "f4", ("time", "lat", "lon"))
            variable.units = unit
            variable[:] = base + 10 * ridge * np.array([1.0, 0.5])[:, None, None]
    return path


def drawn(command: str, source: Path, extent: str, place: Path) -> list[NDArray[np.uint8]]:
    place.mkdir()
    words, goal, target = COMMANDS[command]
    size = GLOBE if command == "sos" else SMALL
    arguments = ["--input", str(source), *words, *size, "--extent", *EXTENTS[extent]]
    assert main(["visualize", command, *arguments, goal, str(place / target)]) == 0
    return [pixels_of(path) for path in sorted(place.rglob("*.png"))]


def pixels_of(path: Path) -> NDArray[np.uint8]:
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGBA"))


@pytest.mark.parametrize("command", COMMANDS)
def test_a_map_across_the_date_line_is_the_same_however_longitudes_count(files, tmp_path, command):
    expected = drawn(command, files["east"], "over 180", tmp_path / "expected")
    assert len(expected) == (2 if command == "animate" else 1)
    for number, (name, extent) in enumerate((n, e) for n in files for e in EXTENTS):
        found = drawn(command, files[name], extent, tmp_path / str(number))
        for one, other in zip(found, expected, strict=True):
            # Longitudes beyond 180 have other last digits: a value may come to the next colour.
            away = np.abs(one.astype(int) - other.astype(int)).max(axis=2)
            assert (away > 8).mean() < 0.001, (name, extent)


@pytest.mark.parametrize("command", ["heatmap", "contour", "animate"])
def test_such_a_map_is_full_and_the_same_on_both_sides(files, tmp_path, command):
    [*_, pixels] = drawn(command, files["west"], "over 180", tmp_path / "drawn")
    assert (pixels[..., 3] == 255).all()
    # The ridge runs down the middle.
    colours = pixels[:, :, :3].astype(int)
    assert np.median(np.abs(colours - colours[:, ::-1]).max(axis=2)) <= 6
    assert np.abs(np.median(colours[:, 100], axis=0) - np.median(colours[:, 4], axis=0)).max() > 40
