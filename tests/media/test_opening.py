"""What a file may not make us open, and files that are not what they claim."""

import errno
import random
import socket
import struct
from contextlib import suppress
from types import SimpleNamespace

import av
import pytest

from films import BLUE, RED, make_film, make_tone
from zyra.core.errors import DataError, LimitExceeded, UnsupportedFormat, ZyraError
from zyra.media.description import probe
from zyra.media.magic import reader_of
from zyra.media.opening import _Source, check_sound, open_media, require_film

PLAYLIST = "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n{url}\n#EXT-X-ENDLIST\n"
LISTS = {
    "list.m3u8": PLAYLIST,
    "list.mp4": PLAYLIST,
    "list.ffconcat": "ffconcat version 1.0\nfile '{url}'\n",
    "list.txt": "file '{url}'\n",
    "list.mpd": '<?xml version="1.0"?>\n<MPD><BaseURL>{url}</BaseURL></MPD>',
    "list.pls": "[playlist]\nFile1={url}\n",
    "list.sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96\n",
    "list.url": "{url}",
}


@pytest.fixture
def listener():
    """A port of the loopback address, and whether anybody connected to it."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)
        yield server


def nobody_called(server: socket.socket) -> bool:
    try:
        server.accept()[0].close()
    except TimeoutError:
        return True
    return False


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("target", ["http", "/etc/hostname", "file:/etc/hostname"])
def test_lists_of_other_files_and_addresses_are_refused(tmp_path, listener, name, target):
    url = f"http://127.0.0.1:{listener.getsockname()[1]}/a.ts" if target == "http" else target
    path = tmp_path / name
    path.write_text(LISTS[name].format(url=url))
    with pytest.raises(UnsupportedFormat):
        probe(path)
    assert nobody_called(listener)


@pytest.mark.parametrize("reader", ["hls", "concat", "dash", "sdp"])
def test_even_a_reader_of_lists_could_open_nothing(tmp_path, listener, monkeypatch, reader):
    """The second and third lock, with the first one broken open."""
    film = make_film(tmp_path / "film.ts", [RED] * 5)
    port = listener.getsockname()[1]
    for url in (f"http://127.0.0.1:{port}/a.ts", str(film), "/etc/hostname"):
        path = tmp_path / "list"
        path.write_text((PLAYLIST if reader == "hls" else LISTS["list.ffconcat"]).format(url=url))
        monkeypatch.setattr("zyra.media.opening.reader_of", lambda *_: reader)
        with pytest.raises(ZyraError), open_media(path, "list"):
            pass
    assert nobody_called(listener)


def test_a_film_that_names_its_samples_elsewhere_opens_nothing(tmp_path, monkeypatch):
    """A QuickTime data reference to another file (dref, alis)."""
    film = make_film(tmp_path / "film.mov", [RED] * 5)
    content = film.read_bytes()
    reference = b"url \0\0\0\1"
    assert reference in content
    elsewhere = tmp_path / "elsewhere.mov"
    elsewhere.write_bytes(content.replace(reference, b"url \0\0\0\0"))
    opened = []
    monkeypatch.setattr("zyra.media.opening._refuse", lambda url, *_: opened.append(url))
    with open_media(elsewhere, "film") as container:
        assert container.streams.video
    assert opened == []


@pytest.mark.parametrize(
    ("suffix", "codec", "reader"),
    [
        ("mp4", "libx264", "mov"), ("mov", "libx264", "mov"), ("mkv", "libx264", "matroska"),
        ("avi", "mpeg4", "avi"), ("ts", "libx264", "mpegts"), ("mpg", "mpeg2video", "mpeg"),
        ("flv", "libx264", "flv"), ("gif", "gif", "gif"), ("mxf", "mpeg2video", "mxf"),
        ("y4m", "wrapped_avframe", "yuv4mpegpipe"), ("ivf", "libvpx-vp9", "ivf"),
        ("asf", "mpeg4", "asf"),
    ],
)  # fmt: skip
def test_films_are_known_by_their_first_bytes(tmp_path, suffix, codec, reader):
    path = tmp_path / f"film.{suffix}"
    pix_fmt = "rgb8" if codec == "gif" else "yuv420p"
    make_film(path, [RED, BLUE] * 3, codec=codec, pix_fmt=pix_fmt)
    path = path.rename(tmp_path / "film.bin")
    assert reader_of(path, "film") == reader
    assert probe(path).video.width == 64


@pytest.mark.parametrize(
    ("suffix", "codec", "reader"),
    [
        ("wav", "pcm_s16le", "wav"), ("mp3", "libmp3lame", "mp3"), ("ogg", "libopus", "ogg"),
        ("flac", "flac", "flac"), ("aac", "aac", "aac"), ("aiff", "pcm_s16be", "aiff"),
        ("au", "pcm_s16be", "au"), ("caf", "pcm_s16le", "caf"), ("mp2", "mp2", "mp3"),
    ],
)  # fmt: skip
def test_sounds_are_known_by_their_first_bytes(tmp_path, suffix, codec, reader):
    path = tmp_path / f"sound.{suffix}"
    with av.open(str(path), "w") as sound:
        stream = sound.add_stream(codec, rate=48000)
        for number in range(50):
            frame = av.AudioFrame("s16", "stereo", 960)
            for plane in frame.planes:
                plane.update(bytes(plane.buffer_size))
            frame.sample_rate, frame.pts = 48000, number * 960
            sound.mux(stream.encode(frame))
        sound.mux(stream.encode(None))
    path = path.rename(tmp_path / "sound.bin")
    assert reader_of(path, "sound") == reader
    assert probe(path).audio.sample_rate == 48000


@pytest.mark.parametrize(
    "content", [b"", b"\0", b"GRIB" + bytes(500), b"hello " * 100, b"\x89PNG\r\n\x1a\n"]
)
def test_what_is_no_film_is_refused(tmp_path, content):
    path = tmp_path / "film.mp4"
    path.write_bytes(content)
    with pytest.raises(UnsupportedFormat, match=r"film\.mp4 is"):
        probe(path)


def test_declared_pictures_beyond_any_film_are_refused_before_decoding(tmp_path):
    path = tmp_path / "bomb.y4m"
    path.write_bytes(b"YUV4MPEG2 W30000 H30000 F25:1 C420jpeg\nFRAME\n" + bytes(100))
    with pytest.raises((LimitExceeded, DataError)):
        probe(path)


@pytest.mark.parametrize(("width", "height"), [(20000, 10000), (60000, 60000), (0, 0)])
def test_a_film_whose_header_declares_an_impossible_size_is_refused(tmp_path, width, height):
    """The size in the sample description of a codec that has none of its own is replaced."""
    film = make_film(tmp_path / "film.mov", [RED] * 5, codec="qtrle", pix_fmt="rgb24")
    content = film.read_bytes()
    place = content.index(struct.pack(">HH", 64, 48), content.index(b"rle "))
    path = tmp_path / "bomb.mov"
    path.write_bytes(content[:place] + struct.pack(">HH", width, height) + content[place + 4 :])
    with pytest.raises(DataError, match="bomb"), open_media(path, "bomb") as container:
        require_film(container, "bomb")


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "ts", "avi"])
@pytest.mark.parametrize("seed", range(8))
def test_damaged_files_are_described_or_refused(tmp_path, suffix, seed):
    chance = random.Random(seed)
    codec = "mpeg4" if suffix == "avi" else "libx264"
    content = bytearray(
        make_film(tmp_path / f"film.{suffix}", [RED, BLUE] * 10, codec=codec, tone=440).read_bytes()
    )
    for _ in range(20):
        content[chance.randrange(len(content))] = chance.randrange(256)
    path = tmp_path / "damaged"
    path.write_bytes(content[: chance.randrange(len(content))])
    with suppress(DataError):  # any other error, and any traceback, is a fault
        probe(path)


def test_a_place_that_no_file_has_is_refused_without_an_exception(tmp_path):
    """PyAV prints the traceback of one on stderr and goes on."""
    with make_tone(tmp_path / "tone.wav").open("rb") as stream:
        source = _Source(stream)
        assert source.seek(-5, 0) == -errno.EINVAL
        assert source.seek(4, 0) == source.tell() == 4


def test_a_sound_without_rate_or_channels_is_refused():
    stream = SimpleNamespace(codec_context=object(), type="audio", sample_rate=0, channels=0)
    with pytest.raises(DataError, match="0 channels and 0 samples/s"):
        check_sound(stream, "film")
