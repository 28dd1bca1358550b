"""From pictures to a film."""

from collections.abc import Sequence
from pathlib import Path

from zyra.core.errors import ShapeMismatch, UsageError
from zyra.core.job import Job
from zyra.media.film_size import even_size, scaled_size
from zyra.media.film_writer import FilmWriter
from zyra.media.pictures import picture_size, read_planes
from zyra.process.video_transcode_made import Made
from zyra.process.video_transcode_plan import PICTURES_FPS, FilmPlan

_STILL_SECONDS = 5.0


def convert_pictures(pictures: Sequence[Path], asked: FilmPlan, path: Path, job: Job) -> Made:
    """Write pictures to `path` as a film, one frame each; a single one stands for some seconds.

    Raises:
        UsageError: Sound or seconds are asked for that pictures do not have.
        ShapeMismatch: The pictures differ in size, and none is asked for.
        DataError: A picture is damaged.
    """
    _refuse_ineffective(pictures, asked)
    settings = asked.settings(PICTURES_FPS)
    own = picture_size(pictures[0])
    size = even_size(own) if asked.size is None else scaled_size(asked.size, own)
    times = 1
    if len(pictures) == 1:
        times = max(1, round((asked.args.still_seconds or _STILL_SECONDS) * settings.fps))
    with FilmWriter(path, settings, size) as film:
        for number, picture in enumerate(pictures, 1):
            if asked.size is None:
                _check_size(picture, own, pictures[0])
            planes = read_planes(
                picture, size=None if asked.size is None else size, pix_fmt=settings.pix_fmt
            )
            film.add(planes, times=times)
            job.progress(number / len(pictures), f"picture {number} of {len(pictures)}")
    source = {"name": asked.name, "pictures": len(pictures), "width": own[0], "height": own[1]}
    return Made(film.frames, size, settings, source=source)


def _check_size(picture: Path, wanted: tuple[int, int], first: Path) -> None:
    width, height = picture_size(picture)
    if (width, height) != wanted:
        raise ShapeMismatch(
            f"{picture.name} is {width}x{height}, but {first.name} is {wanted[0]}x{wanted[1]}",
            hint=f"bring all to one size with --scale {wanted[0]}x{wanted[1]}",
        )


def _refuse_ineffective(pictures: Sequence[Path], asked: FilmPlan) -> None:
    if asked.args.audio_codec not in (None, "none") or asked.args.audio_bitrate is not None:
        raise UsageError("pictures have no sound: --audio-codec and --audio-bitrate have no effect")
    if len(pictures) > 1 and asked.args.still_seconds is not None:
        raise UsageError(
            f"--still-seconds has no effect on {len(pictures)} pictures",
            hint="choose how fast they follow with --fps",
        )
