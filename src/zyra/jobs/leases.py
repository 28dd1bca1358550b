"""What becomes of a job whose runner stopped renewing its lease."""

from dataclasses import replace
from datetime import UTC, datetime

from zyra.jobs.records import JobRecord, Reason, Status

LEASE_S = 5.0
RENEW_EVERY_S = 1.0


def lost(record: JobRecord) -> JobRecord:
    """The record of a job whose runner is gone: queued again if that was asked, else failed."""
    if record.cancel_requested:
        return replace(
            record,
            status=Status.CANCELED,
            reason=Reason.CANCELED,
            finished_at=datetime.now(UTC),
        )
    if record.attempts <= record.retries:
        return replace(record, status=Status.QUEUED, started_at=None, progress=0.0, message="")
    return replace(
        record,
        status=Status.FAILED,
        reason=Reason.LOST,
        finished_at=datetime.now(UTC),
        message="the process that ran this job is gone",
    )
