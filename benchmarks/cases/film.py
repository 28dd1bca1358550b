"""Films of 24 maps of 4096x2048, against the encoder alone with planes that are ready."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
from av.codec.context import ThreadType
from av.video.stream import VideoStream

from _timing import Case, Work
from zyra.media.film_settings import film_settings
from zyra.media.film_writer import FilmWriter
from zyra.media.planes import planes_from_indices

FRAMES = 24
WIDTH, HEIGHT = 4096, 2048
PALETTE = np.linspace((20, 30, 120), (250, 240, 60), 256).astype(np.uint8)

Indices = npt.NDArray[np.uint8]


def cases(folder: Path) -> Iterator[Case]:
    """The default preset, and the one for animations."""
    pictures = list(maps())
    for preset in ("medium", "veryfast"):
        yield Case(
            name=f"film of {FRAMES} maps {WIDTH}x{HEIGHT}, H.264 {preset}",
            ours=written(pictures, folder / "ours.mp4", preset),
            reference=encoded(pictures, folder / "floor.mp4", preset),
            against="the encoder alone, planes ready",
            at_most=1.5,
            rounds=2,
        )


def maps() -> Iterator[Indices]:
    """Smooth fields in 256 steps that move eastwards, as forecasts do."""
    rows = np.sin(np.linspace(0, 3, HEIGHT))[:, None]
    for number in range(FRAMES):
        turn = np.linspace(0, 6 * np.pi, WIDTH)[None, :] + number / 8
        yield ((rows * np.sin(turn) + 1) * 127.5).astype(np.uint8)


def written(pictures: list[Indices], path: Path, preset: str) -> Work:
    """Indices to planes to a film, by our writer."""

    def work() -> None:
        with FilmWriter(path, film_settings(30, preset=preset), (WIDTH, HEIGHT)) as film:
            for picture in pictures:
                film.add(planes_from_indices(picture, PALETTE))

    return work


def encoded(pictures: list[Indices], path: Path, preset: str) -> Callable[[], None]:
    """The same settings through PyAV alone."""
    ready = [planes_from_indices(picture, PALETTE) for picture in pictures]

    def work() -> None:
        with av.open(str(path), "w") as film:
            options = {"crf": "20", "preset": preset}
            stream = film.add_stream("libx264", rate=Fraction(30), options=options)
            assert isinstance(stream, VideoStream)
            stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
            stream.codec_context.gop_size = 60
            stream.codec_context.thread_type = ThreadType.AUTO
            for number, frame in enumerate(ready):
                frame.pts, frame.time_base = number, Fraction(1, 30)
                film.mux(stream.encode(frame))
            film.mux(stream.encode(None))

    return work
