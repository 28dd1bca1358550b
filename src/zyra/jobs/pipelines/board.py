"""What is known of the steps of a running pipeline, for whoever looks at the job."""

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from zyra.jobs.publisher import Publisher
from zyra.jobs.record_json import steps_from_values, steps_to_json
from zyra.jobs.records import Captured, JobRecord, Reason, Status, StepRecord, StepStatus
from zyra.jobs.results import Workspace

TAIL_BYTES = 1 << 14


@dataclass
class Board:
    """The records of the steps while they change; also in a file, for other processes.

    Attributes:
        steps: As of now.
        weights: Share of each in the progress of all.
    """

    steps: list[StepRecord]
    weights: Sequence[float]
    titles: Sequence[str]
    workspace: Workspace
    publisher: Publisher

    def change(self, place: int, **changes: Any) -> None:
        """Note what has changed of a step, and show it."""
        self.steps[place] = replace(self.steps[place], **changes)
        with suppress(OSError):  # a full disk hides it for now; the final record will have it
            write_steps(self.workspace, self.steps)

    def tell(self, place: int, status: StepStatus, why: str) -> None:
        """Note how a step goes on or has ended, and why in words."""
        if status is StepStatus.RUNNING:
            self.change(place, status=status, started_at=datetime.now(UTC))
            self.publisher.report(self.progress, self.titles[place])
            return
        step = self.steps[place]
        self.change(
            place,
            status=status,
            message=why or step.message,
            progress=1.0 if status is StepStatus.SUCCEEDED else step.progress,
            reason=_reason_of(status, step.reason),
        )
        self.publisher.report(self.progress, f"{self.titles[place]}: {why or status}")

    def report(self, place: int, fraction: float, message: str) -> None:
        """Note how far a step is; who follows the job sees it at once."""
        self.steps[place] = replace(self.steps[place], progress=fraction, message=message)
        title = self.titles[place]
        self.publisher.report(self.progress, f"{title}: {message}" if message else title)

    @property
    def progress(self) -> float:
        """How far all are together, by their weights."""
        pairs = zip(self.weights, self.steps, strict=True)
        return sum(weight * step.progress for weight, step in pairs) / sum(self.weights)


@dataclass
class Tail:
    """The end of a stream, whose bytes come in chunks."""

    size: int = 0
    _kept: bytes = field(default=b"")

    def add(self, chunk: bytes) -> None:
        """Append a chunk."""
        self.size += len(chunk)
        self._kept = (self._kept + chunk)[-TAIL_BYTES:]

    def captured(self) -> Captured:
        """What there is, as it goes into JSON."""
        truncated = self.size > len(self._kept)
        try:
            # The cut may have gone through a character, which is of four bytes at most.
            start = next((at for at in range(4) if not _continues(self._kept, at)), 0)
            text = self._kept[start if truncated else 0 :].decode()
        except UnicodeDecodeError:
            text = "\0"
        if "\0" in text:
            return Captured(size=self.size, is_text=False)
        return Captured(text, self.size, truncated)


def write_steps(workspace: Workspace, steps: Sequence[StepRecord]) -> None:
    """Show the steps to other processes.

    Raises:
        OSError: They cannot be written.
    """
    draft = workspace.steps.with_suffix(".draft")
    draft.write_text(steps_to_json(steps), encoding="utf-8")
    draft.replace(workspace.steps)


def read_steps(workspace: Workspace) -> tuple[StepRecord, ...]:
    """The steps as they were shown last; none where nothing is to be seen from here."""
    try:
        return steps_from_values(json.loads(workspace.steps.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return ()


def with_steps(record: JobRecord, workspace: Workspace) -> JobRecord:
    """The record of a pipeline with its steps as they are now.

    While it runs they are what its runner shows, where that can be seen. If it has ended without
    its runner telling of them, they have ended with it.
    """
    if record.status is Status.QUEUED or all(step.status.is_final for step in record.steps):
        return record
    steps = read_steps(workspace) or record.steps
    if record.status.is_final:
        steps = tuple(map(_ended_with_job, steps))
    return replace(record, steps=steps)


def _ended_with_job(step: StepRecord) -> StepRecord:
    if step.status is StepStatus.RUNNING:
        return replace(step, status=StepStatus.FAILED, reason=Reason.LOST)
    if step.status is StepStatus.QUEUED:
        return replace(step, status=StepStatus.SKIPPED, message="the job ended before")
    return step


def _reason_of(status: StepStatus, known: Reason | None) -> Reason | None:
    if status is StepStatus.SKIPPED:
        return None
    return Reason.CANCELED if status is StepStatus.CANCELED else known


def _continues(data: bytes, at: int) -> bool:
    """Whether the byte there is no first byte of a character."""
    return len(data) > at and data[at] & 0xC0 == 0x80
