"""visualize animate, films: read back by PyAV alone."""

import json

import numpy as np
import pytest

from animations import SMALL, animate, steady, write_series
from films import read_film
from zyra.visualize.page import NO_DATA

GREYS = {"cmap": "gray", "vmin": 0, "vmax": 100}


def grey(picture, row=45, column=90):
    return picture[row, column].astype(int).mean()


def film(tmp_path, name="film.mp4", **args):
    animate(**({"to_video": str(tmp_path / name)} | SMALL | args))
    return read_film(tmp_path / name)


def test_a_film_has_a_frame_for_each_time_in_order(tmp_path):
    source = write_series(tmp_path / "t.nc", t=steady(0, 25, 50, 75, 100))
    made = film(tmp_path, input=source, fps=5, **GREYS)
    assert [grey(picture) for picture in made.pictures] == pytest.approx(
        [0, 64, 128, 192, 255], abs=4
    )
    assert (made.fps, made.size, made.codec) == (5, (180, 90), "h264")


@pytest.mark.parametrize(("ending", "codec"), [("webm", "vp9"), ("mov", "h264")])
def test_the_ending_decides_about_the_kind_of_film(tmp_path, ending, codec):
    source = write_series(tmp_path / "t.nc", t=steady(0, 100))
    assert film(tmp_path, f"film.{ending}", input=source).codec == codec


def test_a_film_goes_to_stdout(tmp_path):
    source = write_series(tmp_path / "t.nc", t=steady(0, 100))
    job = animate(input=source, to_video="-", **SMALL)
    (tmp_path / "out.mp4").write_bytes(job.stdout.getvalue())
    assert len(read_film(tmp_path / "out.mp4").pictures) == 2


def test_what_has_no_data_is_light_grey_on_films(tmp_path):
    values = steady(0, 100)
    values[:, :4] = np.nan
    source = write_series(tmp_path / "t.nc", t=values)
    made = film(tmp_path, input=source, **GREYS)
    assert made.pictures[0][5, 90].tolist() == pytest.approx(NO_DATA, abs=3)
    assert grey(made.pictures[0], row=80) == pytest.approx(0, abs=3)


def test_frames_and_film_are_made_at_once_and_agree(tmp_path):
    source = write_series(tmp_path / "t.nc", t=steady(10, 90))
    made = film(tmp_path, input=source, output_dir=str(tmp_path / "f"), **GREYS)
    assert len(list(tmp_path.glob("f/frame_*.png"))) == len(made.pictures) == 2


def test_a_film_alone_leaves_no_frames(tmp_path):
    film(tmp_path, input=write_series(tmp_path / "t.nc", t=steady(0, 1)))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["film.mp4", "t.nc"]


@pytest.mark.parametrize(
    ("mode", "size", "places"),
    [
        ({"grid_mode": "hstack"}, (540, 90), [(45, 90), (45, 270), (45, 450)]),
        ({"grid_mode": "vstack"}, (180, 270), [(45, 90), (135, 90), (225, 90)]),
        ({"grid_cols": 2}, (360, 180), [(45, 90), (45, 270), (135, 90)]),
    ],
)
def test_panels_stand_in_the_order_of_the_inputs(tmp_path, mode, size, places):
    levels = {"c": (0, 100), "a": (50, 0), "b": (100, 50)}
    sources = [write_series(tmp_path / f"{n}.nc", t=steady(*v)) for n, v in levels.items()]
    animate(inputs=sources, combine_to=str(tmp_path / "all.mp4"), **GREYS, **mode, **SMALL)
    made = read_film(tmp_path / "all.mp4")
    assert made.size == size
    for number, picture in enumerate(made.pictures):
        expected = [values[number] * 2.55 for values in levels.values()]
        assert [grey(picture, *place) for place in places] == pytest.approx(expected, abs=5)


def test_a_place_without_a_panel_is_light_grey(tmp_path):
    sources = [write_series(tmp_path / f"{n}.nc", t=steady(0, 100)) for n in "abc"]
    animate(inputs=sources, combine_to=str(tmp_path / "all.mp4"), **SMALL)
    corner = read_film(tmp_path / "all.mp4").pictures[0][135, 270]
    assert corner.tolist() == pytest.approx(NO_DATA, abs=3)


def test_several_films_are_named_after_their_inputs(tmp_path):
    sources = [write_series(tmp_path / f"{n}.nc", t=steady(0, 100)) for n in "ab"]
    folder = tmp_path / "out"
    animate(inputs=sources, output_dir=str(folder), to_video="each.webm", **SMALL)
    assert sorted(path.name for path in folder.iterdir()) == ["a", "a.webm", "b", "b.webm"]
    assert json.loads((folder / "a/manifest.json").read_text())["count"] == 2


def test_odd_sizes_are_raised_by_one(tmp_path):
    source = write_series(tmp_path / "t.nc", t=steady(0, 100))
    made = film(tmp_path, input=source, width=181, height=91)
    assert made.size == (182, 92)
