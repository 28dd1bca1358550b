"""visualize sos: frames of the whole Earth."""

import io

import numpy as np
import pytest
from PIL import Image
from pydantic import ValidationError

from drawn_maps import read_picture
from zyra.core.errors import DataError, UsageError
from zyra.core.exit_codes import WRONG_INPUT, exit_code_for
from zyra.core.network import NetworkPolicy
from zyra.core.stream_job import StreamJob
from zyra.visualize.commands.sos import SosArgs
from zyra.visualize.palettes import named_palette
from zyra.visualize.sos import playlist_names, run

SMALL = {"width": 72, "height": 36, "cmap": "gray"}


def frames(**args) -> None:
    job = StreamJob(io.BytesIO(), io.BytesIO(), io.BytesIO(), NetworkPolicy())
    run(SosArgs.model_validate(args), job)


def frame(tmp_path, **args) -> np.ndarray:
    path = tmp_path / "frame.png"
    frames(output=str(path), **(SMALL | args))
    return read_picture(path).pixels


def test_a_frame_is_4096_by_2048_unless_asked_otherwise(npy, tmp_path):
    path = tmp_path / "frame.png"
    frames(input=npy(np.eye(4, 8)), output=str(path))
    with Image.open(path) as picture:
        assert picture.size == (4096, 2048)


def test_degrees_lie_where_the_sphere_expects_them(data, tmp_path):
    pixels = frame(
        tmp_path, input=str(data / "gfs_2p5deg_f120_all_fields.grib2"), var="land", cmap="gray",
        width=720, height=360, vmin=0, vmax=1,
    )  # fmt: skip
    places = {  # longitude, latitude, is land
        "Australia": (135, -25, True),
        "Pacific at the date line": (-179, 10, False),
        "Atlantic at Greenwich": (0, -20, False),
        "Sahara": (10, 25, True),
        "Antarctica at the left edge": (-179, -85, True),
        "Arctic": (0, 88, False),
    }
    for lon, lat, is_land in places.values():
        value = pixels[int((90 - lat) * 2), int((lon + 180) * 2), 0]
        assert (value > 127) == is_land


def test_nothing_but_the_data_is_drawn(npy, tmp_path):
    pixels = frame(tmp_path, input=npy(np.full((4, 8), 3.0)), vmin=0, vmax=6)
    assert len(np.unique(pixels.reshape(-1, 4), axis=0)) == 1
    assert (pixels[..., 3] == 255).all()


def test_lines_are_drawn_when_asked_for(npy, tmp_path):
    given = {"input": npy(np.full((4, 8), 3.0)), "vmin": 0, "vmax": 6}
    plain = frame(tmp_path, **given)
    lines = frame(tmp_path, features="coastline", **given)
    assert (plain != lines).any()


def test_flip_turns_the_data_upside_down_and_nothing_else(npy, tmp_path):
    source = npy(np.random.default_rng(1).normal(size=(6, 12)))
    plain = frame(tmp_path, input=source)
    assert (frame(tmp_path, input=source, flip=True) == plain[::-1]).all()


def test_north_is_at_the_top_whatever_the_order_of_rows(npy, tmp_path):
    pixels = frame(tmp_path, input=npy([[1.0, 1.0], [0.0, 0.0]]))
    assert pixels[0, 0, 0] == 255
    assert pixels[-1, 0, 0] == 0


def test_frames_share_one_range(npy, tmp_path):
    sources = [npy(np.full((4, 8), value), f"f{value}.npy") for value in (0, 5, 10)]
    frames(inputs=sources, output_dir=str(tmp_path / "out"), **SMALL)
    greys = [
        read_picture(path).pixels[5, 5, 0] for path in sorted((tmp_path / "out").glob("*.png"))
    ]
    assert greys == pytest.approx([0, 128, 255], abs=2)


def test_missing_values_and_frames_do_not_narrow_the_range(npy, tmp_path):
    sources = [
        npy(np.full((4, 8), np.nan), "a.npy"),
        npy(np.eye(4, 8), "b.npy"),
        npy(np.eye(4, 8) * 2, "c.npy"),
    ]
    frames(inputs=sources, output_dir=str(tmp_path), **SMALL)
    assert (read_picture(tmp_path / "a.png").pixels[..., 3] == 0).all()
    assert read_picture(tmp_path / "b.png").pixels[..., 0].max() == pytest.approx(128, abs=3)


@pytest.mark.parametrize(
    ("sources", "names"),
    [
        (["a/t01.nc", "a/t02.nc", "a/t10.nc"], ["t01.png", "t02.png", "t10.png"]),
        (["t9.nc", "t10.nc"], ["0001_t9.png", "0002_t10.png"]),
        (["a/t.nc", "b/t.nc"], ["0001_t.png", "0002_t.png"]),
    ],
)
def test_names_sort_as_the_frames_are_to_play(sources, names):
    assert playlist_names(sources) == names
    assert sorted(names) == names


def test_a_basemap_shows_where_data_are_missing(npy, tmp_path):
    Image.new("RGB", (8, 4), (10, 20, 200)).save(tmp_path / "base.png")
    values = np.full((4, 8), np.nan)
    values[:2] = 1.0
    given = {"basemap": str(tmp_path / "base.png"), "vmin": 0, "vmax": 2}
    pixels = frame(tmp_path, input=npy(values), **given)
    assert pixels[-1, 0].tolist() == [10, 20, 200, 255]
    assert pixels[0, 0].tolist() == [*named_palette("gray").sampled(256)[128][:3].tolist(), 255]


def test_outside_the_extent_nothing_is_drawn(data, tmp_path):
    source = str(data / "gfs_2p5deg_f120_all_fields.grib2")
    pixels = frame(
        tmp_path, input=source, var="prmsl", extent=[170, -170, -45, 45], width=720, height=360
    )
    drawn = (pixels[..., 3] > 0).any(axis=0)
    lon = (np.arange(720) + 0.5) / 2 - 180
    assert drawn[np.abs(lon) > 170].all()
    assert not drawn[np.abs(lon) < 170 - 1.25].any()  # half a cell of the data


def test_an_array_lies_in_its_extent(npy, tmp_path):
    pixels = frame(tmp_path, input=npy(np.eye(3)), extent=[0, 90, 0, 45])
    rows, columns = np.nonzero(pixels[..., 3])
    assert (rows.min(), rows.max() + 1) == (9, 18)
    assert (columns.min(), columns.max() + 1) == (36, 54)


@pytest.mark.parametrize(
    "given", [{"vmin": 2, "vmax": 2}, {"vmin": 3, "vmax": 1}, {"extent": [1, 1, 2, 3]},
              {"extent": [0, 10, 50, 40]}, {"features": "rivers"}, {"cmap": "no such"}],
)  # fmt: skip
def test_what_cannot_be_drawn_is_refused(npy, tmp_path, given):
    with pytest.raises(UsageError) as refused:
        frame(tmp_path, input=npy(np.eye(4)), **given)
    assert exit_code_for(refused.value) == WRONG_INPUT
    assert refused.value.hint
    assert not (tmp_path / "frame.png").exists()


def test_frames_without_any_value_are_refused(npy, tmp_path):
    sources = [npy(np.full((4, 8), np.nan), name) for name in ("a.npy", "b.npy")]
    with pytest.raises(DataError):
        frames(inputs=sources, output_dir=str(tmp_path), **SMALL)


def test_a_frame_needs_an_input():
    with pytest.raises(ValidationError):
        SosArgs.model_validate({"output": "a.png"})
