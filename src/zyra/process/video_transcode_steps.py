"""The steps of `process video-transcode`: plan, encode, describe."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from zyra.core.job import Job
from zyra.core.outputs import output_path
from zyra.media.description import probe
from zyra.media.ffmpeg_program import find_program
from zyra.media.magic import is_picture
from zyra.media.pictures import is_sequence, picture_sequence
from zyra.process.commands.video_transcode import VideoTranscodeArgs
from zyra.process.dataset_json import write_json
from zyra.process.video_transcode_film import convert_film
from zyra.process.video_transcode_made import Made
from zyra.process.video_transcode_pictures import convert_pictures
from zyra.process.video_transcode_plan import FilmPlan, plan, resolved
from zyra.process.video_transcode_program import film_by_program, pictures_by_program
from zyra.transfer.sources import local_copy


def transcode(args: VideoTranscodeArgs, job: Job) -> None:
    """Convert what `args` asks for; see `video_transcode.run`."""
    asked = plan(args)
    with output_path(asked.target, job, suffix=f".{asked.container}") as path:
        made = _convert(asked, path, job)
        for note in made.notes:
            job.tell(note)
        description = _describe(asked, made, path)
        if asked.metadata is not None:
            write_json(asked.metadata, description, job)
    job.tell(f"wrote {made.frames} frames to {asked.target}", detail=True)


def _convert(asked: FilmPlan, path: Path, job: Job) -> Made:
    by_program = asked.args.backend == "ffmpeg"
    if by_program:
        find_program()  # before anything is fetched
    of_pictures = pictures_by_program if by_program else convert_pictures
    of_film = film_by_program if by_program else convert_film
    if is_sequence(asked.source):
        return of_pictures(picture_sequence(asked.source), asked, path, job)
    with local_copy(asked.source, job) as source:
        if is_picture(source):
            return of_pictures([source], asked, path, job)
        return of_film(source, asked, path, job)


def _describe(asked: FilmPlan, made: Made, path: Path) -> dict[str, Any]:
    result = probe(path, asked.target).to_json()
    return {
        "input": made.source,
        "output": {"name": Path(asked.target).name, **result},
        "settings": {
            **resolved(made.settings, made.size),
            "sound": asdict(made.sound) if made.sound else None,
        },
        "frames": made.frames,
        "duration_s": float(made.frames / made.settings.fps),
        "notes": list(made.notes),
    }
