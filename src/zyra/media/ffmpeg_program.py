"""Run the ffmpeg program of this machine, where a user asks for it.

No shell: a list of arguments, of which every one is ours or was checked. It opens files and
pipes only, and reads its input as the format that we have found it to be.
"""

import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import IO, BinaryIO

from zyra.core.errors import DataError, DependencyMissing
from zyra.core.stream_job import Report
from zyra.media.film_settings import CODECS, MUXERS, FilmSettings
from zyra.media.film_writer import encoder_options, muxer_options
from zyra.media.sound_settings import SOUND_CODECS, SoundSettings

_PROGRAM = "ffmpeg"
_QUIET = ("-hide_banner", "-nostats", "-loglevel", "error")
_ONLY_FILES = ("-protocol_whitelist", "file,pipe")
_COLOURS = (
    "-color_range", "tv", "-colorspace", "bt709", "-color_primaries", "bt709",
    "-color_trc", "bt709",
)  # fmt: skip


def find_program() -> str:
    """Path of the program.

    Raises:
        DependencyMissing: There is none.
    """
    found = shutil.which(_PROGRAM)
    if found is None:
        raise DependencyMissing(
            "--backend ffmpeg needs the ffmpeg program, which is not found on the PATH",
            hint="leave --backend out: the libraries of zyra[media] need no program",
        )
    return found


def from_file(source: Path, reader: str, streams: Sequence[int]) -> list[str]:
    """Arguments that read some streams of a film."""
    chosen = [word for index in streams for word in ("-map", f"0:{index}")]
    return [*_ONLY_FILES, "-f", reader, "-i", f"file:{source.absolute()}", *chosen]


def from_pipe(size: tuple[int, int], pix_fmt: str, fps: Fraction) -> list[str]:
    """Arguments that read planes from stdin."""
    shape = f"{size[0]}x{size[1]}"
    raw = ["-f", "rawvideo", "-pixel_format", pix_fmt, "-video_size", shape]
    return [*_ONLY_FILES, *raw, "-framerate", str(fps), "-i", "pipe:0", *_COLOURS]


def to_file(path: Path, settings: FilmSettings, sound: SoundSettings | None) -> list[str]:
    """Arguments that encode and write."""
    codec = CODECS[settings.codec]
    words = ["-c:v", codec.encoder, "-pix_fmt", settings.pix_fmt, "-g", str(settings.gop)]
    words += ["-threads:v", str(settings.threads), "-flags:v", "+bitexact"]
    if settings.bitrate is not None:
        words += ["-b:v", str(settings.bitrate)]
    elif codec.crf is None:
        words += ["-qscale:v", "3"]
    if codec.tag:
        words += ["-tag:v", codec.tag]
    words += _pairs(encoder_options(settings), ":v")
    words += _sound(sound)
    words += _pairs(muxer_options(settings), "")
    return [*words, "-map_metadata", "-1", "-f", MUXERS[settings.container], "-y", f"file:{path}"]


def run_program(words: Sequence[str], expected: int, report: Report, name: str) -> int:
    """Run to the end and return how many frames were written.

    Args:
        words: Arguments, as the functions above give them.
        expected: Frames that are 100 %.
        report: Is told of progress.
        name: What is converted, for errors.

    Raises:
        DataError: The program fails; the message is its last line.
    """
    frames = 0
    with _running(["-nostdin", "-progress", "pipe:1", *words], None, name) as process:
        for line in _text_of(process.stdout):
            if line.startswith("frame="):
                frames = int(line.partition("=")[2])
                report(frames / max(expected, frames, 1), f"frame {frames}")
    return frames


def feed_program(words: Sequence[str], pictures: Iterable[bytes], name: str) -> int:
    """Write planes to the program's stdin and return how many pictures there were.

    Raises:
        DataError: The program fails; the message is its last line.
    """
    count = 0
    with _running(words, subprocess.PIPE, name) as process:
        assert process.stdin is not None
        try:
            for planes in pictures:
                process.stdin.write(planes)
                count += 1
            process.stdin.close()
        except BrokenPipeError:
            process.wait()  # it says why itself
    return count


@contextmanager
def _running(
    words: Sequence[str], stdin: int | None, name: str
) -> Iterator[subprocess.Popen[bytes]]:
    command = [find_program(), *_QUIET, *words]
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(  # noqa: S603 - a list of checked arguments, no shell
            command,
            stdin=subprocess.DEVNULL if stdin is None else stdin,
            stdout=subprocess.PIPE if stdin is None else subprocess.DEVNULL,
            stderr=errors,
        )
        try:
            yield process
            code = process.wait()
        finally:
            process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout):
                if stream is not None and not stream.closed:
                    _close(stream)
        if code != 0:
            raise DataError(
                f"ffmpeg cannot convert {name}: {_last_line(errors)}",
                hint="try the libraries: leave --backend out",
            )


def _close(stream: IO[bytes]) -> None:
    try:
        stream.close()
    except BrokenPipeError:
        return  # what was left to be written is of no use any more


def _last_line(errors: BinaryIO | IO[bytes]) -> str:
    errors.seek(0)
    lines = errors.read(1 << 16).decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else "it gives no reason"


def _text_of(stream: IO[bytes] | None) -> Iterator[str]:
    assert stream is not None
    for line in stream:
        yield line.decode(errors="replace").strip()


def _pairs(options: dict[str, str], suffix: str) -> list[str]:
    return [word for name, value in options.items() for word in (f"-{name}{suffix}", value)]


def _sound(sound: SoundSettings | None) -> list[str]:
    if sound is None:
        return ["-an"]
    words = ["-c:a", SOUND_CODECS[sound.codec].encoder, "-ar", str(sound.rate)]
    words += ["-ac", str(sound.channels), "-flags:a", "+bitexact"]
    return words if sound.bitrate is None else [*words, "-b:a", str(sound.bitrate)]
