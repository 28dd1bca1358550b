"""A film in the making: its scene, how it looks, and where its frames go."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from zyra.core.errors import UsageError
from zyra.core.job import Job
from zyra.core.outputs import open_output
from zyra.core.times import iso_moment
from zyra.fields.field import FieldInfo
from zyra.visualize.film_scenes import Moment, Scene
from zyra.visualize.pictures import write_picture
from zyra.visualize.sheet import Drawing, Sheet
from zyra.visualize.style import Style
from zyra.visualize.text import field_time

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Track:
    """One film.

    Attributes:
        name: Of its source.
        mode: How it is drawn, such as `heatmap`.
        scene: What it shows.
        style: How its frames look.
        stamps: What is written on each frame; None for nothing.
        folder: Where its frames go, or None.
        planes_of: Makes of a picture what an encoder takes; None where there is no film.
    """

    name: str
    mode: str
    scene: Scene
    style: Style
    stamps: Sequence[str] | None
    folder: Path | None
    planes_of: Callable[[Drawing], Any] | None

    @property
    def count(self) -> int:
        """How many frames it has."""
        return len(self.scene.infos)

    def finished(self, number: int, moment: Moment, job: Job) -> Any:
        """Draw a frame, write it if it is to be, and give its planes; None where there is no film.

        In any thread.

        Raises:
            UsageError: The extent shows nothing of it, or there is no room for its map.
            OutputError: It cannot be written.
        """
        stamp = None if self.stamps is None else self.stamps[number]
        style = replace(self.style, timestamp=stamp)
        drawing = Sheet(style).drawing(moment.info, moment.grid, moment.paint, moment.bar)
        if self.folder is not None:
            target = str(self.folder / self.picture_name(number))
            write_picture(drawing, moment.info, target, style, job)
        return None if self.planes_of is None else self.planes_of(drawing)

    def picture_name(self, number: int) -> str:
        """Of the file of a frame."""
        return f"frame_{number:0{max(4, len(str(self.count - 1)))}d}.png"

    def write_manifest(self, job: Job) -> None:
        """Write the list of the frames beside them, if they are written at all.

        Raises:
            OutputError: It cannot be written.
        """
        if self.folder is None:
            return
        frames = [
            {"index": number, "path": self.picture_name(number), "timestamp": time}
            for number, time in enumerate(self._times())
        ]
        listed = {"mode": self.mode, "count": self.count, "frames": frames}
        with open_output(str(self.folder / MANIFEST), job) as stream:
            stream.write(json.dumps(listed, indent=1).encode() + b"\n")

    def _times(self) -> Iterator[str | None]:
        for number, info in enumerate(self.scene.infos):
            known = None if info.valid_time is None else iso_moment(info.valid_time)
            yield known if self.stamps is None or known else self.stamps[number]


def stamps_of(infos: Sequence[FieldInfo], given: Sequence[str] | None) -> Sequence[str]:
    """What is written on each frame: what is given, or its valid time.

    Raises:
        UsageError: A field has no valid time, or there are not as many texts as frames.
    """
    if given is None:
        times = [field_time(info) for info in infos]
        if not all(times):
            raise UsageError(
                f"{infos[times.index('')].variable} has no valid time to show",
                hint="name a text file with one time for each frame as --timestamps-csv",
            )
        return times
    if len(given) != len(infos):
        raise UsageError(
            f"timestamps_csv has {len(given)} lines for {len(infos)} frames",
            hint="give one line for each frame",
        )
    return given
