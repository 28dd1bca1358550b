"""The same conversions by the ffmpeg program of this machine, for --backend ffmpeg.

Files are still opened and checked by our own reader first, so the program is told what it
reads; pictures are read by us and piped to it.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

from zyra.core.job import Job
from zyra.media.description import describe
from zyra.media.ffmpeg_program import feed_program, from_file, from_pipe, run_program, to_file
from zyra.media.film_frames import is_rgb, rate_of
from zyra.media.magic import reader_of
from zyra.media.opening import open_media, require_film
from zyra.media.planes import Planes, rows_of
from zyra.process.video_transcode_film import (
    expected_frames,
    first_picture,
    result_size,
    wanted_sound,
)
from zyra.process.video_transcode_made import Made
from zyra.process.video_transcode_pictures import Sequenced, sequenced
from zyra.process.video_transcode_plan import FilmPlan


def film_by_program(source: Path, asked: FilmPlan, path: Path, job: Job) -> Made:
    """Convert a film; see `video_transcode_film.convert_film`.

    Raises:
        DependencyMissing: The program is not installed.
        DataError: The film is damaged, or the program fails.
    """
    with open_media(source, asked.name) as container:
        film = require_film(container, asked.name)
        sound = wanted_sound(container, asked)
        settings = asked.settings(rate_of(film))
        expected = expected_frames(container, film, settings.fps)
        info = describe(container, source.stat().st_size).to_json()
        streams = [film.index] + ([sound.index] if sound is not None else [])
        made_sound = asked.sound(sound.sample_rate, sound.channels) if sound is not None else None
        first = first_picture(container, film, asked.name)
        size, aspect = result_size(first, film, asked)
    words = from_file(source, reader_of(source, asked.name), streams)
    words += ["-vf", _filters(settings.fps, size, aspect, rgb=is_rgb(first))]
    words += to_file(path, settings, made_sound)
    frames = run_program(words, expected, job.progress, asked.name)
    notes = asked.notes(first.width, first.height)
    return Made(frames, size, settings, made_sound, notes, {"name": asked.name, **info})


def pictures_by_program(pictures: Sequence[Path], asked: FilmPlan, path: Path, job: Job) -> Made:
    """Convert pictures; see `video_transcode_pictures.convert_pictures`."""
    found = sequenced(pictures, asked)
    words = from_pipe(found.size, found.settings.pix_fmt, found.settings.fps)
    words += to_file(path, found.settings, None)
    frames = feed_program(words, _planes(found, job), asked.name)
    return found.made(frames)


def _planes(found: Sequenced, job: Job) -> Iterator[bytes]:
    for planes in found.planes(job):
        content = _bytes_of(planes)
        for _ in range(found.times):
            yield content


def _bytes_of(planes: Planes) -> bytes:
    """The planes one after the other, without what pads their rows."""
    return b"".join(rows_of(planes, number).tobytes() for number in range(len(planes.planes)))


def _filters(fps: Fraction, size: tuple[int, int], aspect: Fraction, *, rgb: bool) -> str:
    """Constant rate, size and aspect; all numbers of ours."""
    colours = ":out_color_matrix=bt709" if rgb else ""
    scale = f"scale={size[0]}:{size[1]}:flags=bicubic:out_range=tv{colours}"
    return f"fps={fps},{scale},setsar={aspect.numerator}/{aspect.denominator}"
