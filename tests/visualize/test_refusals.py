"""What no visualize command draws: each is refused by all with exit 2 and a line of remedy."""

from pathlib import Path

import numpy as np
import pytest

from zyra.cli.main import main
from zyra.visualize.commands import command_map

GFS = "gfs_2p5deg_f120_all_fields.grib2"
FILM = "film.npy"
PICTURE = ["--output", "drawn.png"]
# A field that each command draws, with where to.
DRAWN = {
    "heatmap": ["--input", GFS, "--var", "prmsl", *PICTURE],
    "contour": ["--input", GFS, "--var", "prmsl", *PICTURE],
    "vector": ["--input", GFS, "--level", "10 m above ground", "--background", "speed", *PICTURE],
    "sos": ["--input", GFS, "--var", "prmsl", *PICTURE],
    "interactive": ["--input", GFS, "--var", "prmsl", "--output", "drawn.html"],
    "animate": ["--input", FILM, "--output-dir", "frames"],
    "timeseries": ["--input", "places.csv", *PICTURE],
    "compose-video": ["--frames", "frames", "--output", "drawn.mp4"],
}
MAPS = ("heatmap", "contour", "vector", "sos", "interactive", "animate")
PICTURES = ("heatmap", "contour", "vector", "sos", "animate")
PALETTES = ("heatmap", "contour", "vector", "sos", "interactive", "animate")


@pytest.fixture
def refused(data: Path, tmp_path: Path, monkeypatch, capsys):
    """Run a command in an empty folder; the error it ends with and the hint below it."""
    monkeypatch.chdir(tmp_path)
    np.save(FILM, np.arange(24, dtype=np.float32).reshape(2, 3, 4))

    def run(command: str, words: list[str], leaves: str = "") -> tuple[str, str]:
        found = [str(data / word) if (data / word).is_file() else word for word in words]
        assert main(["visualize", command, *found]) == 2
        error, hint, *_ = capsys.readouterr().err.splitlines()
        assert error.startswith("zyra: error: ")
        left = [path.name for path in (*tmp_path.glob("drawn*"), *tmp_path.glob("frames/*"))]
        assert left == ([leaves] if leaves else [])
        return error, hint

    return run


def test_every_command_has_its_place_in_the_table():
    assert set(DRAWN) == set(command_map)


@pytest.mark.parametrize("command", MAPS)
@pytest.mark.parametrize(
    "extent", [["10", "10", "20", "30"], ["0", "10", "30", "20"], ["0", "10", "-100", "20"]]
)
def test_an_empty_or_impossible_extent(refused, command, extent):
    error, hint = refused(command, [*DRAWN[command], "--extent", *extent])
    assert "extent" in error
    assert "south" in hint


@pytest.mark.parametrize("command", PALETTES)
def test_a_range_of_colours_whose_ends_are_equal_or_swapped(refused, command):
    for ends in (["--vmin", "3", "--vmax", "3"], ["--vmin", "3", "--vmax", "2"]):
        error, hint = refused(command, [*DRAWN[command], *ends])
        assert "empty" in error
        assert "below vmax" in hint


@pytest.mark.parametrize("command", PALETTES)
def test_an_unknown_palette_with_the_closest_ones(refused, command):
    error, hint = refused(command, [*DRAWN[command], "--cmap", "virids"])
    assert "virids" in error
    assert "viridis" in hint


@pytest.mark.parametrize("command", PICTURES)
@pytest.mark.parametrize("size", [("--width", "0"), ("--height", "-1"), ("--width", "99999")])
def test_a_picture_of_no_size_or_of_a_huge_one(refused, command, size):
    error, _ = refused(command, [*DRAWN[command], *size])
    assert size[0] in error


# What names a variable in each command, of which file, and what is to be proposed instead.
UNKNOWN = {
    **dict.fromkeys(("heatmap", "contour", "sos", "interactive"), (GFS, ["--var", "prmsll"])),
    "animate": ("era5_levels_members.grib1", ["--var", "zz"]),
    "vector": (GFS, ["--uvar", "ugr", "--vvar", "v"]),
    "timeseries": ("places.csv", ["--y", "temp"]),
}


@pytest.mark.parametrize("command", UNKNOWN)
def test_a_variable_that_is_not_there_with_those_that_are(refused, command):
    source, named = UNKNOWN[command]
    error, hint = refused(command, ["--input", source, *named, *DRAWN[command][-2:]])
    assert named[1] in error
    assert hint.startswith("  hint: ")


def test_frames_that_are_not_there(refused):
    words = DRAWN["compose-video"]
    error, _ = refused("compose-video", words)
    assert "frames" in error
    Path("frames").mkdir()
    Path("frames/a.txt").write_text("no picture")
    error, hint = refused("compose-video", words, leaves="a.txt")
    assert "frames" in error
    assert "hint:" in hint
    error, _ = refused("compose-video", [*words, "--glob", "*.jpg"], leaves="a.txt")
    assert "*.jpg" in error


@pytest.mark.parametrize("command", ["heatmap", "contour", "sos", "interactive", "animate"])
def test_a_field_without_any_value(refused, command):
    np.save(FILM, np.full((2, 3, 4), np.nan))
    np.save("field.npy", np.full((3, 4), np.nan))
    source = FILM if command == "animate" else "field.npy"
    error, hint = refused(command, ["--input", source, *DRAWN[command][-2:]])
    assert "missing" in error
    assert "choose another" in hint


def test_winds_and_series_without_any_value(refused):
    for part in "uv":
        np.save(f"{part}.npy", np.full((3, 4), np.nan))
    error, hint = refused("vector", ["--u", "u.npy", "--v", "v.npy", *PICTURE])
    assert "missing" in error
    assert "hint:" in hint
    Path("t.csv").write_text("time,t\n2026-01-01,nan\n2026-01-02,\n")
    error, hint = refused("timeseries", ["--input", "t.csv", "--y", "t", *PICTURE])
    assert "'t'" in error or "t " in error
    assert "hint:" in hint


@pytest.mark.parametrize("command", ["heatmap", "contour", "sos", "interactive", "animate"])
@pytest.mark.parametrize("shape", [(5,), (2, 3, 4, 5)])
def test_an_array_of_the_wrong_dimensions(refused, command, shape):
    np.save("field.npy", np.zeros(shape))
    error, hint = refused(command, ["--input", "field.npy", *DRAWN[command][-2:]])
    assert "has shape" in error
    assert "row" in hint


@pytest.mark.parametrize("command", ["heatmap", "contour", "sos", "interactive", "animate"])
def test_a_field_of_one_value(refused, command):
    np.save(FILM, np.full((2, 3, 4), 5.0))
    np.save("field.npy", np.full((3, 4), 5.0))
    source = FILM if command == "animate" else "field.npy"
    error, hint = refused(command, ["--input", source, *DRAWN[command][-2:]])
    assert "is 5" in error
    assert "give --vmin and --vmax" in hint or "list levels" in hint


@pytest.mark.parametrize("shape", [(5,), (2, 3, 4)])
def test_winds_and_series_of_the_wrong_dimensions(refused, shape):
    for part in "uv":
        np.save(f"{part}.npy", np.zeros(shape))
    error, hint = refused("vector", ["--u", "u.npy", "--v", "v.npy", *PICTURE])
    assert "has shape" in error
    assert "row" in hint
    error, hint = refused("timeseries", ["--input", "u.npy", *PICTURE])
    assert "u.npy" in error
    assert "hint:" in hint


def test_an_area_of_a_series_that_is_empty(refused):
    words = ["--input", GFS, "--var", "prmsl", "--extent", "0", "10", "30", "20", *PICTURE]
    error, hint = refused("timeseries", words)
    assert "30" in error
    assert "south" in hint


@pytest.mark.parametrize("shape", [(0, 3, 4), (1, 3, 4)])
def test_films_of_no_frames_or_of_one(refused, shape):
    np.save(FILM, np.arange(float(np.prod(shape))).reshape(shape))
    error, hint = refused("animate", DRAWN["animate"])
    assert "film" in error
    assert "several times" in hint


def test_films_of_an_empty_folder(refused):
    Path("frames").mkdir()
    error, hint = refused("compose-video", DRAWN["compose-video"])
    assert "frames" in error
    assert "hint:" in hint
