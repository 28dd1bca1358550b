"""Answers about jobs: the record, the answer of a sync run, the manifest."""

from datetime import datetime
from typing import Any, Literal
from urllib.parse import quote

from typing_extensions import TypedDict

from zyra.jobs.records import Callback, JobRecord, Output, StepRecord


class OutputAnswer(TypedDict):
    """A file that a job left."""

    name: str
    size: int
    media_type: str
    sha256: str | None
    href: str


class RunAnswer(TypedDict):
    """What came of a sync run; `status` is `error` when the command itself failed.

    `message` is the last word of its progress or, when it was lost, why.
    """

    status: Literal["success", "error"]
    ok: bool
    stdout: str
    stderr: str
    stdout_truncated: bool
    stderr_truncated: bool
    exit_code: int | None
    reason: str | None
    message: str
    job_id: str
    outputs: list[OutputAnswer]
    duration_s: float | None


class AcceptedAnswer(TypedDict):
    """A job that was accepted and goes on by itself."""

    status: Literal["accepted"]
    job_id: str
    exit_code: None
    links: dict[str, str]


class AttemptAnswer(TypedDict):
    """One try to call back."""

    time: str
    status: int | None
    error: str


class CallbackAnswer(TypedDict):
    """Whom to call when the job is done, and what came of it."""

    url: str
    method: str
    delivered: bool
    due: str | None
    attempts: list[AttemptAnswer]


class PipelineStepAnswer(TypedDict):
    """A step of a pipeline; `outputs` are names among the outputs of the job.

    `stdout` and `stderr` are the ends of what it wrote; those of the job have all of it.
    """

    number: int
    name: str
    stage: str
    command: str
    args: dict[str, Any]
    status: Literal["queued", "running", "succeeded", "failed", "canceled", "skipped"]
    exit_code: int | None
    reason: str | None
    message: str
    progress: float
    started_at: str | None
    finished_at: str | None
    duration_s: float | None
    max_rss_bytes: int | None
    cpu_s: float | None
    stdout: str
    stderr: str
    stdout_truncated: bool
    stderr_truncated: bool
    outputs: list[str]


class JobAnswer(TypedDict):
    """The record of a job; `steps` has those of a pipeline."""

    job_id: str
    status: Literal["queued", "running", "succeeded", "failed", "canceled"]
    done: bool
    ok: bool
    stage: str
    command: str
    args: dict[str, Any]
    mode: Literal["sync", "async"]
    stdout: str
    stderr: str
    stdout_truncated: bool
    stderr_truncated: bool
    exit_code: int | None
    reason: str | None
    progress: float
    message: str
    outputs: list[OutputAnswer]
    output_file: str | None
    created_at: str
    started_at: str | None
    finished_at: str | None
    duration_s: float | None
    max_rss_bytes: int | None
    cpu_s: float | None
    queue_position: int | None
    attempts: int
    retries: int
    expired: bool
    callback: CallbackAnswer | None
    request_id: str | None
    metadata: dict[str, Any]
    steps: list[PipelineStepAnswer]
    links: dict[str, str]


class JobsAnswer(TypedDict):
    """Some jobs, newest first; `next` is the cursor of the next page."""

    jobs: list[JobAnswer]
    next: str | None


class ArtifactAnswer(OutputAnswer):
    """A file of the manifest."""

    modified: str


class ManifestAnswer(TypedDict):
    """Every file that a job left."""

    job_id: str
    artifacts: list[ArtifactAnswer]


class TicketAnswer(TypedDict):
    """A ticket for a browser's WebSocket, to be given as a subprotocol."""

    ticket: str
    expires_in_s: int


def run_answer(record: JobRecord, root: str) -> RunAnswer:
    """Answer of a sync run; links begin with `root`."""
    return {
        "status": "success" if record.ok else "error",
        "ok": record.ok,
        "stdout": record.stdout.text,
        "stderr": record.stderr.text,
        "stdout_truncated": record.stdout.truncated,
        "stderr_truncated": record.stderr.truncated,
        "exit_code": record.exit_code,
        "reason": record.reason,
        "message": record.message,
        "job_id": record.job_id,
        "outputs": [_output(record, output, root) for output in record.outputs],
        "duration_s": record.duration_s,
    }


def accepted_answer(record: JobRecord, root: str) -> AcceptedAnswer:
    """Answer for a job that goes on by itself; links begin with `root`."""
    return {
        "status": "accepted",
        "job_id": record.job_id,
        "exit_code": None,
        "links": job_links(record, root),
    }


def job_answer(record: JobRecord, root: str) -> JobAnswer:
    """The record as callers see it; links begin with `root`."""
    return {
        "job_id": record.job_id,
        "status": record.status.value,
        "done": record.status.is_final,
        "ok": record.ok,
        "stage": record.stage,
        "command": record.command,
        "args": dict(record.args),
        "mode": record.mode.value,
        "stdout": record.stdout.text,
        "stderr": record.stderr.text,
        "stdout_truncated": record.stdout.truncated,
        "stderr_truncated": record.stderr.truncated,
        "exit_code": record.exit_code,
        "reason": record.reason,
        "progress": record.progress,
        "message": record.message,
        "outputs": [_output(record, output, root) for output in record.outputs],
        "output_file": record.output_file,
        "created_at": record.created_at.isoformat(),
        "started_at": _time(record.started_at),
        "finished_at": _time(record.finished_at),
        "duration_s": record.duration_s,
        "max_rss_bytes": record.max_rss_bytes,
        "cpu_s": record.cpu_s,
        "queue_position": record.queue_position,
        "attempts": record.attempts,
        "retries": record.retries,
        "expired": record.expired,
        "callback": _callback(record.callback),
        "request_id": record.request_id,
        "metadata": dict(record.metadata),
        "steps": [step_answer(step) for step in record.steps],
        "links": job_links(record, root),
    }


def step_answer(step: StepRecord) -> PipelineStepAnswer:
    """A step of a pipeline as callers see it."""
    return {
        "number": step.number,
        "name": step.name,
        "stage": step.stage,
        "command": step.command,
        "args": dict(step.args),
        "status": step.status.value,
        "exit_code": step.exit_code,
        "reason": step.reason,
        "message": step.message,
        "progress": step.progress,
        "started_at": _time(step.started_at),
        "finished_at": _time(step.finished_at),
        "duration_s": step.duration_s,
        "max_rss_bytes": step.max_rss_bytes,
        "cpu_s": step.cpu_s,
        "stdout": step.stdout.text,
        "stderr": step.stderr.text,
        "stdout_truncated": step.stdout.truncated,
        "stderr_truncated": step.stderr.truncated,
        "outputs": list(step.outputs),
    }


def manifest_answer(record: JobRecord, root: str) -> ManifestAnswer:
    """The files of a job with their times; links begin with `root`."""
    artifacts: list[ArtifactAnswer] = [
        {**_output(record, output, root), "modified": output.modified.isoformat()}
        for output in record.outputs
    ]
    return {"job_id": record.job_id, "artifacts": artifacts}


def job_links(record: JobRecord, root: str) -> dict[str, str]:
    """Where the parts of a job are."""
    own = f"{root}/jobs/{record.job_id}"
    links = {
        "self": own,
        "manifest": f"{own}/manifest",
        "stdout": f"{own}/stdout",
        "stderr": f"{own}/stderr",
        "events": f"{own}/events",
        "websocket": f"{root}/ws/jobs/{record.job_id}",
    }
    if record.output_file is not None:
        links["download"] = f"{own}/download"
    if record.outputs:
        links["zip"] = f"{own}/download?zip=1"
    return links


def _output(record: JobRecord, output: Output, root: str) -> OutputAnswer:
    name = quote(output.name.encode("utf-8", "surrogateescape"))
    return {
        "name": output.name,
        "size": output.size,
        "media_type": output.media_type,
        "sha256": output.sha256,
        "href": f"{root}/jobs/{record.job_id}/download?file={name}",
    }


def _callback(callback: Callback | None) -> CallbackAnswer | None:
    if callback is None:
        return None
    return {
        "url": callback.url,
        "method": callback.method,
        "delivered": any(not attempt.error for attempt in callback.attempts),
        "due": _time(callback.due),
        "attempts": [
            {"time": a.time.isoformat(), "status": a.status, "error": a.error}
            for a in callback.attempts
        ],
    }


def _time(time: datetime | None) -> str | None:
    return time.isoformat() if time else None
