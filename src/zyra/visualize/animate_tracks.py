"""Turn the arguments of `visualize animate` into films to draw."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import Any

from zyra.core.errors import DataError, UsageError
from zyra.core.inputs import existing_file
from zyra.core.job import Job
from zyra.core.outputs import STDOUT
from zyra.media.library import load_media
from zyra.visualize.animate_scenes import scenes_from
from zyra.visualize.commands.animate import AnimateArgs
from zyra.visualize.film_reels import FilmSink, Reel
from zyra.visualize.film_scenes import Scene
from zyra.visualize.film_tracks import Track, stamps_of
from zyra.visualize.style import Style, style_from

LONGEST_STAMP = 200
FILES = "zyra.visualize.film_files"


def reels_from(args: AnimateArgs, job: Job, opened: ExitStack) -> list[Reel]:
    """The films that the arguments ask for, ready to be drawn.

    Args:
        args: Of the command.
        job: Gives stdin and the network.
        opened: Closes the inputs.

    Raises:
        UsageError: The arguments do not fit together, or not with the data.
        DataError: An input cannot be read, has no times, or no values.
        DependencyMissing: A film is asked for, and PyAV is not installed.
    """
    # Whether films can be written is to be known before anything is read.
    film = _FilmFiles.from_args(args, job)
    style = _style(args, job)
    scenes = scenes_from(args, style, job, opened)
    tracks = _tracks(args, style, scenes, film.planes_of)
    targets = _targets(args, tracks)
    if args.combine_to is None:
        return [
            Reel([track], film.alone(0, target))
            for track, target in zip(tracks, targets, strict=True)
        ]
    _require_frames_alike(tracks)
    files = [file for place, target in enumerate(targets) for file in film.alone(place, target)]
    return [Reel(tracks, [*files, film.combined(len(tracks), args.combine_to)])]


@dataclass(frozen=True)
class _FilmFiles:
    """Makes film files; `load` is None where no film is asked for."""

    args: AnimateArgs
    job: Job
    planes_of: Callable[[Any], Any] | None

    @classmethod
    def from_args(cls, args: AnimateArgs, job: Job) -> "_FilmFiles":
        is_asked = args.to_video is not None or args.combine_to is not None
        return cls(args, job, load_media(f"{FILES}:planes_of") if is_asked else None)

    def alone(self, place: int, target: str | None) -> list[AbstractContextManager[FilmSink]]:
        return [] if target is None else [self._file([place], 1, target)]

    def combined(self, count: int, target: str) -> AbstractContextManager[FilmSink]:
        columns = {"hstack": count, "vstack": 1}.get(self.args.grid_mode, self.args.grid_cols)
        return self._file(range(count), min(columns, count), target)

    def _file(
        self, places: Sequence[int], columns: int, target: str
    ) -> AbstractContextManager[FilmSink]:
        size = self.args.width, self.args.height
        panels = load_media(f"{FILES}:panels_of")(places, columns, size)
        file: AbstractContextManager[FilmSink] = load_media(f"{FILES}:film_file")(
            target, panels, self.args.fps, self.job
        )
        return file


def _style(args: AnimateArgs, job: Job) -> Style:
    style = style_from(args, job)
    return replace(
        style,
        label=args.label,
        is_page=style.is_page or args.label is not None,
        timestamp_corner=args.timestamp_loc,
    )


def _tracks(
    args: AnimateArgs,
    style: Style,
    scenes: Mapping[str, Scene],
    planes_of: Callable[[Any], Any] | None,
) -> list[Track]:
    """A track for each scene; frames of several films get a folder each."""
    texts = None if args.timestamps_csv is None else _lines_of(args.timestamps_csv)
    tracks = []
    for name, scene in scenes.items():
        folder = None if args.output_dir is None else Path(args.output_dir)
        if folder is not None and len(scenes) > 1:
            folder = folder / name
        stamps = stamps_of(scene.infos, texts) if args.show_timestamp else None
        tracks.append(Track(name, args.mode, scene, style, stamps, folder, planes_of))
    return tracks


def _targets(args: AnimateArgs, tracks: Sequence[Track]) -> list[str | None]:
    """The film file of each track, or None."""
    if args.to_video is None or len(tracks) == 1:
        return [args.to_video] * len(tracks)
    if args.to_video == STDOUT:
        raise UsageError(
            f"{len(tracks)} films cannot go to stdout", hint="name a film as to_video, or one input"
        )
    ending = PurePath(args.to_video).suffix
    folder = PurePath(args.to_video).parent if args.output_dir is None else Path(args.output_dir)
    return [str(folder / f"{track.name}{ending}") for track in tracks]


def _lines_of(source: str) -> list[str]:
    """The texts of a file, a line each; empty lines are left out."""
    try:
        lines = existing_file(source).read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as exc:
        raise DataError(f"{PurePath(source).name} is no text in UTF-8") from exc
    texts = [line.strip().strip('"') for line in lines if line.strip()]
    too_long = next((text for text in texts if len(text) > LONGEST_STAMP), None)
    if too_long is not None:
        raise DataError(
            f"{PurePath(source).name} has a line of {len(too_long)} characters",
            hint=f"each line is a time to write on a frame, at most {LONGEST_STAMP} characters",
        )
    return texts


def _require_frames_alike(tracks: Sequence[Track]) -> None:
    first = tracks[0]
    if len(tracks) == 1:
        raise UsageError(
            "the inputs make one film: combine_to has nothing to put beside it",
            hint="name the film as to_video",
        )
    for track in tracks:
        if track.count != first.count:
            raise DataError(
                f"{first.name} has {first.count} times and {track.name} {track.count}: they cannot"
                " be shown side by side",
                hint="leave out combine_to, or cut them to the same times",
            )
