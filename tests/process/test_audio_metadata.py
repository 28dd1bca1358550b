"""audio-metadata: what a file says of its sound."""

import json

import pytest

from films import RED, make_film, make_tone
from zyra.core.errors import DataError, UnsupportedFormat


def described(process, path) -> dict:
    process("audio-metadata", input=str(path))
    return json.loads(process.stdout)


def test_a_wave_file_is_described_as_it_was_written(process, tmp_path):
    found = described(process, make_tone(tmp_path / "tone.wav", seconds=1.5, rate=22050))
    assert found | {"streams": []} == {
        "name": "tone.wav",
        "format": "wav",
        "format_name": "WAV / WAVE (Waveform Audio)",
        "size_bytes": 44 + 2 * 2 * 33075,
        "duration_s": 1.5,
        "codec": "pcm_s16le",
        "sample_rate": 22050,
        "channels": 2,
        "layout": "stereo",
        "sample_format": "s16",
        "bit_rate": 22050 * 2 * 16,
        "tags": {},
        "streams": [],
    }


def test_the_sound_of_a_film_is_described_beside_its_pictures(process, tmp_path):
    film = make_film(tmp_path / "film.mp4", [RED] * 25, tone=440)
    found = described(process, film)
    assert (found["format"], found["codec"], found["sample_rate"]) == ("mp4", "aac", 44100)
    assert found["duration_s"] == pytest.approx(1, abs=0.05)
    assert [stream["kind"] for stream in found["streams"]] == ["video", "audio"]


def test_an_mp3_tells_its_bit_rate_and_tags(process, tmp_path):
    make_tone(tmp_path / "tone.wav", seconds=3)
    target = tmp_path / "tone.mp3"
    process("audio-transcode", input=str(tmp_path / "tone.wav"), output=str(target), bitrate="64k")
    found = described(process, target)
    assert (found["codec"], found["bit_rate"], found["channels"]) == ("mp3", 64_000, 1)
    assert found["duration_s"] == pytest.approx(3, abs=0.1)


def test_stdin_is_described_too(process, tmp_path):
    process.stdin = make_tone(tmp_path / "tone.wav").read_bytes()
    process("audio-metadata", input="-")
    assert json.loads(process.stdout)["name"] == "stdin"


def test_a_film_without_sound_is_refused_with_what_it_holds(process, tmp_path):
    film = make_film(tmp_path / "film.mp4", [RED] * 5)
    with pytest.raises(UnsupportedFormat, match="no sound") as refused:
        described(process, film)
    assert refused.value.hint == "it holds video"


@pytest.mark.parametrize(
    "content", [b"", b"RIFF\0\0\0\0WAVE", b"OggS" + bytes(60), b"ID3" + bytes(9)]
)
def test_damaged_sounds_are_refused_by_name(process, tmp_path, content):
    path = tmp_path / "sound.bin"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"sound\.bin"):
        described(process, path)
