"""A job record as JSON for the stores, and back."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from zyra.jobs.records import (
    Attempt,
    Callback,
    Captured,
    JobRecord,
    Mode,
    Output,
    Reason,
    Status,
    StepRecord,
    StepStatus,
)


def to_json(record: JobRecord) -> str:
    """The record as one line of JSON, times as ISO 8601.

    Without the text of the streams, which is in the job's folder, and without the place in
    the queue, which changes by itself.
    """
    lean = {
        "stdout": vars(record.stdout) | {"text": ""},
        "stderr": vars(record.stderr) | {"text": ""},
        "queue_position": None,
    }
    return _encode(vars(record) | lean)


def from_json(text: str) -> JobRecord:
    """The record that `to_json` wrote."""
    values = json.loads(text)
    for name in ("created_at", "started_at", "finished_at"):
        values[name] = _time(values[name])
    values["mode"] = Mode(values["mode"])
    values["status"] = Status(values["status"])
    values["reason"] = Reason(values["reason"]) if values["reason"] else None
    values["stdout"] = Captured(**values["stdout"])
    values["stderr"] = Captured(**values["stderr"])
    values["outputs"] = tuple(_output(item) for item in values["outputs"])
    values["callback"] = _callback(values["callback"])
    values["uses"] = tuple(values["uses"])
    values["steps"] = steps_from_values(values.get("steps", ()))
    return JobRecord(**values)


def steps_to_json(steps: Iterable[StepRecord]) -> str:
    """The steps of a pipeline as JSON."""
    return json.dumps([vars(step) for step in steps], default=_plain)


def steps_from_values(given: Iterable[Mapping[str, Any]]) -> tuple[StepRecord, ...]:
    """The steps of which `steps_to_json` wrote these values."""
    return tuple(map(_step, given))


def _plain(value: object) -> object:
    """What JSON has no form for: times, and the records within the record."""
    return value.isoformat() if isinstance(value, datetime) else vars(value)


_encode = json.JSONEncoder(default=_plain).encode


def _callback(values: Mapping[str, Any] | None) -> Callback | None:
    if values is None:
        return None
    attempts = tuple(
        Attempt(datetime.fromisoformat(item["time"]), item["status"], item["error"])
        for item in values["attempts"]
    )
    given = {"attempts": attempts, "due": _time(values["due"])}
    # Records of older versions have no address beside what is shown.
    return Callback(**{"address": values["url"], **values, **given})


def _step(given: Mapping[str, Any]) -> StepRecord:
    values = {
        **given,
        "status": StepStatus(given["status"]),
        "reason": Reason(given["reason"]) if given["reason"] else None,
        "stdout": Captured(**given["stdout"]),
        "stderr": Captured(**given["stderr"]),
        "outputs": tuple(given["outputs"]),
        "started_at": _time(given["started_at"]),
        "finished_at": _time(given["finished_at"]),
    }
    return StepRecord(**values)


def _output(values: Mapping[str, Any]) -> Output:
    return Output(**{**values, "modified": datetime.fromisoformat(values["modified"])})


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
