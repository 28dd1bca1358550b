import os
from io import BytesIO
from pathlib import Path

import pytest

from zyra.core.errors import InputNotFound, OutputError, UsageError
from zyra.core.network import NetworkPolicy
from zyra.core.stream_job import StreamJob
from zyra.disseminate.commands.local import LocalArgs
from zyra.disseminate.local import run

DATA = os.urandom(3_000_000)


@pytest.fixture
def job() -> StreamJob:
    return StreamJob(BytesIO(b"from stdin"), BytesIO(), BytesIO(), NetworkPolicy())


@pytest.fixture
def source(tmp_path: Path) -> Path:
    (tmp_path / "map.png").write_bytes(DATA)
    return tmp_path / "map.png"


def copy(source: Path | str, target: Path | str, job: StreamJob) -> None:
    run(LocalArgs(input=str(source), path=str(target)), job)


def test_a_file_is_copied_byte_for_byte(job, source, tmp_path):
    copy(source, tmp_path / "public" / "latest.png", job)
    assert (tmp_path / "public" / "latest.png").read_bytes() == DATA
    assert source.read_bytes() == DATA


def test_stdin_is_copied(job, tmp_path):
    copy("-", tmp_path / "a.txt", job)
    assert (tmp_path / "a.txt").read_bytes() == b"from stdin"


def test_stdout_gets_the_bytes(job, source):
    copy(source, "-", job)
    assert job.stdout.getvalue() == DATA


def test_an_existing_file_is_replaced(job, source, tmp_path):
    (tmp_path / "old.png").write_bytes(b"old")
    copy(source, tmp_path / "old.png", job)
    assert (tmp_path / "old.png").read_bytes() == DATA


@pytest.mark.parametrize("folder", ["there", "there/", "new/"])
def test_into_a_folder_the_copy_goes_under_the_source_s_name(job, source, tmp_path, folder):
    (tmp_path / "there").mkdir()
    copy(source, f"{tmp_path}/{folder}", job)
    assert (tmp_path / folder / "map.png").read_bytes() == DATA


def test_stdin_needs_a_name_in_a_folder(job, tmp_path):
    with pytest.raises(UsageError, match="needs a name"):
        copy("-", tmp_path, job)


@pytest.mark.parametrize("link", ["same", "symlink", "hardlink", "folder"])
def test_a_file_is_not_replaced_by_itself(job, source, tmp_path, link):
    other = tmp_path / "other.png"
    if link == "symlink":
        other.symlink_to(source)
    elif link == "hardlink":
        other.hardlink_to(source)
    targets = {"same": source, "folder": tmp_path}
    with pytest.raises(OutputError, match="same file"):
        copy(source, targets.get(link, other), job)
    assert source.read_bytes() == DATA


def test_a_missing_source_leaves_the_target_alone(job, tmp_path):
    (tmp_path / "old.png").write_bytes(b"old")
    with pytest.raises(InputNotFound, match=r"none\.png"):
        copy(tmp_path / "none.png", tmp_path / "old.png", job)
    assert (tmp_path / "old.png").read_bytes() == b"old"


def test_what_was_written_is_told_when_asked(source, tmp_path):
    stderr = BytesIO()
    loud = StreamJob(BytesIO(), BytesIO(), stderr, NetworkPolicy(), detailed=True)
    copy(source, tmp_path / "a.png", loud)
    assert stderr.getvalue().decode() == f"wrote {tmp_path / 'a.png'}\n"


def test_the_published_name_and_ours_for_the_target_are_both_accepted():
    given = {"input": "a", "output": "b"}
    assert LocalArgs.model_validate(given).path == "b"
