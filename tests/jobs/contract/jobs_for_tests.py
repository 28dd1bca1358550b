"""Jobs to be kept."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from zyra.jobs.ports import Submission
from zyra.jobs.records import JobRecord, Mode, Reason, Status

PLAN = '{"what": "to run"}'


def job(**fields: Any) -> JobRecord:
    """A queued job."""
    return JobRecord(
        **{
            "job_id": str(uuid4()),
            "owner": "me",
            "stage": "process",
            "command": "echo",
            "args": {"text": "grün"},
            "mode": Mode.ASYNC,
            "created_at": datetime.now(UTC),
            **fields,
        }
    )


def submission(
    key: str | None = None, fingerprint: str = "a", most: int | None = None, **fields: Any
) -> Submission:
    """A job that is to be kept, if its owner has fewer than `most` unfinished ones."""
    return Submission(job(**fields), PLAN, key, fingerprint, most)


def succeeded(when: datetime | None = None) -> dict[str, Any]:
    """Fields of a job that ended well."""
    return {
        "status": Status.SUCCEEDED,
        "reason": Reason.EXIT,
        "exit_code": 0,
        "finished_at": when or datetime.now(UTC),
    }


def canceled(when: datetime | None = None) -> dict[str, Any]:
    """Fields of a job that was canceled while it was queued."""
    return {
        "status": Status.CANCELED,
        "reason": Reason.CANCELED,
        "finished_at": when or datetime.now(UTC),
    }
