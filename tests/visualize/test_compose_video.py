"""visualize compose-video, from pictures in a folder to a film."""

import io

import numpy as np
import pytest
from PIL import Image
from pydantic import ValidationError

from films import GREEN, RED, read_film
from zyra.core.errors import InputNotFound, ShapeMismatch, UsageError, ZyraError
from zyra.core.exit_codes import WRONG_INPUT, exit_code_for
from zyra.core.network import NetworkPolicy
from zyra.core.stream_job import StreamJob
from zyra.visualize.commands.compose_video import ComposeVideoArgs
from zyra.visualize.compose_video import run


@pytest.fixture
def frames(tmp_path):
    """Write pictures of one colour each into a folder; gives its name."""

    def made(*colours, suffix=".png", size=(64, 48), name="frame{}"):
        folder = tmp_path / "frames"
        folder.mkdir(exist_ok=True)
        for number, colour in enumerate(colours, 1):
            mode = "RGBA" if len(colour) == 4 else "RGB"
            Image.new(mode, size, colour).save(folder / f"{name.format(number)}{suffix}")
        return str(folder)

    return made


def compose(tmp_path, frames, reports=None, **args):
    heard = [] if reports is None else reports
    job = StreamJob(
        io.BytesIO(), io.BytesIO(), io.BytesIO(), NetworkPolicy(),
        report=lambda share, text: heard.append((share, text)),
    )  # fmt: skip
    given = {"frames": frames, "output": str(tmp_path / "film.mp4")} | args
    run(ComposeVideoArgs.model_validate(given), job)
    return job


def film(tmp_path, frames, **args):
    compose(tmp_path, frames, **args)
    return read_film(tmp_path / "film.mp4")


def wrong(tmp_path, frames, **args) -> ZyraError:
    with pytest.raises(ZyraError) as refused:
        compose(tmp_path, frames, **args)
    assert exit_code_for(refused.value) == WRONG_INPUT
    assert not (tmp_path / "film.mp4").exists()
    return refused.value


def colour(picture):
    height, width = picture.shape[:2]
    return picture[height // 2, width // 2].tolist()


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp"])
def test_pictures_become_frames(tmp_path, frames, suffix):
    made = film(tmp_path, frames(RED, GREEN, RED, suffix=suffix), fps=10)
    shown = [colour(picture) for picture in made.pictures]
    assert np.array(shown) == pytest.approx(np.array([RED, GREEN, RED]), abs=10)
    assert (made.fps, made.size, made.codec) == (10, (64, 48), "h264")


def test_frame_9_comes_before_frame_10(tmp_path, frames):
    greys = [(20 * number,) * 3 for number in range(1, 13)]
    made = film(tmp_path, frames(*greys))
    shown = [colour(picture)[0] for picture in made.pictures]
    assert shown == pytest.approx([grey[0] for grey in greys], abs=4)


def test_a_pattern_chooses_names(tmp_path, frames):
    frames(RED, name="other{}")
    assert len(film(tmp_path, frames(GREEN, GREEN), glob="frame*").pictures) == 2


def test_the_basemap_shows_through(tmp_path, frames):
    Image.new("RGB", (10, 10), GREEN).save(tmp_path / "ground.png")
    clear, half = (*RED, 0), (*RED, 128)
    made = film(tmp_path, frames(clear, half, (*RED, 255)), basemap=str(tmp_path / "ground.png"))
    middle = [(red + green) / 2 for red, green in zip(RED, GREEN, strict=True)]
    shown = np.array([colour(picture) for picture in made.pictures])
    assert shown == pytest.approx(np.array([GREEN, middle, RED]), abs=8)


def test_without_basemap_transparent_places_are_black(tmp_path, frames):
    assert max(colour(film(tmp_path, frames((*RED, 0))).pictures[0])) <= 3


def test_a_basemap_under_opaque_frames_is_refused(tmp_path, frames):
    Image.new("RGB", (10, 10), GREEN).save(tmp_path / "ground.png")
    error = wrong(tmp_path, frames(RED), basemap=str(tmp_path / "ground.png"))
    assert isinstance(error, UsageError)


def test_a_preset_makes_films_for_spheres(tmp_path, frames):
    made = film(tmp_path, frames(RED, size=(64, 32)), preset="sos")
    assert (made.size, made.fps, made.codec) == ((4096, 2048), 30, "h264")


def test_a_preset_keeps_the_smaller_size_of_spheres(tmp_path, frames):
    assert film(tmp_path, frames(RED, size=(2048, 1024)), preset="sos").size == (2048, 1024)


def test_pictures_that_are_stretched_are_told(tmp_path, frames):
    job = compose(tmp_path, frames(RED), size="100x20")
    assert job.stderr.getvalue() == b"pictures of 64x48 are stretched to 100x20\n"
    assert read_film(tmp_path / "film.mp4").size == (100, 20)


def test_a_side_is_derived_from_the_other(tmp_path, frames):
    assert film(tmp_path, frames(RED), size="128x-2").size == (128, 96)


def test_odd_sizes_are_raised(tmp_path, frames):
    assert film(tmp_path, frames(RED, size=(33, 21))).size == (34, 22)


def test_pictures_of_several_sizes_are_refused_by_name(tmp_path, frames):
    frames(RED, RED)
    folder = frames(RED, size=(32, 32), name="large{}")
    error = wrong(tmp_path, folder)
    assert isinstance(error, ShapeMismatch)
    assert error.message == "frame1.png is 64x48, but not large1.png (32x32)"
    assert "--size 64x48" in error.hint
    assert film(tmp_path, folder, size="64x48").size == (64, 48)


def test_an_empty_folder_is_refused(tmp_path, frames):
    assert isinstance(wrong(tmp_path, frames()), InputNotFound)


def test_a_missing_folder_is_refused(tmp_path):
    assert "there is no folder" in wrong(tmp_path, str(tmp_path / "none")).message


def test_a_damaged_picture_leaves_no_film(tmp_path, frames):
    folder = frames(RED, RED)
    path = tmp_path / "frames/frame2.png"
    path.write_bytes(path.read_bytes()[:60])
    assert "frame2.png is damaged" in wrong(tmp_path, folder).message


def test_progress_goes_frame_by_frame(tmp_path, frames):
    reports = []
    compose(tmp_path, frames(RED, GREEN), reports)
    assert reports == [(0.5, "frame 1 of 2"), (1.0, "frame 2 of 2")]


def test_an_output_that_is_no_film_is_refused():
    with pytest.raises(ValidationError, match=r"film\.gif is no film"):
        ComposeVideoArgs.model_validate({"frames": "f", "output": "film.gif"})
