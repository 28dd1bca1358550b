"""audio-transcode: sounds as wave and numpy find them."""

import wave

import av
import numpy as np
import pytest

from films import BLUE, RED, loudest_hertz, make_film, make_tone, read_sound
from zyra.core.errors import DataError, UnsupportedFormat, UsageError


def read_wave(path):
    """Samples within -1 and 1, (samples, channels), and their rate, by the standard library."""
    with wave.open(str(path), "rb") as sound:
        raw = np.frombuffer(sound.readframes(sound.getnframes()), "<i2")
        return raw.reshape(-1, sound.getnchannels()) / 32768, sound.getframerate()


@pytest.fixture
def tone(tmp_path):
    return make_tone(tmp_path / "tone.wav", hertz=880, seconds=2)


def test_a_sound_becomes_one_channel_of_16000_samples_per_second(process, tmp_path, tone):
    process("audio-transcode", input=str(tone), output=str(tmp_path / "o.wav"))
    samples, rate = read_wave(tmp_path / "o.wav")
    assert (rate, samples.shape[1]) == (16000, 1)
    assert len(samples) == pytest.approx(32000, abs=2)
    assert loudest_hertz(samples[:, 0], rate) == pytest.approx(880, abs=1)
    assert np.abs(samples).max() == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize("kind", ["wav", "mp3", "ogg"])
@pytest.mark.parametrize("stereo", [True, False])
def test_every_format_keeps_tone_length_and_channels(process, tmp_path, tone, kind, stereo):
    target = tmp_path / f"o.{kind}"
    process(
        "audio-transcode", input=str(tone), output=str(target), sample_rate=48000, stereo=stereo
    )
    samples, rate = read_sound(target)
    assert (rate, samples.shape[0]) == (48000, 2 if stereo else 1)
    assert samples.shape[1] / rate == pytest.approx(2, abs=0.06)
    assert loudest_hertz(samples[0], rate) == pytest.approx(880, abs=1)


def test_the_sound_of_a_film_is_taken(process, tmp_path):
    film = make_film(tmp_path / "film.mp4", [RED, BLUE] * 20, tone=600.0)
    process("audio-transcode", input=str(film), output=str(tmp_path / "o.wav"))
    samples, rate = read_wave(tmp_path / "o.wav")
    assert loudest_hertz(samples[:, 0], rate) == pytest.approx(600, abs=2)


def test_resampling_leaves_out_what_the_new_rate_cannot_hold(process, tmp_path):
    """A tone of 6 kHz at 8000 samples/s would come back as 2 kHz without a filter."""
    source = make_tone(tmp_path / "high.wav", hertz=6000)
    target = tmp_path / "o.wav"
    process("audio-transcode", input=str(source), output=str(target), sample_rate=8000)
    assert np.abs(read_wave(target)[0][1000:-1000]).max() < 0.01


def test_channels_are_kept_when_asked(process, tmp_path, tone):
    process("audio-transcode", input=str(tone), output=str(tmp_path / "o.wav"), mono=False)
    assert read_wave(tmp_path / "o.wav")[0].shape[1] == 2


def test_a_rate_that_the_format_lacks_becomes_the_next_which_is_told(process, tmp_path, tone):
    target = tmp_path / "o.ogg"
    process("audio-transcode", input=str(tone), output=str(target), sample_rate=44100)
    assert read_sound(target)[1] == 48000
    assert "48000 taken" in process.stderr


def test_tags_are_kept(process, tmp_path, tone):
    source = tmp_path / "tagged.flac"
    with av.open(str(tone)) as sound, av.open(str(source), "w") as made:
        made.metadata.update({"title": "Grüße", "artist": "NOAA", "encoder": "other"})
        stream = made.add_stream("flac", rate=44100)
        for frame in sound.decode(sound.streams.audio[0]):
            made.mux(stream.encode(frame))
        made.mux(stream.encode(None))
    process("audio-transcode", input=str(source), output=str(tmp_path / "o.mp3"))
    with av.open(str(tmp_path / "o.mp3")) as sound:
        assert (sound.metadata["title"], sound.metadata["artist"]) == ("Grüße", "NOAA")
        assert sound.metadata.get("encoder") != "other"


def test_a_sound_through_pipes_is_the_same_as_from_a_file(process, tmp_path, tone):
    process("audio-transcode", input=str(tone), output=str(tmp_path / "o.mp3"))
    process.stdin = tone.read_bytes()
    process("audio-transcode", input="-", output="-", to="mp3")
    assert process.stdout == (tmp_path / "o.mp3").read_bytes()


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"mono": True, "stereo": True}, "contradict"),
        ({"bitrate": "64k"}, "no effect"),
        ({"to": "mp3", "output": "o.wav"}, "contradict"),
        ({"to": "mp3", "output": "o.mp3", "bitrate": "loud"}, "--bitrate 'loud'"),
    ],
)
def test_wishes_that_do_not_go_together_are_refused(
    process, tmp_path, tone, monkeypatch, wish, words
):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=words):
        process("audio-transcode", **({"input": str(tone), "output": "o.wav"} | wish))
    assert [path.name for path in tmp_path.iterdir()] == ["tone.wav"]


def test_a_silent_film_has_no_sound_to_take(process, tmp_path):
    film = make_film(tmp_path / "film.mp4", [RED] * 5)
    with pytest.raises(UnsupportedFormat, match=r"film\.mp4 has no sound"):
        process("audio-transcode", input=str(film), output=str(tmp_path / "o.wav"))


def test_a_sound_that_is_cut_off_is_refused(process, tmp_path):
    source = make_tone(tmp_path / "tone.wav", seconds=10)
    source.write_bytes(source.read_bytes()[:400_000])
    with pytest.raises(DataError, match=r"tone\.wav is cut off"):
        process("audio-transcode", input=str(source), output=str(tmp_path / "o.mp3"))
    assert not (tmp_path / "o.mp3").exists()
