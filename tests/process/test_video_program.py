"""--backend ffmpeg: what the program is told, by a program that writes down its arguments."""

import json
import sys
from pathlib import Path

import pytest
from PIL import Image

from films import BLUE, GREEN, RED, make_film
from programs import needed
from zyra.core.errors import DataError, DependencyMissing, UsageError

FILM = Path(__file__).parents[1] / "data" / "film.mp4"
PROGRAM = f"""#!{sys.executable}
import json, pathlib, shutil, sys
here = pathlib.Path(__file__).parent
piped = sys.stdin.buffer.read() if "pipe:0" in sys.argv else b""
(here / "given.json").write_text(json.dumps({{"argv": sys.argv[1:], "piped": len(piped)}}))
if (here / "fail").exists():
    sys.exit("first line\\nConversion failed!")
for frame in (10, 20, 30):
    print(f"frame={{frame}}\\nprogress=continue", flush=True)
shutil.copy({str(FILM)!r}, sys.argv[-1].removeprefix("file:"))
"""


@pytest.fixture
def program(tmp_path, monkeypatch) -> Path:
    """The folder of a program named ffmpeg."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "ffmpeg").write_text(PROGRAM)
    (folder / "ffmpeg").chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))
    return folder


def given(program) -> dict:
    return json.loads((program / "given.json").read_text())


def after(words, flag):
    return words[words.index(flag) + 1]


@pytest.fixture
def film(tmp_path) -> Path:
    return make_film(tmp_path / "-film;rm x.mov", [RED, GREEN, BLUE] * 10, tone=440)


def test_a_film_is_read_as_what_it_is_from_files_only(process, tmp_path, program, film):
    process(
        "video-transcode",
        input=str(film),
        output=str(tmp_path / "o.mp4"),
        backend="ffmpeg",
        fps=10,
        scale="32x-2",
        extra_args=["-tune animation"],
    )
    words = given(program)["argv"]
    assert "-nostdin" in words
    assert after(words, "-protocol_whitelist") == "file,pipe"
    assert words[words.index("-f") : words.index("-f") + 4] == ["-f", "mov", "-i", f"file:{film}"]
    assert after(words, "-vf").startswith("fps=10,scale=32:24:")
    assert after(words, "-c:v") == "libx264"
    assert after(words, "-tune:v") == "animation"
    assert after(words, "-c:a") == "aac"
    assert [after(words, flag) for flag in ("-crf:v", "-g", "-movflags")] == [
        "20", "20", "+faststart",
    ]  # fmt: skip
    assert (tmp_path / "o.mp4").read_bytes() == FILM.read_bytes()
    assert process.progress == pytest.approx([10 / 12, 1, 1])


def test_pictures_are_piped_as_planes(process, tmp_path, program):
    folder = tmp_path / "frames"
    folder.mkdir()
    for number in range(3):
        Image.new("RGB", (63, 32), RED).save(folder / f"{number}.png")
    process("video-transcode", input=str(folder), output=str(tmp_path / "o.mp4"), backend="ffmpeg")
    found = given(program)
    assert found["piped"] == 3 * 64 * 32 * 3 // 2
    assert after(found["argv"], "-video_size") == "64x32"
    assert after(found["argv"], "-colorspace") == "bt709"
    assert "-an" in found["argv"]


@pytest.mark.parametrize("kind", ["film", "pictures"])
def test_a_program_that_fails_is_an_error_with_its_last_line(
    process, tmp_path, program, film, kind
):
    (program / "fail").touch()
    source = film
    if kind == "pictures":
        source = tmp_path / "a.png"
        Image.new("RGB", (64, 32), RED).save(source)
    with pytest.raises(DataError, match="Conversion failed!"):
        process(
            "video-transcode", input=str(source), output=str(tmp_path / "o.mp4"), backend="ffmpeg"
        )
    assert not (tmp_path / "o.mp4").exists()


def test_lists_of_other_files_are_refused_before_the_program_starts(process, tmp_path, program):
    source = tmp_path / "film.mp4"
    source.write_text("ffconcat version 1.0\nfile /etc/hostname\n")
    with pytest.raises(DataError, match="list of other files"):
        process(
            "video-transcode", input=str(source), output=str(tmp_path / "o.mp4"), backend="ffmpeg"
        )
    assert not (program / "given.json").exists()


def test_options_are_checked_for_the_program_too(process, tmp_path, program, film):
    with pytest.raises(UsageError, match="-vf is refused"):
        process(
            "video-transcode",
            input=str(film),
            output=str(tmp_path / "o.mp4"),
            backend="ffmpeg",
            extra_args=["-vf movie=/etc/hostname"],
        )
    assert not (program / "given.json").exists()


def test_without_the_program_there_is_a_remedy(process, tmp_path, film, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DependencyMissing, match="ffmpeg program") as refused:
        process(
            "video-transcode", input=str(film), output=str(tmp_path / "o.mp4"), backend="ffmpeg"
        )
    assert "leave --backend out" in refused.value.hint


def test_the_real_program_makes_a_film(process, tmp_path, film):
    needed("ffmpeg", "ffmpeg")
    process("video-transcode", input=str(film), output=str(tmp_path / "o.mp4"), backend="ffmpeg")
    assert (tmp_path / "o.mp4").stat().st_size > 1000
