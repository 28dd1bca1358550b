"""Single pictures as frames of a film, and which of them make one up."""

import numpy as np
import pytest
from PIL import Image

from films import BLUE, GREEN, RED
from zyra.core.errors import DataError, InputNotFound
from zyra.media.pictures import is_sequence, picture_sequence, picture_size, read_planes


def save(path, mode="RGB", colour=GREEN, size=(32, 16), **options):
    Image.new(mode, size, colour).save(path, **options)
    return path


def colour_of(planes) -> tuple[int, ...]:
    pixels = planes.to_ndarray(format="rgb24", src_colorspace=1)
    return tuple(int(value) for value in pixels[pixels.shape[0] // 2, pixels.shape[1] // 2])


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp", "tif", "bmp"])
def test_pictures_of_every_kind_keep_their_colour(tmp_path, suffix):
    path = save(tmp_path / f"a.{suffix}")
    assert picture_size(path) == (32, 16)
    assert colour_of(read_planes(path)) == pytest.approx(GREEN, abs=5)


def test_a_palette_picture_keeps_its_colours(tmp_path):
    path = tmp_path / "a.png"
    Image.new("RGB", (32, 16), BLUE).quantize(4).save(path)
    assert colour_of(read_planes(path)) == pytest.approx(BLUE, abs=5)


def test_transparent_places_are_black(tmp_path):
    path = save(tmp_path / "a.png", "RGBA", (*RED, 0))
    assert colour_of(read_planes(path)) == pytest.approx((0, 0, 0), abs=3)
    half = save(tmp_path / "b.png", "RGBA", (*RED, 128))
    assert colour_of(read_planes(half)) == pytest.approx([c / 2 for c in RED], abs=6)


def test_pictures_on_their_side_stand_upright(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    path = save(tmp_path / "a.jpg", exif=exif)
    assert picture_size(path) == (16, 32)
    assert (read_planes(path).width, read_planes(path).height) == (16, 32)


def test_grey_of_16_bits_is_not_cut_off(tmp_path):
    path = tmp_path / "a.png"
    Image.fromarray(np.full((16, 32), 32768, np.uint16)).save(path)
    assert colour_of(read_planes(path)) == pytest.approx((128, 128, 128), abs=3)


def test_pictures_are_scaled(tmp_path):
    planes = read_planes(save(tmp_path / "a.png"), size=(64, 48))
    assert (planes.width, planes.height) == (64, 48)
    assert colour_of(planes) == pytest.approx(GREEN, abs=5)


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n" + bytes(40), b"plain text"])
def test_damaged_pictures_are_refused_by_name(tmp_path, content):
    path = tmp_path / "a.png"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"a\.png"):
        read_planes(path)


def test_a_picture_that_is_cut_off_is_refused(tmp_path):
    whole = save(tmp_path / "a.png", size=(320, 160)).read_bytes()
    (tmp_path / "b.png").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError, match=r"b\.png is damaged or cut off"):
        read_planes(tmp_path / "b.png")


@pytest.fixture
def frames(tmp_path):
    for number in (1, 2, 9, 10, 11):
        save(tmp_path / f"f{number}.png")
    save(tmp_path / "other.jpg")
    (tmp_path / "notes.txt").write_text("no picture")
    return tmp_path


@pytest.mark.parametrize("pattern", ["f%d.png", "f*.png", "f[0-9]*.png"])
def test_patterns_give_pictures_in_the_order_in_which_people_count(frames, pattern):
    found = picture_sequence(str(frames / pattern))
    assert [path.stem for path in found] == ["f1", "f2", "f9", "f10", "f11"]


def test_a_folder_gives_its_pictures(frames):
    assert is_sequence(str(frames))
    assert len(picture_sequence(str(frames))) == 6
    assert len(picture_sequence(str(frames), "f?.png")) == 3


def test_zeros_in_a_pattern_ask_for_that_many_digits(frames):
    assert [path.stem for path in picture_sequence(str(frames / "f%02d.png"))] == ["f10", "f11"]


@pytest.mark.parametrize("pattern", ["g%d.png", "*.gif", "no/such/%d.png"])
def test_a_pattern_that_matches_nothing_is_refused(frames, pattern):
    with pytest.raises(InputNotFound, match="matches"):
        picture_sequence(str(frames / pattern))


def test_a_film_is_no_sequence(frames):
    assert not is_sequence(str(frames / "f1.png"))
    assert not is_sequence("film.mp4")
