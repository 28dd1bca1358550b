import errno
import os
import stat
from io import BytesIO
from pathlib import Path
from threading import Thread

import pytest

from zyra.core.errors import OutputError
from zyra.core.network import NetworkPolicy
from zyra.core.outputs import open_output, output_folder, output_path
from zyra.core.stream_job import StreamJob


@pytest.fixture
def job() -> StreamJob:
    return StreamJob(BytesIO(), BytesIO(), BytesIO(), NetworkPolicy())


def write(target: Path | str, job: StreamJob, data: bytes = b"new") -> None:
    with open_output(str(target), job) as stream:
        stream.write(data)


def write_by_name(target: Path | str, job: StreamJob, data: bytes = b"new") -> None:
    with output_path(str(target), job) as path:
        path.write_bytes(data)


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


WAYS = pytest.mark.parametrize("write", [write, write_by_name])


@WAYS
def test_a_file_appears_with_its_content(job, tmp_path, write):
    write(tmp_path / "a.png", job)
    assert (tmp_path / "a.png").read_bytes() == b"new"
    assert names_in(tmp_path) == ["a.png"]


@WAYS
def test_folders_are_made(job, tmp_path, write):
    write(tmp_path / "new" / "deep" / "a.png", job)
    assert (tmp_path / "new" / "deep" / "a.png").read_bytes() == b"new"


@pytest.mark.parametrize("opened", [open_output, output_path])
def test_a_failure_leaves_the_old_file_and_nothing_beside(job, tmp_path, opened):
    target = tmp_path / "a.png"
    target.write_bytes(b"old")
    with pytest.raises(RuntimeError), opened(str(target), job):
        raise RuntimeError
    assert target.read_bytes() == b"old"
    assert names_in(tmp_path) == ["a.png"]


@pytest.mark.parametrize("make", ["touch", "mkdir"])
def test_an_interrupt_at_the_worst_moment_leaves_nothing(job, tmp_path, monkeypatch, make):
    really_make = getattr(Path, make)

    def made_and_interrupted(path, **given):
        really_make(path, **given)
        if path.name.startswith(".part-"):
            raise KeyboardInterrupt

    monkeypatch.setattr(Path, make, made_and_interrupted)
    target = str(tmp_path / "out.txt")
    opened = (
        open_output(target, job) if make == "touch" else output_folder(target, replaceable=bool)
    )
    with pytest.raises(KeyboardInterrupt), opened:
        pass
    assert names_in(tmp_path) == []


def test_nothing_stands_under_the_name_before_the_end(job, tmp_path):
    with open_output(str(tmp_path / "a.png"), job) as stream:
        stream.write(b"half")
        assert not (tmp_path / "a.png").exists()


@WAYS
def test_a_file_has_the_permissions_of_any_new_file(job, tmp_path, write):
    (tmp_path / "plain").write_bytes(b"")
    write(tmp_path / "a.png", job)
    assert (tmp_path / "a.png").stat().st_mode == (tmp_path / "plain").stat().st_mode


@WAYS
def test_dash_is_stdout(job, write):
    write("-", job)
    assert job.stdout.getvalue() == b"new"


def test_the_temporary_name_keeps_the_suffix(job, tmp_path):
    with output_path(str(tmp_path / "a.nc"), job) as path:
        assert path.suffix == ".nc"
    with output_path("-", job, suffix=".tif") as path:
        assert path.suffix == ".tif"


@WAYS
def test_a_pipe_is_written_to_and_not_replaced(job, tmp_path, write):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    got: list[bytes] = []
    reader = Thread(target=lambda: got.append(pipe.read_bytes()))
    reader.start()
    write(pipe, job)
    reader.join(10)
    assert got == [b"new"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


@WAYS
def test_the_null_device_stays_a_device(job, write):
    write("/dev/null", job)
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


@WAYS
@pytest.mark.parametrize("name", ["folder", "new/", "file/a.png", "n" * 300, "loop/a.png"])
def test_a_place_that_cannot_be_written_is_an_output_error(job, tmp_path, write, name):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(OutputError, match="cannot write"):
        write(f"{tmp_path}/{name}", job)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
@pytest.mark.parametrize("target", ["a.png", "-"])
def test_a_full_disk_is_an_output_error(job, tmp_path, number, target, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(OutputError, match="no space"), open_output(target, job):
        raise OSError(number, os.strerror(number))
    assert names_in(tmp_path) == []


def test_a_full_device_is_an_output_error(job):
    with pytest.raises(OutputError, match="no space"):
        write("/dev/full", job, b"x" * 100_000)


def test_other_errors_of_the_writer_are_not_taken_for_the_output_s(job, tmp_path):
    with pytest.raises(FileNotFoundError), open_output(str(tmp_path / "a"), job):
        (tmp_path / "none").read_bytes()
