"""Constant rate, upright pictures, sizes, colours and sound of films that are decoded."""

import struct
from fractions import Fraction

import av
import numpy as np
import pytest

from films import BLUE, GREEN, RED, make_film
from zyra.core.errors import DataError
from zyra.media.film_frames import Fitter, constant_rate, shown_size, turned
from zyra.media.opening import open_media, require_film
from zyra.media.sound_frames import SoundFeed


def frames_at(times, base=Fraction(1, 1000)):
    for time in times:
        frame = av.VideoFrame(16, 16, "yuv420p")
        frame.pts, frame.time_base = time, base
        yield frame


def stands(times, fps, natural=25):
    given = constant_rate(frames_at(times), Fraction(fps), Fraction(natural), "film")
    return [(frame.pts, count) for frame, count in given]


def test_an_even_film_keeps_its_frames():
    assert stands([0, 40, 80, 120], 25) == [(0, 1), (40, 1), (80, 1), (120, 1)]


def test_a_film_that_begins_late_begins_at_once():
    assert stands([5000, 5040], 25) == [(5000, 1), (5040, 1)]


def test_a_pause_repeats_the_picture_before_it():
    assert stands([0, 40, 240], 25) == [(0, 1), (40, 5), (240, 1)]


def test_a_higher_rate_repeats_and_a_lower_one_leaves_out():
    assert stands([0, 40, 80, 120], 50) == [(0, 2), (40, 2), (80, 2), (120, 2)]
    assert [count for _, count in stands([0, 40, 80, 120], "25/2")] == [1, 1]


@pytest.mark.parametrize(("fps", "natural"), [(30, 25), (24, 30), ("30000/1001", 60), (10, 30)])
def test_the_length_of_a_film_stays(fps, natural):
    times = [round(number * 1000 / natural) for number in range(natural * 4)]
    total = sum(count for _, count in stands(times, fps, natural))
    assert float(total / Fraction(fps)) == pytest.approx(4, abs=1.1 / float(Fraction(fps)))


def test_pictures_without_times_follow_each_other():
    frames = [av.VideoFrame(16, 16, "yuv420p") for _ in range(5)]
    given = constant_rate(iter(frames), Fraction(50), Fraction(25), "film")
    assert [count for _, count in given] == [2] * 5


def test_a_pause_of_an_hour_is_a_damaged_time_stamp():
    with pytest.raises(DataError, match="stands still for 3600 s"):
        stands([0, 3_600_000, 3_600_040], 25)


def quarters() -> np.ndarray:
    """Red above left, green above right, blue below."""
    pixels = np.zeros((32, 64, 3), np.uint8)
    pixels[:16, :32], pixels[:16, 32:], pixels[16:] = RED, GREEN, BLUE
    return pixels


# Matrices of ISO/IEC 14496-12, 8.3.2: x' = a x + c y, y' = b x + d y, y downwards. With the
# quarter turns counterclockwise, as numpy turns arrays.
MATRICES = {"none": (1, 0, 0, 1, 0), "right": (0, 1, -1, 0, -1), "left": (0, -1, 1, 0, 1)} | {
    "over": (-1, 0, 0, -1, 2)
}


@pytest.mark.parametrize("turn", MATRICES)
def test_films_of_cameras_held_sideways_stand_upright(tmp_path, turn):
    *matrix, quarter_turns = MATRICES[turn]
    path = make_film(tmp_path / "film.mp4", [quarters()] * 3, size=(64, 32))
    path.write_bytes(with_matrix(path.read_bytes(), matrix))
    with open_media(path, "film") as container:
        frame = next(container.decode(require_film(container, "film")))
        upright = turned(frame)
        found = upright.to_ndarray(format="rgb24").astype(int)
        assert shown_size(frame, Fraction(1)) == (upright.width, upright.height)
    wanted = np.rot90(quarters(), quarter_turns)
    assert found.shape == wanted.shape
    assert np.median(np.abs(found - wanted)) < 8


def with_matrix(content: bytes, matrix) -> bytes:
    a, b, c, d = (value << 16 for value in matrix)
    identity = struct.pack(">9i", 1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30)
    place = content.index(identity, content.index(b"tkhd"))
    return (
        content[:place]
        + struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 1 << 30)
        + content[place + len(identity) :]
    )


@pytest.mark.parametrize("pix_fmt", ["yuv420p", "yuv444p", "yuv420p10le", "rgb24", "gray"])
def test_pictures_keep_their_colour_in_another_layout_and_size(pix_fmt):
    pixels = np.full((48, 64, 3), (90, 90, 90) if pix_fmt == "gray" else GREEN, np.uint8)
    frame = av.VideoFrame.from_ndarray(pixels, "rgb24").reformat(format=pix_fmt)
    fitted = Fitter((32, 24), "yuv420p").fit(frame)
    assert (fitted.width, fitted.height, fitted.format.name) == (32, 24, "yuv420p")
    back = fitted.to_ndarray(format="rgb24", src_colorspace=fitted.colorspace)
    assert back[12, 16] == pytest.approx(pixels[0, 0], abs=4)


def test_full_range_becomes_limited():
    frame = av.VideoFrame(16, 16, "yuvj420p")
    for plane, value in zip(frame.planes, (255, 128, 128), strict=True):
        plane.update(bytes([value]) * plane.buffer_size)
    fitted = Fitter((16, 16), "yuv420p").fit(frame)
    assert bytes(fitted.planes[0])[0] == 235


def a_feed(rate=16000):
    stream = type("Stream", (), {})()
    stream.format, stream.layout = av.AudioFormat("s16"), av.AudioLayout("mono")
    stream.sample_rate = rate
    return SoundFeed(stream, "film")


def loud(samples, rate=16000, layout="mono"):
    channels = 2 if layout == "stereo" else 1
    array = np.full((1, samples * channels), 1000, np.int16)
    frame = av.AudioFrame.from_ndarray(array, "s16", layout)
    frame.sample_rate = rate
    return frame


def test_a_pause_in_the_sound_becomes_silence():
    feed = a_feed()
    frames = feed.take(loud(16000), Fraction(0)) + feed.take(loud(16000), Fraction(2))
    values = np.concatenate([frame.to_ndarray()[0] for frame in frames])
    assert len(values) == 48000
    assert [values[8000], values[24000], values[40000]] == [1000, 0, 1000]
    assert [frame.pts for frame in frames] == [0, 16000, 32000]


def test_sound_before_the_first_picture_is_left_out():
    feed = a_feed()
    assert feed.take(loud(1600), Fraction(-1)) == []
    assert len(feed.take(loud(1600), Fraction(0))) == 1


def test_sound_that_changes_its_channels_goes_on():
    feed = a_feed()
    made = feed.take(loud(16000), Fraction(0))
    made += feed.take(loud(32000, 32000, "stereo"), Fraction(1)) + feed.rest()
    assert sum(frame.samples for frame in made) == pytest.approx(32000, abs=50)
    assert {frame.layout.name for frame in made} == {"mono"}


def test_a_pause_of_an_hour_in_the_sound_is_refused():
    feed = a_feed()
    feed.take(loud(16000), Fraction(0))
    with pytest.raises(DataError, match="pauses for 3599 s"):
        feed.take(loud(16000), Fraction(3600))
