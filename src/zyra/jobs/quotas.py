"""What is said of a caller who has as much as it may; both stores refuse with these."""

from zyra.jobs.requests import QuotaReached, StoredQuotaReached

_RETRY_S = 5.0


def too_many_jobs(most: int) -> QuotaReached:
    """Refuse one more job."""
    return QuotaReached(
        f"you have {most} queued and running jobs, which is as many as you may have",
        retry_after_s=_RETRY_S,
        hint="wait until one is done, or cancel one; the operator sets ZYRA_MAX_JOBS",
    )


def too_many_streams(most: int) -> QuotaReached:
    """Refuse one more open stream."""
    return QuotaReached(
        f"you have {most} streams open, which is as many as you may have",
        retry_after_s=_RETRY_S,
        hint="close one; the operator sets ZYRA_MAX_STREAMS",
    )


def too_much_stored(most: int) -> StoredQuotaReached:
    """Refuse more bytes of uploads."""
    return StoredQuotaReached(
        f"your uploads would take more than {most} bytes, which is what you may keep here",
        hint="remove some with DELETE /files/ID; the operator sets ZYRA_MAX_STORED_BYTES",
    )
