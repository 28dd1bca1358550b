"""Films that are written, as another reader finds them."""

from pathlib import Path

import numpy as np
import pytest

from films import BLUE, GREEN, RED, middle, picture, read_film
from zyra.core.errors import DataError, LimitExceeded, OutputError, ShapeMismatch, UsageError
from zyra.media.description import probe
from zyra.media.film_settings import CODECS, film_settings
from zyra.media.film_writer import FilmWriter
from zyra.media.planes import planes_from_indices

COLOURS = (RED, GREEN, BLUE)
PALETTE = np.array(COLOURS, np.uint8)
SIZE = (64, 48)
KINDS = [(name, kind) for name, codec in CODECS.items() for kind in codec.containers]


def write(path, settings=None, *, size=SIZE, repeat=4):
    with FilmWriter(path, settings or film_settings(25), size) as film:
        for number in range(len(COLOURS)):
            planes = planes_from_indices(np.full(size[::-1], number, np.uint8), PALETTE)
            film.add(planes, times=repeat)
    return path


@pytest.mark.parametrize(("codec", "container"), KINDS)
def test_every_codec_in_every_container_keeps_colours_count_and_rate(tmp_path, codec, container):
    path = write(
        tmp_path / f"film.{container}", film_settings(25, container=container, codec=codec)
    )
    film = read_film(path)
    assert (len(film.pictures), film.size) == (12, SIZE)
    assert film.fps == pytest.approx(25, abs=0.01)
    assert np.diff(film.times) == pytest.approx(0.04, abs=0.001)
    for number, colour in enumerate(COLOURS):
        assert middle(film.pictures[number * 4 + 2]) == pytest.approx(colour, abs=6)


def test_encoders_say_nothing_on_stderr(tmp_path, capfd):
    for codec, container in KINDS:
        write(tmp_path / f"film.{container}", film_settings(25, container=container, codec=codec))
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("container", ["mp4", "mov", "webm", "mpg"])
def test_equal_films_have_equal_bytes(tmp_path, container):
    settings = film_settings(25, container=container)
    first = write(tmp_path / f"a.{container}", settings).read_bytes()
    assert write(tmp_path / f"b.{container}", settings).read_bytes() == first


def test_the_index_of_an_mp4_comes_before_the_pictures(tmp_path):
    content = write(tmp_path / "film.mp4").read_bytes()
    assert 0 < content.index(b"moov") < content.index(b"mdat")


def test_the_film_says_which_colours_it_means(tmp_path):
    stream = probe(write(tmp_path / "film.mp4")).video
    assert stream is not None
    assert stream.colours == {
        "matrix": "bt709", "range": "limited", "primaries": "bt709", "transfer": "bt709",
    }  # fmt: skip


def test_rgb_pictures_of_odd_size_are_taken(tmp_path):
    path = tmp_path / "film.mp4"
    with FilmWriter(path, film_settings(10), (63, 47)) as film:
        film.add(picture(GREEN, (63, 47)))
    read = read_film(path)
    assert read.size == (64, 48)
    assert middle(read.pictures[0]) == pytest.approx(GREEN, abs=5)


def test_a_picture_of_another_size_is_refused(tmp_path):
    with (
        pytest.raises(ShapeMismatch, match="32x32 in the film of 64x48"),
        FilmWriter(tmp_path / "film.mp4", film_settings(10), SIZE) as film,
    ):
        film.add(picture(RED, (32, 32)))


def test_a_film_without_pictures_is_refused(tmp_path):
    with pytest.raises(DataError, match="at least one picture"):
        FilmWriter(tmp_path / "film.mp4", film_settings(10), SIZE).__exit__(None, None, None)


def test_sizes_beyond_any_film_are_refused_before_anything_is_allocated(tmp_path):
    with pytest.raises(LimitExceeded, match="100000x100000"):
        FilmWriter(tmp_path / "film.mp4", film_settings(10), (100_000, 100_000))


def test_a_layout_of_pixels_that_the_codec_lacks_is_refused_with_those_it_has(tmp_path):
    with pytest.raises(UsageError, match="yuv999p") as refused:
        FilmWriter(tmp_path / "film.mp4", film_settings(10, pix_fmt="yuv999p"), SIZE)
    assert "yuv444p" in str(refused.value.hint)


def test_a_full_disk_is_an_output_error():
    with pytest.raises(OutputError, match="no space"):
        write(Path("/dev/full"), film_settings(25, container="webm"))
