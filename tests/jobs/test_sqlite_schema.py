"""Opening the database of jobs."""

import sqlite3
from pathlib import Path

import pytest

from zyra.core.errors import UsageError
from zyra.jobs.embedded.sqlite_schema import open_database


def test_a_database_is_opened_again_with_what_is_in_it(tmp_path: Path) -> None:
    path = tmp_path / "jobs.sqlite3"
    first = open_database(path)
    first.execute("INSERT INTO stored VALUES ('file', 'maria', 5)")
    first.close()
    again = open_database(path)
    assert again.execute("SELECT * FROM stored").fetchall() == [("file", "maria", 5)]
    again.close()


def test_a_database_of_another_version_is_refused_with_the_remedy(tmp_path: Path) -> None:
    path = tmp_path / "jobs.sqlite3"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE jobs (job_id TEXT PRIMARY KEY, owner TEXT)")
    other.close()
    with pytest.raises(UsageError, match="kept by another version") as refused:
        open_database(path)
    assert "ZYRA_STATE_DIR" in (refused.value.hint or "")
