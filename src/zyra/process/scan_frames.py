"""Describe the frames in a folder: their times, sizes, gaps and duplicates, as JSON."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

from zyra.core.errors import DataError
from zyra.core.job import Job
from zyra.process.commands.scan_frames import ScanFramesArgs
from zyra.process.dataset_json import write_json
from zyra.process.frames import Frame, by_moment, find_frames, frame_names
from zyra.process.frames_cadence import expected_count, inferred_period, missing_moments, off_beat
from zyra.process.frames_metadata import written


def run(args: ScanFramesArgs, job: Job) -> None:
    """Write the metadata of the frames in a folder.

    Raises:
        UsageError: A pattern or format cannot be used, or the period is far too short.
        InputNotFound: There is no such folder.
        DataError: A format was given that no name has.
        OutputError: The output cannot be written.
    """
    frames = find_frames(args.frames_dir, frame_names(args.pattern, args.datetime_format))
    if args.datetime_format is not None and frames and not any(frame.date for frame in frames):
        raise DataError(
            f"none of {len(frames)} files in {args.frames_dir} has a date like"
            f" {args.datetime_format} in its name",
            hint=f"the first is {frames[0].path.name}; without --datetime-format the usual forms"
            " are tried",
        )
    metadata = {
        "frames_dir": args.frames_dir,
        "pattern": args.pattern,
        "datetime_format": args.datetime_format,
        **describe_frames(frames, args.period_seconds),
    }
    _tell(metadata, job)
    write_json(args.output, metadata, job)


def describe_frames(frames: Sequence[Frame], period_s: int | None) -> dict[str, Any]:
    """The metadata of frames, under the names that existing workflows read.

    Args:
        frames: In natural order.
        period_s: Seconds from frame to frame; inferred where the frames say it when None.

    Raises:
        UsageError: With this period far too many frames are due.
    """
    dated = by_moment(frames)
    moments = [moment for moment, _ in dated]
    distinct = list(dict.fromkeys(moments))
    period = inferred_period(distinct) if period_s is None else period_s
    return {
        "period_seconds": period,
        "period_inferred": period_s is None and period is not None,
        "frame_count_actual": len(moments),
        "start_datetime": written(moments[0]) if moments else None,
        "end_datetime": written(moments[-1]) if moments else None,
        **_gaps(distinct, period),
        "analysis": _analysis(dated, distinct, period),
        "frames": [_entry(moment, frame) for moment, frame in dated],
        "undated_frames": [_entry(None, frame) for frame in frames if frame.date is None],
    }


def _gaps(distinct: Sequence[datetime], period_s: int | None) -> dict[str, Any]:
    if not distinct or period_s is None:
        return {"frame_count_expected": None, "missing_count": None, "missing_timestamps": []}
    missing = missing_moments(distinct, period_s)
    return {
        "frame_count_expected": expected_count(distinct, period_s),
        "missing_count": len(missing),
        "missing_timestamps": [written(moment) for moment in missing],
    }


def _analysis(
    dated: Sequence[tuple[datetime, Frame]], distinct: Sequence[datetime], period_s: int | None
) -> dict[str, Any]:
    """Duplicates, frames between two beats, a few frames and the sizes of all."""
    if not dated:
        return {}
    surplus = [later for (before, _), (later, _) in pairwise(dated) if before == later]
    between = off_beat(distinct, period_s) if period_s is not None else []
    sizes = [frame.size_bytes for _, frame in dated]
    samples = sorted({0, len(dated) // 2, len(dated) - 1})
    return {
        "span_seconds": int((distinct[-1] - distinct[0]).total_seconds()),
        "frame_count_unique": len(distinct),
        "duplicate_timestamps": [written(moment) for moment in surplus],
        "off_period_timestamps": [written(moment) for moment in between],
        "sample_frames": [_sample(*dated[place]) for place in samples],
        "file_size_summary": {
            "min_bytes": min(sizes),
            "max_bytes": max(sizes),
            "total_bytes": sum(sizes),
        },
    }


def _sample(moment: datetime, frame: Frame) -> dict[str, Any]:
    return {
        "timestamp": written(moment),
        "path": str(frame.path),
        "size_bytes": frame.size_bytes,
    }


def _entry(moment: datetime | None, frame: Frame) -> dict[str, Any]:
    return {
        "name": frame.path.name,
        "timestamp": None if moment is None else written(moment),
        "size_bytes": frame.size_bytes,
    }


def _tell(metadata: dict[str, Any], job: Job) -> None:
    analysis = metadata["analysis"]
    job.tell(f"{metadata['frame_count_actual']} frames with a date", detail=True)
    for count, what in (
        (len(metadata["undated_frames"]), "without a date in their name"),
        (len(analysis.get("duplicate_timestamps", ())), "of a time that has one already"),
        (len(analysis.get("off_period_timestamps", ())), "between two beats of the period"),
    ):
        if count:
            job.tell(f"frames {what}: {count}")
    if metadata["missing_count"]:
        job.tell(f"frames missing: {metadata['missing_count']}")
