"""From pictures to a film."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from zyra.core.errors import ShapeMismatch, UsageError
from zyra.core.job import Job
from zyra.media.film_settings import FilmSettings
from zyra.media.film_size import even_size, scaled_size
from zyra.media.film_writer import FilmWriter
from zyra.media.pictures import picture_size, read_planes
from zyra.media.planes import Planes
from zyra.process.video_transcode_made import Made
from zyra.process.video_transcode_plan import PICTURES_FPS, FilmPlan

_STILL_SECONDS = 5.0


@dataclass(frozen=True)
class Sequenced:
    """Pictures that are to follow each other.

    Attributes:
        pictures: Their files, in order.
        asked: What is asked for.
        settings: Of the encoder, as resolved.
        own: Width and height of the pictures.
        size: Width and height of the film.
        times: For how many frames each stands.
    """

    pictures: Sequence[Path]
    asked: FilmPlan
    settings: FilmSettings
    own: tuple[int, int]
    size: tuple[int, int]
    times: int

    def planes(self, job: Job) -> Iterator[Planes]:
        """Each picture, ready for the encoder.

        Raises:
            ShapeMismatch: One has another size, and none is asked for.
            DataError: One is damaged.
        """
        size = None if self.asked.size is None else self.size
        for number, picture in enumerate(self.pictures, 1):
            if size is None:
                _check_size(picture, self.own, self.pictures[0])
            yield read_planes(picture, size=size, pix_fmt=self.settings.pix_fmt)
            job.progress(number / len(self.pictures), f"picture {number} of {len(self.pictures)}")

    def made(self, frames: int) -> Made:
        """What has been made of them."""
        width, height = self.own
        source = {"pictures": len(self.pictures), "width": width, "height": height}
        return Made(
            frames,
            self.size,
            self.settings,
            notes=self.asked.notes(width, height),
            source={"name": self.asked.name, **source},
        )


def convert_pictures(pictures: Sequence[Path], asked: FilmPlan, path: Path, job: Job) -> Made:
    """Write pictures to `path` as a film, one frame each; a single one stands for some seconds.

    Raises:
        UsageError: Sound or seconds are asked for that pictures do not have.
        ShapeMismatch: The pictures differ in size, and none is asked for.
        DataError: A picture is damaged.
    """
    found = sequenced(pictures, asked)
    with FilmWriter(path, found.settings, found.size) as film:
        for planes in found.planes(job):
            film.add(planes, times=found.times)
    return found.made(film.frames)


def sequenced(pictures: Sequence[Path], asked: FilmPlan) -> Sequenced:
    """Pictures with the size and rate that their film gets.

    Raises:
        UsageError: Sound or seconds are asked for that pictures do not have.
        DataError: The first one is damaged.
    """
    _refuse_ineffective(pictures, asked)
    settings = asked.settings(PICTURES_FPS)
    own = picture_size(pictures[0])
    size = even_size(own) if asked.size is None else scaled_size(asked.size, own)
    times = 1
    if len(pictures) == 1:
        times = max(1, round((asked.args.still_seconds or _STILL_SECONDS) * settings.fps))
    return Sequenced(pictures, asked, settings, own, size, times)


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
