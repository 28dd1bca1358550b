"""What is asked of a film, checked and filled up."""

from fractions import Fraction

import pytest

from zyra.core.errors import LimitExceeded, UsageError
from zyra.media.bitrates import parse_bitrate
from zyra.media.film_settings import film_settings, frame_rate
from zyra.media.film_size import parse_size, scaled_size
from zyra.media.sound_settings import sound_settings


@pytest.mark.parametrize(
    ("fps", "rate"),
    [(29.97, Fraction(30000, 1001)), (23.976, Fraction(24000, 1001)), (30, 30), (12.5, 12.5)],
)
def test_frame_rates_become_those_that_are_meant(fps, rate):
    assert frame_rate(fps) == rate


@pytest.mark.parametrize("fps", [0, -1, 0.0001, 1000, float("nan"), float("inf")])
def test_impossible_frame_rates_are_refused(fps):
    with pytest.raises(UsageError, match="is not from"):
        frame_rate(fps)


def test_defaults_depend_on_the_container():
    kinds = {kind: film_settings(30, container=kind) for kind in ("mp4", "mov", "webm", "mpg")}
    assert [made.codec for made in kinds.values()] == ["h264", "h264", "vp9", "mpeg2video"]
    assert [made.crf for made in kinds.values()] == [20, 20, 31, None]
    assert [made.gop for made in kinds.values()] == [60, 60, 60, 15]


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"container": "webm", "codec": "h264"}, "h264 does not go into webm"),
        ({"crf": 20, "bitrate": 1000}, "contradict"),
        ({"crf": 52}, "not within 0 to 51"),
        ({"codec": "libxvid", "crf": 3}, "no constant quality"),
        ({"preset": "quick"}, "no preset 'quick'"),
        ({"codec": "libxvid", "preset": "fast"}, "no preset 'fast'"),
    ],
)
def test_what_does_not_go_together_is_refused_with_a_remedy(wish, words):
    with pytest.raises(UsageError, match=words) as refused:
        film_settings(30, **wish)
    assert refused.value.hint or "--" in refused.value.message


def test_mpeg_2_is_refused_at_rates_that_it_lacks_with_the_closest():
    with pytest.raises(UsageError, match="10 frames") as refused:
        film_settings(10, container="mpg")
    assert refused.value.hint == "the closest that it has is --fps 23.976"


@pytest.mark.parametrize(
    ("text", "shape", "size"),
    [
        ("1920x1080", (10, 10), (1920, 1080)),
        ("640:-2", (320, 180), (640, 360)),
        ("-1x100", (300, 200), (150, 100)),
        ("101x-1", (200, 100), (102, 50)),
    ],
)
def test_sizes_are_derived_and_even(text, shape, size):
    assert scaled_size(parse_size(text), shape) == size


@pytest.mark.parametrize(
    "text", ["big", "1920", "-1x-1", "0x5", "x", "1x2x3", "-3x100", "9999999x2"]
)
def test_other_sizes_are_refused(text):
    with pytest.raises(UsageError, match="is not a size"):
        parse_size(text)


def test_a_derived_side_beyond_any_film_is_refused():
    with pytest.raises(LimitExceeded):
        scaled_size(parse_size("99999x-1"), (1, 1000))


@pytest.mark.parametrize(
    ("text", "bits"), [("25M", 25_000_000), ("128k", 128_000), ("64000", 64_000)]
)
def test_bitrates_are_read_as_people_write_them(text, bits):
    assert parse_bitrate(text, "--bitrate") == bits


@pytest.mark.parametrize("text", ["", "fast", "-5k", "1e9", "5G", "1", "99999M"])
def test_other_bitrates_are_refused(text):
    with pytest.raises(UsageError, match="--bitrate"):
        parse_bitrate(text, "--bitrate")


def test_sounds_get_the_next_rate_that_their_codec_knows():
    assert sound_settings("ogg", 44100, 2).rate == 48000
    assert sound_settings("mp3", 96000, 6) == sound_settings("mp3", 48000, 2)
    assert sound_settings("wav", 12345, 5).rate == 12345


@pytest.mark.parametrize(
    ("muxer", "wish", "words"),
    [
        ("mp4", {"codec": "speex"}, "no sound codec"),
        ("webm", {"codec": "aac"}, "aac does not go into webm"),
        ("wav", {"bitrate": 128_000}, "no effect"),
    ],
)
def test_sounds_that_cannot_be_are_refused(muxer, wish, words):
    with pytest.raises(UsageError, match=words):
        sound_settings(muxer, 48000, 2, **wish)
