"""Draw films frame by frame: every frame as a picture, into film files, or both."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from zyra.core.errors import DataError
from zyra.core.job import Job
from zyra.visualize.film_tracks import Track
from zyra.visualize.film_turns import in_turn


class FilmSink(Protocol):
    """What takes the pictures of all tracks of a reel, one time after the other."""

    def add(self, planes: Sequence[Any]) -> None:
        """Append the planes of all tracks at one time."""


@dataclass(frozen=True)
class Reel:
    """Films whose frames are drawn together, since some file shows all of them.

    Attributes:
        tracks: The films, of as many frames each.
        files: The film files to write; they are opened when their turn comes.
    """

    tracks: Sequence[Track]
    files: Sequence[AbstractContextManager[FilmSink]]

    @property
    def count(self) -> int:
        """How many frames each track has."""
        return self.tracks[0].count

    def drawn(self, job: Job, report: Callable[[int], None]) -> None:
        """Draw all frames.

        Args:
            job: Gives stdout.
            report: Is told how many frames are done.

        Raises:
            DataError: An input is damaged, or no frame has a value.
            OutputError: Something cannot be written.
        """
        empty: list[str] = []
        with ExitStack() as opened:
            sinks = [opened.enter_context(file) for file in self.files]
            planes: list[Any] = []
            for done, finished in enumerate(in_turn(self._tasks(job, empty)), 1):
                planes.append(finished)
                if len(planes) == len(self.tracks):
                    for sink in sinks:
                        sink.add(planes)
                    planes = []
                    report(done // len(self.tracks))
            self._check(empty, job)
        for track in self.tracks:
            track.write_manifest(job)

    def _tasks(self, job: Job, empty: list[str]) -> Iterator[Callable[[], Any]]:
        for number in range(self.count):
            for track in self.tracks:
                moment = track.scene.moment(number)
                if moment.is_empty:
                    empty.append(f"{number + 1} of {track.name}")
                yield partial(track.finished, number, moment, job)

    def _check(self, empty: Sequence[str], job: Job) -> None:
        if len(empty) == self.count * len(self.tracks):
            raise DataError(
                "every value is missing at every time",
                hint="choose another variable, level, time or file",
            )
        if empty:
            job.tell(f"no values, so nothing but the map, in frame {', '.join(empty)}")
