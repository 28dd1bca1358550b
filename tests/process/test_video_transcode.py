"""video-transcode: films as another reader finds them, and what is refused."""

import json
import random
from contextlib import suppress
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from films import BLUE, GREEN, GREY, RED, loudest_hertz, make_film, make_tone, middle, read_film
from zyra.core.errors import (
    DataError,
    InputNotFound,
    OutputError,
    ShapeMismatch,
    UnsupportedFormat,
    UsageError,
)

COLOURS = [RED] * 10 + [GREEN] * 10 + [BLUE] * 10


@pytest.fixture(scope="module")
def film(tmp_path_factory) -> Path:
    """1.2 s of red, green and blue at 25 frames/s, with a tone of 440 Hz."""
    path = tmp_path_factory.mktemp("film") / "film.mov"
    return make_film(path, COLOURS, tone=440.0)


@pytest.fixture
def frames(tmp_path) -> Path:
    folder = tmp_path / "frames"
    folder.mkdir()
    for number, colour in enumerate((RED, GREEN, BLUE), 1):
        Image.new("RGB", (64, 32), colour).save(folder / f"f{number}.png")
    return folder


@pytest.mark.parametrize("kind", ["mp4", "webm", "mov", "mpg"])
def test_a_film_goes_into_every_container_with_its_sound(process, tmp_path, film, kind):
    target = tmp_path / f"out.{kind}"
    process("video-transcode", input=str(film), output=str(target), to=kind)
    made = read_film(target)
    assert (len(made.pictures), made.size) == (30, (64, 48))
    assert made.fps == pytest.approx(25, abs=0.01)
    assert [middle(made.pictures[n]) for n in (5, 15, 25)] == [
        pytest.approx(colour, abs=8) for colour in (RED, GREEN, BLUE)
    ]
    assert loudest_hertz(made.sound[0], made.sound_rate) == pytest.approx(440, abs=2)
    assert made.sound.shape[1] / made.sound_rate == pytest.approx(1.2, abs=0.1)


@pytest.mark.parametrize(
    ("codec", "name"), [("hevc", "hevc"), ("libxvid", "mpeg4"), ("av1", "av1")]
)
def test_the_codec_is_the_one_asked_for(process, tmp_path, film, codec, name):
    target = tmp_path / "out.mp4"
    process("video-transcode", input=str(film), output=str(target), codec=codec)
    assert read_film(target).codec == name


def test_size_and_rate_are_those_asked_for(process, tmp_path, film):
    target = tmp_path / "out.mp4"
    process("video-transcode", input=str(film), output=str(target), scale="101x-1", framerate=50)
    made = read_film(target)
    assert (made.size, made.fps, len(made.pictures)) == ((102, 76), 50, 60)


def test_a_lower_rate_keeps_the_length(process, tmp_path, film):
    process("video-transcode", input=str(film), output=str(tmp_path / "o.mp4"), fps=10)
    made = read_film(tmp_path / "o.mp4")
    assert (len(made.pictures), made.fps) == (12, 10)
    assert middle(made.pictures[5]) == pytest.approx(GREEN, abs=8)


def test_a_variable_rate_becomes_constant(process, tmp_path):
    source = tmp_path / "slow.mkv"
    make_film(source, [RED, GREEN, BLUE, BLUE], times=[0, 40, 1040, 1080])
    process("video-transcode", input=str(source), output=str(tmp_path / "o.mp4"), fps=25)
    made = read_film(tmp_path / "o.mp4")
    assert np.diff(made.times) == pytest.approx(0.04)
    assert len(made.pictures) in (28, 29)
    assert middle(made.pictures[20]) == pytest.approx(GREEN, abs=8)


def test_pixels_that_are_not_square_stay_so_or_become_square_when_scaled(process, tmp_path):
    source = tmp_path / "wide.mp4"
    make_film(source, [RED] * 5, size=(72, 48), aspect=Fraction(2))
    process("video-transcode", input=str(source), output=str(tmp_path / "a.mp4"))
    process("video-transcode", input=str(source), output=str(tmp_path / "b.mp4"), scale="-2x48")
    with av.open(str(tmp_path / "a.mp4")) as kept:
        assert kept.streams.video[0].sample_aspect_ratio == 2
    assert read_film(tmp_path / "b.mp4").size == (144, 48)


def test_sound_can_be_left_out_or_recoded(process, tmp_path, film):
    silent, loud = tmp_path / "a.mp4", tmp_path / "b.mp4"
    process("video-transcode", input=str(film), output=str(silent), audio_codec="none")
    process(
        "video-transcode",
        input=str(film),
        output=str(loud),
        audio_codec="libmp3lame",
        audio_bitrate="64k",
    )
    assert read_film(silent).sound is None
    with av.open(str(loud)) as made:
        context = made.streams.audio[0].codec_context
        assert context.codec.canonical_name == "mp3"
        assert context.bit_rate == pytest.approx(64_000, rel=0.05)


@pytest.mark.parametrize("given", ["frames", "frames/f%d.png", "frames/f*.png"])
def test_pictures_become_a_film(process, tmp_path, frames, monkeypatch, given):
    monkeypatch.chdir(tmp_path)
    process("video-transcode", input=given, output="o.mp4", fps=10)
    made = read_film(tmp_path / "o.mp4")
    assert (len(made.pictures), made.fps) == (3, 10)
    assert [middle(pixels) for pixels in made.pictures] == [
        pytest.approx(colour, abs=6) for colour in (RED, GREEN, BLUE)
    ]
    assert process.progress == pytest.approx([1 / 3, 2 / 3, 1])


def test_a_single_picture_stands_for_five_seconds_or_as_asked(process, tmp_path, frames):
    picture = str(frames / "f2.png")
    process("video-transcode", input=picture, output=str(tmp_path / "a.mp4"), fps=4)
    process(
        "video-transcode", input=picture, output=str(tmp_path / "b.mp4"), fps=4, still_seconds=1.5
    )
    assert len(read_film(tmp_path / "a.mp4").pictures) == 20
    assert len(read_film(tmp_path / "b.mp4").pictures) == 6


@pytest.mark.parametrize(("sos", "size"), [("2k", (2048, 1024)), ("4k", (4096, 2048))])
def test_films_for_spheres_have_their_size_and_rate(process, tmp_path, frames, sos, size):
    process("video-transcode", input=str(frames), output=str(tmp_path / "o.mp4"), sos=sos)
    made = read_film(tmp_path / "o.mp4")
    assert (made.size, made.fps, made.codec) == (size, 30, "h264")


def test_a_source_of_another_shape_is_stretched_onto_the_sphere_which_is_told(process, tmp_path):
    picture = tmp_path / "square.png"
    Image.new("RGB", (64, 64), RED).save(picture)
    target = str(tmp_path / "o.mp4")
    process("video-transcode", input=str(picture), output=target, sos="2k", still_seconds=0.1)
    assert "64x64 is not twice as wide as high" in process.stderr


@pytest.mark.parametrize(("kind", "codec"), [("mp4", "mpeg4"), ("mpg", "mpeg2video")])
def test_films_for_old_spheres_have_old_codecs(process, tmp_path, frames, kind, codec):
    target = tmp_path / f"o.{kind}"
    process("video-transcode", input=str(frames), output=str(target), sos_legacy=True)
    made = read_film(target)
    assert (made.size, made.fps, made.codec) == ((2048, 1024), 30, codec)


def test_the_description_tells_every_setting_as_resolved(process, tmp_path, film):
    target = tmp_path / "o.mp4"
    process("video-transcode", input=str(film), output=str(target), write_metadata=True)
    found = json.loads(Path(f"{target}.json").read_text())
    assert found["settings"] == {
        "container": "mp4", "codec": "h264", "width": 64, "height": 48, "fps": 25.0,
        "pix_fmt": "yuv420p", "crf": 20, "bitrate": None, "preset": "medium", "gop": 50,
        "options": {},
        "sound": {"codec": "aac", "rate": 44100, "channels": 2, "bitrate": 192_000},
    }  # fmt: skip
    assert (found["frames"], found["duration_s"]) == (30, 1.2)
    assert found["output"]["size_bytes"] == target.stat().st_size
    assert found["input"]["name"] == "film.mov"


def test_the_film_gets_the_inputs_name_in_the_working_folder(process, tmp_path, film, monkeypatch):
    monkeypatch.chdir(tmp_path)
    process("video-transcode", input=str(film))
    assert read_film(tmp_path / "film.mp4").codec == "h264"


def test_a_film_through_pipes_is_the_same_as_from_a_file(process, tmp_path, film):
    process("video-transcode", input=str(film), output=str(tmp_path / "o.mp4"))
    process.stdin = film.read_bytes()
    process("video-transcode", input="-")
    assert process.stdout == (tmp_path / "o.mp4").read_bytes()


def test_the_suffix_of_the_output_chooses_the_container(process, tmp_path, film):
    process("video-transcode", input=str(film), output=str(tmp_path / "o.webm"))
    assert read_film(tmp_path / "o.webm").codec == "vp9"
    with pytest.raises(UsageError, match=r"--to mp4 .* contradict"):
        process("video-transcode", input=str(film), output=str(tmp_path / "o.webm"), to="mp4")


def test_progress_counts_frames_to_the_end(process, tmp_path, film):
    process("video-transcode", input=str(film), output=str(tmp_path / "o.mp4"))
    assert process.progress == sorted(process.progress)
    assert len(process.progress) == 30
    assert process.progress[-1] == 1


def test_high_dynamic_range_is_told_and_its_labels_are_kept(process, tmp_path):
    source = tmp_path / "hdr.mp4"
    with av.open(str(source), "w") as made:
        stream = made.add_stream("libx264", rate=5)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p10le"
        stream.codec_context.color_trc = 16  # SMPTE ST 2084
        stream.codec_context.color_primaries = stream.codec_context.colorspace = 9  # BT.2020
        for number in range(3):
            frame = av.VideoFrame(64, 48, "yuv420p10le")
            frame.pts, frame.color_trc, frame.color_primaries, frame.colorspace = number, 16, 9, 9
            made.mux(stream.encode(frame))
        made.mux(stream.encode(None))
    process("video-transcode", input=str(source), output=str(tmp_path / "o.mp4"))
    assert "high dynamic range" in process.stderr
    with av.open(str(tmp_path / "o.mp4")) as made:
        context = made.streams.video[0].codec_context
        assert (context.color_trc, context.color_primaries, context.colorspace) == (16, 9, 9)


def test_transparency_is_told(process, tmp_path):
    source = tmp_path / "a.mov"
    with av.open(str(source), "w") as made:
        stream = made.add_stream("qtrle", rate=5)
        stream.width, stream.height, stream.pix_fmt = 16, 16, "argb"
        for number in range(3):
            frame = av.VideoFrame.from_ndarray(np.full((16, 16, 4), 128, np.uint8), "argb")
            frame.pts = number
            made.mux(stream.encode(frame))
        made.mux(stream.encode(None))
    process("video-transcode", input=str(source), output=str(tmp_path / "o.mp4"))
    assert "transparency" in process.stderr


@pytest.mark.parametrize(
    "extra", ["-tune animation -bf 0", "-profile:v baseline", "-qmin 10 -refs 2"]
)
def test_options_of_the_encoder_are_taken(process, tmp_path, film, extra):
    plain, other = tmp_path / "a.mp4", tmp_path / "b.mp4"
    process("video-transcode", input=str(film), output=str(plain))
    process("video-transcode", input=str(film), output=str(other), extra_args=[extra])
    assert len(read_film(other).pictures) == 30
    assert other.read_bytes() != plain.read_bytes()


@pytest.mark.parametrize(
    "extra",
    [
        "-i /etc/hostname", "-f lavfi", "-vf movie=/etc/hostname", "-filter_complex x", "-tune",
        "-x264-params stats=/tmp/a", "-x264opts qpfile=/etc/hostname", "-stats /tmp/a",
        "-passlogfile /tmp/a", "-flags +pass1", "-protocol_whitelist file", "-report yes",
        "-attach /etc/hostname", "-dump_attachment x", "-init_hw_device vaapi", "-crf 3",
        "-tune 'a b'", "-tune /etc/hostname", "-movflags +use_metadata_tags", "-c:v libx265",
        "/tmp/other.mp4", "-bf 2 /tmp/other.mp4", "-b:a 3", "'", "-map 0", "-threads 99999",
    ],
)  # fmt: skip
def test_extra_arguments_that_could_open_something_are_refused(process, tmp_path, film, extra):
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(UsageError, match="--extra-args"):
        process(
            "video-transcode",
            input=str(film),
            output=str(tmp_path / "o.mp4"),
            extra_args=[extra],
        )
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"sos": "2k", "sos_legacy": True}, "contradict"),
        ({"codec": "vp9", "to": "mov"}, "vp9 does not go into mov"),
        ({"scale": "wide"}, "is not a size"),
        ({"bitrate": "fast"}, "--bitrate 'fast'"),
        ({"crf": 18, "bitrate": "1M"}, "contradict"),
        ({"to": "mpg", "fps": 12.0}, "MPEG-2 has no rate of 12"),
        ({"audio_codec": "opus", "to": "mov"}, "opus does not go into mov"),
        ({"audio_codec": "none", "audio_bitrate": "64k"}, "no effect"),
        ({"pix_fmt": "rgb24"}, "does not take pixels as rgb24"),
        ({"preset": "hasty"}, "no preset 'hasty'"),
        ({"output": "-", "write_metadata": True}, "no place beside stdout"),
    ],
)
def test_wishes_that_do_not_go_together_are_refused(process, tmp_path, film, wish, words):
    ending = wish.get("to", "mp4")
    given = {"input": str(film), "output": str(tmp_path / f"o.{ending}")} | wish
    with pytest.raises(UsageError, match=words):
        process("video-transcode", **given)
    assert list(tmp_path.iterdir()) == []


def test_pictures_of_different_sizes_are_refused_unless_one_is_asked_for(process, frames, tmp_path):
    Image.new("RGB", (32, 32), GREY).save(frames / "f4.png")
    target = tmp_path / "o.mp4"
    with pytest.raises(ShapeMismatch, match=r"f4\.png is 32x32, but f1\.png is 64x32") as refused:
        process("video-transcode", input=str(frames), output=str(target))
    assert "--scale 64x32" in refused.value.hint
    assert not target.exists()
    process("video-transcode", input=str(frames), output=str(target), scale="64x32")
    assert len(read_film(target).pictures) == 4


def test_files_that_exist_are_kept_when_asked(process, tmp_path, film):
    target = tmp_path / "o.mp4"
    target.write_text("kept")
    with pytest.raises(OutputError, match="exists"):
        process("video-transcode", input=str(film), output=str(target), no_overwrite=True)
    assert target.read_text() == "kept"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"#EXTM3U\nhttp://127.0.0.1:1/a.ts\n", UnsupportedFormat),
        (b"ffconcat version 1.0\nfile /etc/hostname\n", UnsupportedFormat),
        (b"", UnsupportedFormat),
        (b"\0\0\0\x18ftypisom" + bytes(100), DataError),
    ],
)
def test_what_is_no_film_is_refused_and_nothing_is_left(process, tmp_path, content, kind):
    source = tmp_path / "film.mp4"
    source.write_bytes(content)
    with pytest.raises(kind, match=r"film\.mp4"):
        process("video-transcode", input=str(source), output=str(tmp_path / "o.mp4"))
    assert [path.name for path in tmp_path.iterdir()] == ["film.mp4"]


def test_a_sound_is_no_film(process, tmp_path):
    source = make_tone(tmp_path / "tone.wav")
    with pytest.raises(UnsupportedFormat, match=r"tone\.wav has no film in it"):
        process("video-transcode", input=str(source), output=str(tmp_path / "o.mp4"))


def test_a_file_that_is_not_there_is_refused(process, tmp_path):
    with pytest.raises(InputNotFound, match=r"no\.mp4"):
        process("video-transcode", input=str(tmp_path / "no.mp4"), output=str(tmp_path / "o.mp4"))


@pytest.mark.parametrize("suffix", ["mp4", "mkv"])
def test_a_film_that_is_cut_off_is_refused(process, tmp_path, suffix):
    whole = make_film(tmp_path / f"whole.{suffix}", [RED, GREEN, BLUE] * 40, fps=10, tone=440)
    content = whole.read_bytes()
    source = tmp_path / f"part.{suffix}"
    source.write_bytes(content[: len(content) // 2])
    with pytest.raises(DataError, match="part"):
        process("video-transcode", input=str(source), output=str(tmp_path / "o.mp4"))
    assert not (tmp_path / "o.mp4").exists()


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "ts", "mpg"])
@pytest.mark.parametrize("seed", range(6))
def test_damaged_films_are_converted_or_refused(process, tmp_path, suffix, seed):
    chance = random.Random(seed)
    codec = "mpeg2video" if suffix == "mpg" else "libx264"
    content = bytearray(make_film(tmp_path / f"a.{suffix}", COLOURS, codec=codec).read_bytes())
    for _ in range(30):
        content[chance.randrange(len(content))] = chance.randrange(256)
    (tmp_path / "damaged").write_bytes(content)
    with suppress(DataError):  # any other error, and any traceback, is a fault
        process("video-transcode", input=str(tmp_path / "damaged"), output=str(tmp_path / "o.mp4"))
