"""Read from the metadata of frames which files it names and when they are from."""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

from zyra.core.errors import DataError, UsageError
from zyra.core.inputs import open_input
from zyra.core.job import Job
from zyra.core.times import parse_time

_NAMES = ("filename", "name", "path")
_TIMES = ("modified", "timestamp")


def read_frames(source: str, job: Job) -> Mapping[str, datetime | None]:
    """The frames that the JSON at `source` names, with their times where it tells them.

    Raises:
        InputNotFound: It cannot be read.
        DataError: It names no frames.
    """
    with open_input(source, job) as stream:
        try:
            facts = json.loads(stream.read())
        except (ValueError, RecursionError) as exc:
            raise DataError(f"{source} is not JSON: {exc}") from exc
    frames = facts.get("frames") if isinstance(facts, dict) else None
    if not isinstance(frames, list):
        raise DataError(
            f"{source} names no frames", hint='it is like {"frames": [{"filename": "a.png"}]}'
        )
    return dict(_named(frame, source) for frame in frames)


def _named(frame: Any, source: str) -> tuple[str, datetime | None]:
    told = frame if isinstance(frame, dict) else {"filename": frame}
    name = next((told[key] for key in _NAMES if isinstance(told.get(key), str)), None)
    if name is None:
        raise DataError(f"{source} has a frame without a filename")
    time = next((told[key] for key in _TIMES if isinstance(told.get(key), str)), None)
    try:
        return PurePosixPath(name).name, None if time is None else parse_time(time)
    except UsageError as exc:
        raise DataError(f"{source}: {exc.message}") from exc
