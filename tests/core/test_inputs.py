import os
from io import BytesIO
from pathlib import Path
from threading import Thread

import pytest

from zyra.core.errors import InputNotFound
from zyra.core.inputs import existing_file, input_path, open_input
from zyra.core.network import NetworkPolicy
from zyra.core.stream_job import StreamJob


@pytest.fixture
def job() -> StreamJob:
    return StreamJob(BytesIO(b"from stdin"), BytesIO(), BytesIO(), NetworkPolicy())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "a.nc").write_bytes(b"data")
    return tmp_path / "a.nc"


def test_a_file_is_opened_and_given(job, path):
    with open_input(str(path), job) as stream:
        assert stream.read() == b"data"
    with input_path(str(path), job) as given:
        assert given == path


def test_dash_is_stdin(job):
    with open_input("-", job) as stream:
        assert stream.read() == b"from stdin"


def test_stdin_becomes_a_file_for_the_time_it_is_needed(job):
    with input_path("-", job) as given:
        assert given.read_bytes() == b"from stdin"
        assert given.name == "stdin"  # as errors call it
    assert not given.exists()
    assert not given.parent.exists()


def test_a_pipe_becomes_a_file_without_losing_a_byte(job, tmp_path):
    pipe = tmp_path / "pipe.nc"
    os.mkfifo(pipe)
    writer = Thread(target=lambda: pipe.write_bytes(b"x" * 200_000))
    writer.start()
    with input_path(str(pipe), job) as given:
        assert given.stat().st_size == 200_000
        assert given.name == "pipe.nc"
    writer.join(10)


@pytest.mark.parametrize("name", ["none", "", "a.nc/b", "n" * 300, "loop"])
def test_what_cannot_be_read_is_named(path, name):
    (path.parent / "loop").symlink_to("loop")
    with pytest.raises(InputNotFound, match="cannot read"):
        existing_file(str(path.parent / name))
