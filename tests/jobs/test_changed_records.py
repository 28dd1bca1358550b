"""A changed record is a new one that differs in what was changed."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from zyra.jobs.records import JobRecord, Mode, Status

RECORD = JobRecord("id", "me", "process", "stats", {}, Mode.SYNC, datetime(2026, 1, 1, tzinfo=UTC))


def test_it_has_the_changes_and_all_else_of_the_first() -> None:
    changed = RECORD.changed(status=Status.RUNNING, attempts=1)
    assert changed == replace(RECORD, status=Status.RUNNING, attempts=1)
    assert (RECORD.status, RECORD.attempts) == (Status.QUEUED, 0)


def test_a_field_that_there_is_not_is_refused() -> None:
    with pytest.raises(TypeError, match="JobRecord has no attempt"):
        RECORD.changed(attempt=1)
