"""Fill the gaps of a series of frames with pictures that stand for the missing ones."""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from PIL import Image

from zyra.core.errors import DataError, UsageError
from zyra.core.inputs import STDIN
from zyra.core.job import Job
from zyra.core.outputs import open_output
from zyra.process.commands.pad_missing import PadMissingArgs
from zyra.process.dataset_files import named_file
from zyra.process.dataset_json import read_object, write_json
from zyra.process.frames import Frame, FrameNames, by_moment, find_frames, frame_names
from zyra.process.frames_metadata import FramesMetadata, written
from zyra.process.pad_missing_indicator import Mark, badge, mark_of, marked, parse_indicator
from zyra.process.pad_missing_pictures import (
    blank_like,
    encoded_like,
    fitted_like,
    parse_colour,
    read_picture,
    solid_like,
)

_BLACK = "#000000"

Dated = Sequence[tuple[datetime, Frame]]
# Makes the picture for a gap from the neighbour.
Fill = Callable[[Image.Image], Image.Image]


@dataclass(frozen=True)
class Filling:
    """A picture to be written: where, and the frame nearest in time that it follows."""

    target: Path
    neighbour: Path


@dataclass
class Plan:
    """What is to be done.

    Attributes:
        fillings: In the order of time.
        kept: Files that are there already and stay as they are.
    """

    fillings: list[Filling] = field(default_factory=list)
    kept: list[Path] = field(default_factory=list)


def run(args: PadMissingArgs, job: Job) -> None:
    """Write a picture for each missing frame, or tell which would be written.

    Raises:
        UsageError: Arguments or the metadata cannot be used.
        InputNotFound: There is no such file or folder.
        DataError: The metadata is damaged, a neighbour is no picture, or names cannot
            carry the times.
        OutputError: A picture cannot be written.
    """
    source = STDIN if args.frames_meta is None else args.frames_meta
    record, name = read_object(source, job)
    metadata = FramesMetadata.from_json(record, name)
    folder = _folder(args, metadata, name, job)
    fill, mark = _fill(args), _mark(args, job)
    names = frame_names(metadata.pattern, metadata.datetime_format)
    frames = by_moment(find_frames(folder, names))
    plan = plan_fillings(frames, names, metadata.missing, args)
    if not args.dry_run:
        _write(plan.fillings, fill, mark, job)
    done = "would be filled" if args.dry_run else "filled"
    job.tell(f"{len(plan.fillings)} of {len(metadata.missing)} missing frames {done}")
    if args.json_report is not None:
        report = _report(args, source, folder, metadata, plan, len(frames))
        write_json(args.json_report, report, job)


def plan_fillings(
    frames: Dated, names: FrameNames, missing: Sequence[datetime], args: PadMissingArgs
) -> Plan:
    """Which pictures are written where; a frame that is there by now is never replaced.

    Args:
        frames: Those that are there, with their times, in order.
        names: How frames are named.
        missing: The times to fill, in order.
        args: The folder to write to, and whether files there may be replaced.

    Raises:
        DataError: There is no frame to follow, or its name cannot carry a time.
    """
    plan, there = Plan(), dict(frames)
    for moment in missing:
        if moment in there:
            plan.kept.append(there[moment].path)
            continue
        neighbour = nearest(frames, moment)
        target = Path(args.output_dir, name_at(neighbour, moment, names))
        if target.exists() and not args.overwrite:
            plan.kept.append(target)
        else:
            plan.fillings.append(Filling(target, neighbour.path))
    return plan


def nearest(frames: Dated, moment: datetime) -> Frame:
    """The frame nearest in time; of two equally near ones the earlier.

    Raises:
        DataError: There is none.
    """
    if not frames:
        raise DataError(
            "no frame has a date, so missing ones have nothing to follow",
            hint="see frames_dir, pattern and datetime_format in the metadata",
        )
    place = bisect_left(frames, moment, key=itemgetter(0))
    around = frames[max(0, place - 1) : place + 1]
    return min(around, key=lambda dated: abs(dated[0] - moment))[1]


def name_at(neighbour: Frame, moment: datetime, names: FrameNames) -> str:
    """The neighbour's file name with another time in it.

    Raises:
        DataError: The name would not say that time.
    """
    name = neighbour.path.name
    if neighbour.date is not None:
        date = neighbour.date
        name = name[: date.start] + moment.strftime(date.date_format) + name[date.end :]
    found = names.date_in(name)
    if found is None or found.moment != moment or not names.takes(name):
        raise DataError(
            f"a name like {neighbour.path.name} cannot say {written(moment)}",
            hint="frames that are named by the day cannot be filled by the hour: see"
            " datetime_format and period_seconds in the metadata",
        )
    return name


def _folder(args: PadMissingArgs, metadata: FramesMetadata, name: str, job: Job) -> str:
    if args.frames_dir is not None:
        return args.frames_dir
    if metadata.frames_dir is None:
        raise UsageError(f"{name} names no frames_dir", hint="give --frames-dir")
    return named_file(metadata.frames_dir, job, "give the folder as --frames-dir")


def _fill(args: PadMissingArgs) -> Fill | None:
    """What makes the pictures; None copies the neighbour."""
    if args.fill_mode == "blank":
        return blank_like
    if args.fill_mode == "solid":
        colour = parse_colour(args.basemap or _BLACK)
        return lambda neighbour: solid_like(neighbour, colour)
    if args.fill_mode == "basemap":
        assert args.basemap is not None  # the declaration asks for it
        basemap = read_picture(args.basemap)
        return lambda neighbour: fitted_like(neighbour, basemap)
    return None


def _mark(args: PadMissingArgs, job: Job) -> Mark | None:
    if args.badge is not None:
        return badge(args.badge)
    return None if args.indicator is None else mark_of(*parse_indicator(args.indicator), job)


def _write(fillings: Sequence[Filling], fill: Fill | None, mark: Mark | None, job: Job) -> None:
    """Write the pictures; those that follow the same neighbour are made once."""
    done = 0
    for neighbour, group in groupby(fillings, key=lambda filling: filling.neighbour):
        content = filling_content(neighbour, fill, mark)
        for filling in group:
            with open_output(str(filling.target), job) as stream:
                stream.write(content)
            done += 1
            job.tell(f"wrote {filling.target}", detail=True)
            job.progress(done / len(fillings), f"{done} of {len(fillings)} frames")


def filling_content(neighbour: Path, fill: Fill | None, mark: Mark | None) -> bytes:
    """The bytes of the file that stands for a frame beside `neighbour`.

    Raises:
        DataError: The neighbour is no picture.
        UnsupportedFormat: Its format or mode cannot be written.
    """
    like = read_picture(str(neighbour))
    if fill is None and mark is None:
        return neighbour.read_bytes()
    picture = like if fill is None else fill(like)
    return encoded_like(like, picture if mark is None else marked(picture, mark))


def _report(
    args: PadMissingArgs,
    source: str,
    folder: str,
    metadata: FramesMetadata,
    plan: Plan,
    existing: int,
) -> dict[str, Any]:
    """What was done, under the names that existing workflows read."""
    files = [str(filling.target) for filling in plan.fillings]
    created, planned = ([], files) if args.dry_run else (files, [])
    indicator = ("badge", args.badge) if args.badge is not None else None
    if args.indicator is not None:
        indicator = parse_indicator(args.indicator)
    return {
        "status": "dry-run" if args.dry_run else "completed",
        "metadata_path": source,
        "frames_dir": folder,
        "output_dir": args.output_dir,
        "fill_mode": args.fill_mode,
        "basemap": args.basemap,
        "indicator": dict(zip(("kind", "value"), indicator, strict=True)) if indicator else None,
        "missing_requested": [written(moment) for moment in metadata.missing],
        "missing_count": len(metadata.missing),
        "created_count": len(created),
        "created_files": created,
        "planned_count": len(planned),
        "planned_files": planned,
        "skipped_existing_count": len(plan.kept),
        "skipped_existing": [str(path) for path in plan.kept],
        "dry_run": args.dry_run,
        "overwrite": args.overwrite,
        "frames_existing_count": existing,
        "timestamp": datetime.now(UTC).replace(microsecond=0).isoformat(),
    }
