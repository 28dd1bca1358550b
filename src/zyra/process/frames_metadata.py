"""What commands tell each other of a series of frames, as JSON."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from zyra.core.errors import DataError, UsageError
from zyra.core.times import parse_time
from zyra.process.dataset_json import kind_of, optional_text


def written(moment: datetime) -> str:
    """A moment as these documents write it: UTC, without saying so."""
    return moment.replace(tzinfo=None).isoformat()


@dataclass(frozen=True)
class FramesMetadata:
    """The part of the metadata that filling gaps needs.

    Attributes:
        frames_dir: Folder of the frames, or None.
        pattern, datetime_format: How its frames are found; see `frames.find_frames`.
        missing: Moments without a frame, in their order, each once.
    """

    frames_dir: str | None
    pattern: str | None
    datetime_format: str | None
    missing: tuple[datetime, ...]

    @classmethod
    def from_json(cls, record: Mapping[str, Any], name: str) -> Self:
        """Take what `scan-frames` wrote.

        Raises:
            DataError: Something in it is of the wrong kind, or a moment is none.
        """
        given = record.get("missing_timestamps") or []
        if not isinstance(given, list):
            raise DataError(f"{name}: missing_timestamps is {kind_of(given)}, not a list")
        return cls(
            optional_text(record, "frames_dir", name),
            optional_text(record, "pattern", name),
            optional_text(record, "datetime_format", name),
            tuple(sorted({moment_in(item, "missing_timestamps", name) for item in given})),
        )


def moment_in(value: Any, key: str, name: str) -> datetime:
    """The moment that a JSON value says.

    Raises:
        DataError: It is none.
    """
    if not isinstance(value, str):
        raise DataError(f"{name}: {key} holds {kind_of(value)} where a time is expected")
    try:
        return parse_time(value)
    except UsageError as exc:
        raise DataError(f"{name}: {key}: {exc.message}", hint=exc.hint) from exc
