"""Film files: pictures as planes, alone or side by side, into the encoder."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePath

import numpy as np
from av import VideoFrame
from PIL import Image

from zyra.core.job import Job
from zyra.core.outputs import STDOUT, output_path
from zyra.media.film_settings import film_settings
from zyra.media.film_size import even_size
from zyra.media.film_writer import FilmWriter
from zyra.media.planes import (
    Planes,
    label_as_bt709,
    planes_from_indices,
    planes_from_rgb,
    rows_of,
)
from zyra.visualize.page import NO_DATA
from zyra.visualize.sheet import Drawing

Size = tuple[int, int]


@dataclass(frozen=True)
class Panels:
    """Which tracks a film shows, and how they stand side by side.

    Attributes:
        tracks: Numbers of the tracks, in the order of reading.
        columns: In a row.
        size: Width and height of one, both even.
    """

    tracks: Sequence[int]
    columns: int
    size: Size

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return -(-len(self.tracks) // self.columns)

    @property
    def whole(self) -> Size:
        """Width and height of the film."""
        return self.columns * self.size[0], self.rows * self.size[1]

    def arranged(self, planes: Sequence[Planes]) -> Planes:
        """One picture of those of all tracks; where no panel stands it is as light as no data."""
        shown = [planes[track] for track in self.tracks]
        if len(shown) == 1:
            return shown[0]
        frame = VideoFrame(*self.whole, "yuv420p")
        label_as_bt709(frame)
        for number in range(3):
            plane = rows_of(frame, number)
            plane[:] = _empty_value(number)
            for place, panel in enumerate(shown):
                part = rows_of(panel, number)
                row, column = divmod(place, self.columns)
                height, width = part.shape
                top, left = row * height, column * width
                plane[top : top + height, left : left + width] = part
        return frame


class FilmFile:
    """A film under construction."""

    def __init__(self, writer: FilmWriter, panels: Panels) -> None:
        self._writer = writer
        self._panels = panels

    def add(self, planes: Sequence[Planes]) -> None:
        """Append the pictures of all tracks at one time."""
        self._writer.add(self._panels.arranged(planes))


@contextmanager
def film_file(target: str, panels: Panels, fps: int, job: Job) -> Iterator[FilmFile]:
    """Write a film to `target`; it takes its name when the block ends well.

    Raises:
        UsageError: Its codec has no such rate.
        LimitExceeded: It has more pixels than any film.
        OutputError: It cannot be written.
    """
    container = "mp4" if target == STDOUT else PurePath(target).suffix.lower().removeprefix(".")
    settings = film_settings(fps, container=container)
    with (
        output_path(target, job, suffix=f".{container}") as path,
        FilmWriter(path, settings, panels.whole) as writer,
    ):
        yield FilmFile(writer, panels)


def panels_of(tracks: Sequence[int], columns: int, size: Size) -> Panels:
    """Panels of pictures of that size, odd sides raised by one.

    Raises:
        LimitExceeded: They have more pixels than any film.
    """
    return Panels(tracks, columns, even_size(size))


def planes_of(drawing: Drawing) -> Planes:
    """A picture as planes, on a light ground where it is transparent."""
    if drawing.colours is not None:
        return planes_from_indices(drawing.pixels, _on_ground(drawing.colours))
    if drawing.pixels.shape[2] == 3:
        return planes_from_rgb(drawing.pixels)
    picture = Image.fromarray(drawing.pixels)
    ground = Image.new("RGBA", picture.size, (*NO_DATA, 255))
    ground.alpha_composite(picture)
    return planes_from_rgb(np.asarray(ground.convert("RGB")))


def _on_ground(colours: np.ndarray[tuple[int, int], np.dtype[np.uint8]]) -> "np.ndarray":
    alpha = colours[:, 3:] / 255.0
    return np.rint(colours[:, :3] * alpha + np.array(NO_DATA) * (1.0 - alpha)).astype(np.uint8)


def _empty_value(plane: int) -> int:
    """The byte of a plane that is as light as what has no data."""
    ground = planes_from_rgb(np.full((2, 2, 3), NO_DATA, np.uint8))
    return int(rows_of(ground, plane)[0, 0])
