"""acquire ftp against real servers on the loopback address."""

import json
import os
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from ftp_server import HOST, PASSWORD, USER, FtpServer
from pydantic import ValidationError
from sftp_server import SftpServer

from zyra.acquire.commands.ftp import FtpArgs
from zyra.core.errors import AddressRefused, OutputError, SelectionError, TransferError
from zyra.core.network import NetworkPolicy

LONG_AGO = 1_000_000_000
NAMES = ("map_2024073100.png", "map_2024080100.png", "map_2024080200.png", "notes.txt")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "served"
    (made / "pub" / "deep" / "deeper").mkdir(parents=True)
    for name in (*NAMES, "deep/map_2024080300.png", "deep/deeper/map_2024080400.png"):
        (made / "pub" / name).write_text(name)
        os.utime(made / "pub" / name, (LONG_AGO, LONG_AGO))
    return made


@pytest.fixture
def ftp(folder: Path) -> Iterator[FtpServer]:
    with FtpServer(folder) as running:
        yield running


@pytest.fixture
def sftp(folder: Path) -> Iterator[SftpServer]:
    with SftpServer(folder) as running:
        yield running


def there(folder: Path) -> set[str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)) for path in files if not path.name.startswith(".")}


def test_one_file_goes_to_stdout(ftp, fetched):
    assert fetched("ftp", input=ftp.url("pub/notes.txt")).stdout.getvalue() == b"notes.txt"


def test_a_path_without_scheme_is_ftp(ftp, fetched):
    path = f"{HOST}:{ftp.port}/pub/notes.txt"
    assert fetched("ftp", path=path).stdout.getvalue() == b"notes.txt"


def test_a_folder_is_listed_by_pattern_and_date(ftp, fetched):
    args = {"path": ftp.url("pub/"), "list": True}
    assert fetched("ftp", **args, pattern="^notes").lines == [ftp.url("pub/notes.txt")]
    assert fetched("ftp", **args, since="2024-08-01", until="2024-08-01").lines == [
        ftp.url("pub/map_2024080100.png")
    ]


def test_folders_are_looked_into_as_deep_as_wanted(ftp, fetched, tmp_path):
    args = {"path": ftp.url("pub/"), "recursive": True, "pattern": r"^map.*\.png$"}
    fetched("ftp", **args, output_dir=str(tmp_path / "all"))
    fetched("ftp", **args, max_depth=1, output_dir=str(tmp_path / "some"))
    assert "deep/deeper/map_2024080400.png" in there(tmp_path / "all")
    assert there(tmp_path / "all") - there(tmp_path / "some") == {"deep/deeper/map_2024080400.png"}


def test_the_files_of_a_folder_come_into_one(ftp, fetched, tmp_path):
    fetched("ftp", path=ftp.url("pub/"), output_dir=str(tmp_path / "out"))
    assert there(tmp_path / "out") == set(NAMES)


def test_nothing_that_fits_is_told(ftp, fetched, tmp_path):
    with pytest.raises(SelectionError, match="no file"):
        fetched("ftp", path=ftp.url("pub/"), pattern="none", output_dir=str(tmp_path / "out"))


def test_a_missing_file_leaves_nothing(ftp, fetched, tmp_path):
    with pytest.raises(TransferError, match="550"):
        fetched("ftp", path=ftp.url("pub/none"), output=str(tmp_path / "out"))
    assert not (tmp_path / "out").exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
def test_a_full_disk_is_told(ftp, fetched):
    with pytest.raises(OutputError, match="no space"):
        fetched("ftp", path=ftp.url("pub/notes.txt"), output="/dev/full")


def test_several_files_come_with_their_manifest(ftp, fetched, tmp_path):
    fetched(
        "ftp",
        inputs=[ftp.url("pub/notes.txt"), ftp.url("pub/deep/map_2024080300.png")],
        output_dir=str(tmp_path / "out"),
        write_manifest=str(tmp_path / "files.json"),
    )
    first = json.loads((tmp_path / "files.json").read_text())["files"][0]
    assert first == {
        "name": "notes.txt",
        "size": 9,
        "sha256": sha256(b"notes.txt").hexdigest(),
        "source": ftp.url("pub/notes.txt"),
        "modified": "2001-09-09T01:46:40Z",
    }


def test_credentials_come_from_where_they_are_named(ftp, fetched, ran, tmp_path, monkeypatch):
    monkeypatch.setenv("FTP_PASSWORD", PASSWORD)
    (tmp_path / "secrets").write_text(f"KEY={PASSWORD}\n")
    path = ftp.url("pub/notes.txt")
    assert fetched("ftp", path=path, user=USER, password="$FTP_PASSWORD").lines
    secrets = {"credential_file": str(tmp_path / "secrets")}
    assert fetched("ftp", path=path, credential=[f"user={USER}", "password=@KEY"], **secrets).lines
    with pytest.raises(TransferError, match="530"):
        fetched("ftp", path=path, user=USER, password="wrong")
    assert PASSWORD not in ran.stderr.getvalue().decode()


def test_netrc_is_asked_for_the_rest(ftp, fetched, ran, tmp_path):
    (tmp_path / ".netrc").write_text(f'machine {HOST} login {USER} password "{PASSWORD}"\n')
    ran.variables["HOME"] = str(tmp_path)
    assert fetched("ftp", path=ftp.url("pub/notes.txt"), user=USER).lines == ["notes.txt"]


def test_a_private_address_is_refused(ftp, fetched, ran):
    ran.network = NetworkPolicy()
    with pytest.raises(AddressRefused):
        fetched("ftp", path=ftp.url("pub/notes.txt"))


def test_data_come_from_the_server_whatever_address_it_names(folder, fetched):
    with FtpServer(folder, masquerade="10.0.0.1", epsv=False) as ftp:
        assert fetched("ftp", path=ftp.url("pub/notes.txt")).lines == ["notes.txt"]


def test_a_sync_fetches_what_changed(ftp, fetched, ran, folder, tmp_path):
    args = {"path": ftp.url("pub/"), "pattern": "png$", "sync_dir": str(tmp_path / "out")}
    fetched("ftp", **args)
    (folder / "pub" / NAMES[0]).write_text("another map")
    fetched("ftp", **args)
    fetched("ftp", **args)
    told = [line for line in ran.stderr.getvalue().decode().splitlines() if "changed" in line]
    assert [line.split()[0] for line in told] == ["3", "1", "0"]
    assert (tmp_path / "out" / NAMES[0]).read_text() == "another map"


def test_sftp_serves_the_same_way(sftp, fetched, tmp_path):
    args = {"path": sftp.url("pub/"), "password": PASSWORD, "host_key": sftp.fingerprint}
    fetched("ftp", **args, output_dir=str(tmp_path / "out"), recursive=True)
    assert len(there(tmp_path / "out")) == 6
    assert len(fetched("ftp", **args, list=True).lines) == 5


@pytest.mark.parametrize(
    "args",
    [
        {},
        {"path": "ftp://h.example/a", "pattern": "x"},
        {"path": "ftp://h.example/", "list": True, "output_dir": "d"},
        {"path": "ftp://h.example/", "output_dir": "d", "sync_dir": "e"},
        {"path": "ftp://h.example/a", "overwrite_existing": True},
        {"path": "ftp://h.example/", "sync_dir": "d", "frames_meta": "f"},
        {"path": "ftp://h.example/", "sync_dir": "d", "min_remote_size": "much"},
        {"path": "ftp://h.example/a", "host_key": "SHA256:" + "A" * 43},
        {"path": "sftp://h.example/a", "host_key": "MD5:aa"},
        {"path": "ftp://h.example/", "list": True, "max_depth": 2},
        {"path": "ftp://h.example/a", "write_manifest": "m.json"},
        {"path": "ftp://h.example/a", "parallel": 2},
        {"path": "ftp://h.example/", "sync_dir": "d", "parallel": 100},
    ],
)
def test_arguments_that_do_not_fit_together_are_refused(args):
    with pytest.raises(ValidationError):
        FtpArgs.model_validate(args)
