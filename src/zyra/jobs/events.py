"""Frames of the event stream: what is new of a job since the frame before.

Frame 1 is the acceptance of the job; it follows from the record and is stored nowhere.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from functools import cached_property

from zyra.jobs.records import JobRecord, Status

FIRST_SEQ = 1
STREAMED = ("stdout", "stderr", "progress")


@dataclass(frozen=True)
class Frame:
    """One step of a job's story.

    Attributes:
        seq: 1, 2, 3 ... without gaps; 0 while it has no number yet.
        time: When it was made, ISO 8601.
        stdout: New text, or empty.
        stderr: New text, or empty.
        exit_code: None but in the last frame.
    """

    seq: int = 0
    time: str = ""
    stdout: str = ""
    stderr: str = ""
    exit_code: int | None = None
    progress: float = 0.0
    status: Status = Status.RUNNING
    message: str = ""

    @property
    def is_final(self) -> bool:
        """Whether nothing comes after it."""
        return self.status.is_final

    @cached_property
    def json(self) -> str:
        """The frame as one line of JSON; made once however many clients get it."""
        return _encode({name: getattr(self, name) for name in _NAMES})

    def numbered(self, seq: int) -> "Frame":
        """The same frame under a number, with the time of now if it had none."""
        time = self.time or datetime.now(UTC).isoformat()
        values = {**vars(self), "seq": seq, "time": time}
        values.pop("json", None)
        return Frame(**values)

    def only(self, streams: frozenset[str], before: "Frame | None") -> "Frame | None":
        """The frame without streams that a client does not want; None if nothing is left.

        Who wants all gets every frame, so that the numbers have no gaps.

        Args:
            streams: Names out of `STREAMED`.
            before: The frame that came before it, to see whether progress is new.
        """
        if len(streams) == len(STREAMED):
            return self
        kept = replace(
            self,
            stdout=self.stdout if "stdout" in streams else "",
            stderr=self.stderr if "stderr" in streams else "",
        )
        is_step = before is None or before.status != self.status
        moved = before is not None and (before.progress, before.message) != (
            self.progress,
            self.message,
        )
        wanted = kept.stdout or kept.stderr or is_step or (moved and "progress" in streams)
        return kept if wanted else None


_NAMES = tuple(field.name for field in fields(Frame))
_encode = json.JSONEncoder(ensure_ascii=False).encode


def frame_from_json(text: str) -> Frame:
    """The frame that `Frame.json` wrote."""
    values = json.loads(text)
    frame = Frame(**{**values, "status": Status(values["status"])})
    vars(frame)["json"] = text  # it need not be made again
    return frame


def first_frame(record: JobRecord) -> Frame:
    """The acceptance of a job, frame 1."""
    return Frame(FIRST_SEQ, record.created_at.isoformat(), status=Status.QUEUED)


def final_frame(record: JobRecord) -> Frame:
    """The end of a job, from its final record."""
    return Frame(
        exit_code=record.exit_code,
        progress=record.progress,
        status=record.status,
        message=record.message or f"{record.status}: {record.reason}",
    )


def streams_of(names: Iterable[str]) -> frozenset[str]:
    """The streams a client asked for; all when it named none.

    Raises:
        ValueError: A name that is not one of `STREAMED`.
    """
    wanted = frozenset(names)
    unknown = wanted - set(STREAMED)
    if unknown:
        raise ValueError(f"no stream {', '.join(sorted(unknown))}; choose of {', '.join(STREAMED)}")
    return wanted or frozenset(STREAMED)
