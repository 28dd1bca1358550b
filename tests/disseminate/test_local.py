import os
from io import BytesIO
from pathlib import Path

import pytest
from pydantic import ValidationError

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


def test_a_folder_is_copied_with_all_that_is_complete_in_it(job, tree, tmp_path):
    copy(tree, tmp_path / "public", job)
    there = sorted(p for p in (tmp_path / "public").rglob("*") if p.is_file())
    assert [p.relative_to(tmp_path / "public").as_posix() for p in there] == ["a.png", "deep/b.txt"]
    assert there[1].read_bytes() == b"second"


def test_several_files_go_into_a_folder(job, source, tree, tmp_path):
    args = LocalArgs(inputs=[str(source), str(tree / "a.png")], path=str(tmp_path / "new"))
    run(args, job)
    assert {p.name for p in (tmp_path / "new").iterdir()} == {"map.png", "a.png"}


def test_two_files_of_one_name_are_refused_before_anything_is_copied(job, source, tmp_path):
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "map.png").write_bytes(b"other")
    args = LocalArgs(
        inputs=[str(source), str(tmp_path / "other" / "map.png")], path=str(tmp_path / "new")
    )
    with pytest.raises(UsageError, match=r"both become map\.png"):
        run(args, job)
    assert not (tmp_path / "new").exists()


def test_an_empty_folder_is_refused(job, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="holds no file"):
        copy(tmp_path / "empty", tmp_path / "new", job)


@pytest.mark.parametrize(
    ("rule", "size", "age_s", "is_replaced"),
    [
        ("always", 3, -9, True),
        ("skip", 3, 9, False),
        ("changed", 3, -9, True),
        ("changed", len(DATA), 9, True),
        ("changed", len(DATA), -9, False),
        ("changed", len(DATA), 0, False),
    ],
)
def test_what_is_there_is_replaced_as_the_rule_says(job, source, rule, size, age_s, is_replaced):
    old = source.with_name("old.png")
    old.write_bytes(bytes(size))
    changed_s = source.stat().st_mtime - age_s
    os.utime(old, (changed_s, changed_s))
    run(LocalArgs(input=str(source), path=str(old), overwrite=rule), job)
    assert (old.read_bytes() == DATA) == is_replaced


def test_what_is_there_can_be_refused(job, source, tmp_path):
    (tmp_path / "old.png").write_bytes(b"old")
    args = LocalArgs(input=str(source), path=str(tmp_path / "old.png"), overwrite="refuse")
    with pytest.raises(OutputError, match="there already"):
        run(args, job)
    assert (tmp_path / "old.png").read_bytes() == b"old"


def test_copies_get_the_permissions_asked_for(job, source, tmp_path):
    run(LocalArgs(input=str(source), path=str(tmp_path / "a.png"), permissions="640"), job)
    assert (tmp_path / "a.png").stat().st_mode & 0o777 == 0o640


def test_copies_keep_permissions_and_time_when_asked(job, source, tmp_path):
    source.chmod(0o604)
    os.utime(source, (1_000_000_000, 1_000_000_000))
    run(LocalArgs(input=str(source), path=str(tmp_path / "a.png"), preserve=True), job)
    facts = (tmp_path / "a.png").stat()
    assert (facts.st_mode & 0o777, facts.st_mtime) == (0o604, 1_000_000_000)
    assert facts.st_size == len(DATA)


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({}, "give input or inputs"),
        ({"input": "a", "inputs": ["b"]}, "only once"),
        ({"inputs": ["-"]}, "not for inputs"),
        ({"input": "-", "overwrite": "changed"}, "has no date"),
        ({"input": "-", "preserve": True}, "nothing to preserve"),
        ({"input": "a", "path": "-", "permissions": "644"}, "has no permissions"),
        ({"input": "a", "permissions": "888"}, "match pattern"),
        ({"input": "a", "permissions": "644", "preserve": True}, "either permissions or preserve"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(args, message):
    with pytest.raises(ValidationError, match=message):
        LocalArgs.model_validate({"path": "x"} | args)
