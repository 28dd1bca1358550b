"""Files are gone on with by a later run, and fetched by two runs at a time."""

import fcntl
from pathlib import Path

import pytest
from http_server import Fault, HttpServer

from zyra.core.errors import TransferError

DATA = bytes(range(256)) * 40


def put(server: HttpServer) -> list[str]:
    return [server.put(f"/{name}", DATA, etag='"v1"') for name in ("a.bin", "b.bin")]


def break_off(server: HttpServer, acquire, folder: Path, urls: list[str]) -> None:
    """Leave what a run got of a.bin that was ended by a refusal on its second try."""
    server.resource("/a.bin").faults += [Fault(stop_after=5000), Fault(status=403)]
    with pytest.raises(TransferError, match="1 of 2 files"):
        acquire(inputs=urls, output_dir=str(folder))


def test_a_later_run_fetches_the_rest_of_a_file(server: HttpServer, acquire, tmp_path):
    urls = put(server)
    break_off(server, acquire, tmp_path, urls)
    assert not (tmp_path / "a.bin").exists()
    server.requests.clear()
    acquire(inputs=urls, output_dir=str(tmp_path))
    assert "bytes=5000-" in server.asked("Range")
    assert (tmp_path / "a.bin").read_bytes() == DATA
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.bin", "b.bin"]


def test_a_file_that_changed_between_runs_is_fetched_anew(server: HttpServer, acquire, tmp_path):
    urls = put(server)
    break_off(server, acquire, tmp_path, urls)
    server.put("/a.bin", DATA[::-1], etag='"v2"')
    acquire(inputs=urls, output_dir=str(tmp_path))
    assert (tmp_path / "a.bin").read_bytes() == DATA[::-1]


def test_a_file_that_another_run_is_fetching_is_fetched_all_the_same(server, acquire, tmp_path):
    urls = put(server)
    break_off(server, acquire, tmp_path, urls)
    (part,) = (path for path in tmp_path.iterdir() if not path.suffix)
    with part.open("r+b") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        acquire(inputs=urls, output_dir=str(tmp_path))
    assert (tmp_path / "a.bin").read_bytes() == DATA


def test_a_later_run_fetches_the_rest_of_one_file(server: HttpServer, acquire, tmp_path):
    url, _ = put(server)
    server.resource("/a.bin").faults += [Fault(stop_after=5000), Fault(status=403)]
    with pytest.raises(TransferError, match="403"):
        acquire(url=url, output=str(tmp_path / "out.bin"))
    assert not (tmp_path / "out.bin").exists()
    server.requests.clear()
    acquire(url=url, output=str(tmp_path / "out.bin"))
    assert server.asked("Range") == ["bytes=5000-"]
    assert (tmp_path / "out.bin").read_bytes() == DATA
    assert [path.name for path in tmp_path.iterdir()] == ["out.bin"]


def test_what_is_no_file_is_written_straight(server: HttpServer, acquire):
    acquire(url=server.put("/a.bin", DATA), output="/dev/null")
    assert Path("/dev/null").is_char_device()
