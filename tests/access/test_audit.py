"""The audit log shows what was changed in it."""

import json
import multiprocessing
from pathlib import Path

import pytest

from zyra.access.audit import AuditLog, verify


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "audit.jsonl"
    log = AuditLog(path)
    for number in range(5):
        log.write({"action": "run", "object": f"job-{number}", "decision": "allowed"})
    log.close()
    return path


def faults(path: Path) -> list[int]:
    with path.open("rb") as stream:
        return [fault.line for fault in verify(stream)]


def test_a_log_that_nobody_touched_is_whole(path: Path) -> None:
    assert faults(path) == []
    assert [json.loads(line)["object"] for line in path.read_text().splitlines()] == [
        f"job-{number}" for number in range(5)
    ]


def test_a_changed_line_shows(path: Path) -> None:
    path.write_text(path.read_text().replace("job-2", "job-9"))
    assert faults(path) == [3]


def test_a_removed_line_shows(path: Path) -> None:
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:1] + lines[2:]))
    assert faults(path) == [2]


def test_swapped_lines_show(path: Path) -> None:
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join([lines[0], lines[2], lines[1], *lines[3:]]))
    assert faults(path) == [2, 3, 4]


def test_a_line_that_a_crash_cut_off_shows_and_the_chain_goes_on(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b'{"time":"2026-')
    log = AuditLog(path)
    log.write({"action": "run"})
    log.close()
    assert faults(path) == [6]
    assert len(path.read_bytes().splitlines()) == 7


def test_processes_that_write_at_once_keep_one_chain(path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=write_many, args=(path,)) for _ in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert faults(path) == []
    assert len(path.read_bytes().splitlines()) == 5 + 3 * 50


def write_many(path: Path) -> None:
    log = AuditLog(path)
    for number in range(50):
        log.write({"action": "read", "object": str(number)})
    log.close()


def test_only_its_owner_may_read_it(path: Path) -> None:
    assert path.stat().st_mode & 0o077 == 0
