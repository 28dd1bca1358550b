"""A job record as JSON for the stores, and back."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from zyra.jobs.records import Attempt, Callback, Captured, JobRecord, Mode, Output, Reason, Status


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
    return json.dumps(vars(record) | lean, default=_plain, ensure_ascii=True)


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
    return JobRecord(**values)


def _plain(value: object) -> object:
    """What JSON has no form for: times, and the records within the record."""
    return value.isoformat() if isinstance(value, datetime) else vars(value)


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


def _output(values: Mapping[str, Any]) -> Output:
    return Output(**{**values, "modified": datetime.fromisoformat(values["modified"])})


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
