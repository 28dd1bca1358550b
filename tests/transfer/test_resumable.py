"""Downloads that a later run goes on with; `acquire api --resume` tests the common ways."""

import errno
import fcntl
import os
from pathlib import Path
from typing import BinaryIO

import pytest
from http_server import Fault, HttpServer

from zyra.core.errors import OutputError, TransferError
from zyra.transfer.http import HttpClient
from zyra.transfer.receive import Remote
from zyra.transfer.resumable import receive_resumable

DATA = bytes(range(256)) * 40


@pytest.fixture
def remote(server: HttpServer, client: HttpClient) -> Remote:
    return Remote(client, server.put("/a.bin", DATA, etag='"v1"'))


def break_off(server: HttpServer, remote: Remote, target: Path, stop_after: int) -> None:
    """Leave what a run got that was ended by a refusal on its second try."""
    faults = server.resource("/a.bin").faults
    faults += [Fault(stop_after=stop_after), Fault(status=403)]
    with pytest.raises(TransferError, match="403"):
        receive_resumable(remote, str(target))


@pytest.mark.parametrize("stop_after", [1, 5000, len(DATA) - 1])
def test_what_an_earlier_run_got_is_not_fetched_again(server, remote, tmp_path, stop_after):
    target = tmp_path / "a.bin"
    break_off(server, remote, target, stop_after)
    server.requests.clear()
    assert receive_resumable(remote, str(target)).written == len(DATA)
    assert target.read_bytes() == DATA
    assert server.asked("Range") == [f"bytes={stop_after}-"]
    assert server.asked("If-Range") == ['"v1"']
    assert [path.name for path in tmp_path.iterdir()] == ["a.bin"]


def test_a_complete_file_that_was_not_named_yet_is_taken(server, remote, tmp_path):
    target = tmp_path / "a.bin"
    break_off(server, remote, target, 5000)
    (part,) = (path for path in tmp_path.iterdir() if not path.suffix)
    part.write_bytes(DATA)
    assert receive_resumable(remote, str(target)).written == len(DATA)
    assert target.read_bytes() == DATA


def test_a_part_that_is_longer_than_the_file_is_read_anew(server, remote, tmp_path):
    target = tmp_path / "a.bin"
    break_off(server, remote, target, 5000)
    (part,) = (path for path in tmp_path.iterdir() if not path.suffix)
    part.write_bytes(DATA + b"more")
    receive_resumable(remote, str(target))
    assert target.read_bytes() == DATA


def test_a_file_that_is_refused_is_forgotten(remote: Remote, tmp_path):
    def refuse(path: Path) -> None:
        raise TransferError("damaged")

    with pytest.raises(TransferError, match="damaged"):
        receive_resumable(remote, str(tmp_path / "a.bin"), check=refuse)
    assert list(tmp_path.iterdir()) == []


def test_two_runs_do_not_write_one_part(server, remote: Remote, tmp_path):
    break_off(server, remote, tmp_path / "a.bin", 5000)
    (part,) = (path for path in tmp_path.iterdir() if not path.suffix)
    with part.open("r+b") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        with pytest.raises(OutputError, match="another run is fetching"):
            receive_resumable(remote, str(tmp_path / "a.bin"))


def test_a_part_that_got_its_name_meanwhile_is_left_alone(remote, tmp_path, monkeypatch):
    theirs, flock = tmp_path / "theirs", fcntl.flock

    def flock_late(stream: BinaryIO, operation: int) -> None:
        if not theirs.exists():  # between open and flock, the run that had the lock ends
            Path(stream.name).write_bytes(b"complete")
            Path(stream.name).rename(theirs)
        flock(stream, operation)

    monkeypatch.setattr(fcntl, "flock", flock_late)
    receive_resumable(remote, str(tmp_path / "a.bin"))
    assert theirs.read_bytes() == b"complete"
    assert (tmp_path / "a.bin").read_bytes() == DATA


def test_a_full_disk_is_not_kept_full(remote: Remote, tmp_path):
    def no_room(received: int, total: int | None) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(OutputError, match="no space to write"):
        receive_resumable(remote, str(tmp_path / "a.bin"), report=no_room)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_not_written_to(remote: Remote, tmp_path):
    with pytest.raises(OutputError, match="Is a directory"):
        receive_resumable(remote, str(tmp_path))
