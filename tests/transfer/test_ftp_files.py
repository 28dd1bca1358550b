"""Files come whole over FTP or not at all, whatever goes wrong on the way."""

import os
import ssl
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
import trustme
from ftp_server import HOST, PASSWORD, USER, FtpServer

from zyra.core.errors import AddressRefused, TransferError, TransientTransferError, UsageError
from zyra.core.network import NetworkPolicy
from zyra.transfer.connections import Dialer
from zyra.transfer.download import download
from zyra.transfer.failures import RefusedByServer
from zyra.transfer.ftp_files import FtpClient
from zyra.transfer.logins import Login
from zyra.transfer.ranges import fetch_ranges
from zyra.transfer.receive import Remote
from zyra.transfer.retries import Retries

LOOPBACK = Dialer(NetworkPolicy.allowing([HOST]))
BODY, OTHER = os.urandom(600_000), os.urandom(500_000)
LONG_AGO = 1_000_000_000  # 2001-09-09T01:46:40Z


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "files" / "sub").mkdir(parents=True)
    file = tmp_path / "files" / "a b.bin"
    file.write_bytes(BODY)
    os.utime(file, (LONG_AGO, LONG_AGO))
    return tmp_path / "files"


@pytest.fixture
def server(folder: Path) -> Iterator[FtpServer]:
    with FtpServer(folder) as running:
        yield running


@pytest.fixture
def client(pauses) -> Iterator[FtpClient]:
    with FtpClient(LOOPBACK, retries=pauses.retries()) as made:
        yield made


@pytest.fixture
def writer() -> Iterator[FtpClient]:
    with FtpClient(LOOPBACK, Login(USER, PASSWORD)) as made:
        yield made


def test_a_file_comes_whole(server, client, job, tmp_path):
    url = server.url("a%20b.bin")
    assert download(Remote(client, url), str(tmp_path / "out"), job) == len(BODY)
    assert (tmp_path / "out").read_bytes() == BODY


def test_ranges_are_cut_by_the_server(server, client, job):
    target = BytesIO()
    fetch_ranges(server.url("a%20b.bin"), [(5, 9), (100_000, None)], target, job, client=client)
    assert target.getvalue() == BODY[5:9] + BODY[100_000:]


def test_a_connection_serves_several_files(server, client, job, tmp_path):
    asked = []
    client.tell = asked.append
    for number in range(3):
        download(Remote(client, server.url("a%20b.bin")), str(tmp_path / f"{number}"), job)
    assert len(client._idle._links[(("ftp", HOST, server.port), None)]) == 1


def test_a_server_that_falls_silent_is_left(server, job, tmp_path):
    server.inject({"kind": "stall", "after": 400_000})
    # A busy machine may take longer than that to begin: then it is tried again, too.
    untiring = Retries(attempts=1000, pause=lambda _: None)
    with FtpClient(LOOPBACK, retries=untiring, timeout_s=0.3) as client:
        download(Remote(client, server.url("a%20b.bin")), str(tmp_path / "out"), job)
    assert (tmp_path / "out").read_bytes() == BODY


def test_a_transfer_is_tried_again_after_a_reset(server, client, pauses, job, tmp_path):
    server.inject({"kind": "reset", "after": 400_000})
    download(Remote(client, server.url("a%20b.bin")), str(tmp_path / "out"), job)
    assert (tmp_path / "out").read_bytes() == BODY
    assert len(pauses.seconds) == 1  # how much was there by then is the network's affair


def test_a_transfer_goes_on_where_it_broke_off(server, client, pauses, job, tmp_path):
    server.inject({"kind": "truncate", "after": 400_000})
    asked = []
    client.tell = asked.append
    download(Remote(client, server.url("a%20b.bin")), str(tmp_path / "out"), job)
    assert (tmp_path / "out").read_bytes() == BODY
    assert any("206 part" in line for line in asked)
    assert pauses.seconds


@pytest.mark.parametrize("other", [OTHER, BODY[::-1]], ids=["another size", "the same size"])
def test_a_file_that_changed_meanwhile_comes_anew(server, client, job, tmp_path, other):
    (tmp_path / "other.bin").write_bytes(other)
    change = {"version": str(tmp_path / "other.bin"), "time": LONG_AGO + 60}
    server.inject({"kind": "change", "after": 200_000, **change})
    download(Remote(client, server.url("a%20b.bin")), str(tmp_path / "out"), job)
    assert (tmp_path / "out").read_bytes() == other


@pytest.mark.parametrize("by", [-1000, 1000])
def test_a_size_that_stays_wrong_leaves_no_file(server, client, job, tmp_path, by):
    server.inject(*[{"kind": "size", "by": by}] * 30)
    with pytest.raises(TransferError):
        download(Remote(client, server.url("a%20b.bin")), str(tmp_path / "out"), job)
    assert not (tmp_path / "out").exists()


def test_a_busy_file_is_tried_again(server, client, pauses, job, tmp_path):
    server.inject({"kind": "busy"}, {"kind": "busy"})
    download(Remote(client, server.url("a%20b.bin")), str(tmp_path / "out"), job)
    assert len(pauses.seconds) == 2


@pytest.mark.parametrize("unknown", [["SIZE"], ["MDTM"], ["SIZE", "MDTM"]])
def test_a_server_that_tells_less_still_serves(folder, client, job, tmp_path, unknown):
    with FtpServer(folder, unknown=unknown) as server:
        server.inject({"kind": "reset", "after": 100_000})
        download(Remote(client, server.url("a%20b.bin")), str(tmp_path / "out"), job)
    assert (tmp_path / "out").read_bytes() == BODY


def test_a_folder_is_listed_with_sizes_and_times(server, client):
    file, sub = sorted(client.entries(server.url("")), key=lambda entry: entry.is_folder)
    assert (file.name, file.size, file.url) == ("a b.bin", len(BODY), server.url("a%20b.bin"))
    assert file.modified.timestamp() == LONG_AGO
    assert (sub.name, sub.url) == ("sub/", server.url("sub/"))


def test_a_server_without_mlsd_is_listed_by_lines(folder, client):
    with FtpServer(folder, unknown=["MLSD", "MLST"]) as server:
        names = {entry.name: entry.size for entry in client.entries(server.url(""))}
    assert names == {"a b.bin": len(BODY), "sub/": None}


def test_a_missing_file_and_folder_are_told(server, client):
    with (
        pytest.raises(RefusedByServer, match="550"),
        client.get(server.url("none")) as answer,
    ):
        list(answer.chunks())
    with pytest.raises(TransferError, match="550"):
        client.entries(server.url("none/"))


def test_a_wrong_password_is_told_without_it(server):
    with (
        FtpClient(LOOPBACK, Login(USER, "s3cret")) as client,
        pytest.raises(TransferError, match="530") as caught,
    ):
        client.entries(server.url(""))
    assert "s3cret" not in caught.value.message


def test_the_user_of_a_url_logs_in(server, client):
    url = f"ftp://{USER}:pass%20word@{HOST}:{server.port}/"
    assert client.entries(url)


def test_a_port_that_nobody_serves_is_told(server, client):
    with pytest.raises(TransferError, match="cannot connect"):
        client.entries(f"ftp://{HOST}:1/")


def test_a_forbidden_address_is_refused(server):
    with FtpClient(Dialer(NetworkPolicy())) as client, pytest.raises(AddressRefused):
        client.entries(server.url(""))


@pytest.mark.parametrize("path", ["a%0d%0aDELE%20b", "a%00b"])
def test_a_path_cannot_hold_another_command(server, client, path):
    with pytest.raises(UsageError, match="control character"), client.get(server.url(path)):
        pass


def test_a_file_is_written_and_its_folders_made(server, writer, folder):
    writer.upload(server.url("new/deep/c.bin"), BytesIO(BODY))
    writer.upload(server.url("new/deep/c.bin"), folder / "a b.bin")
    assert (folder / "new" / "deep" / "c.bin").read_bytes() == BODY
    assert [path.name for path in (folder / "new" / "deep").iterdir()] == ["c.bin"]


def test_nobody_writes_without_the_right(server, client, folder):
    with pytest.raises(TransferError, match="550"):
        client.upload(server.url("c.bin"), BytesIO(b"data"))
    assert not (folder / "c.bin").exists()


def test_an_encrypted_server_serves_whom_trusts_it(folder, job, tmp_path):
    authority = trustme.CA()
    certificate = authority.issue_cert(HOST)
    certificate.private_key_and_cert_chain_pem.write_to_path(str(tmp_path / "cert.pem"))
    trust = ssl.create_default_context()
    authority.configure_trust(trust)
    with FtpServer(folder, certificate=tmp_path / "cert.pem") as server:
        url = server.url("a%20b.bin", "ftps")
        with FtpClient(LOOPBACK, trust=lambda: trust) as client:
            download(Remote(client, url), str(tmp_path / "out"), job)
            assert len(client.entries(server.url("", "ftps"))) == 2
        with FtpClient(LOOPBACK) as client, pytest.raises(TransferError, match="not trusted"):
            client.entries(server.url("", "ftps"))
        with FtpClient(LOOPBACK) as client, pytest.raises(TransferError, match="TLS") as caught:
            client.entries(server.url(""))
        assert "ftps://" in str(caught.value.hint)
    assert (tmp_path / "out").read_bytes() == BODY


def test_a_broken_upload_leaves_nothing(server, writer, folder):
    class Broken(BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError("the disk is gone")

    with pytest.raises(OSError, match="the disk"):
        writer.upload(server.url("d.bin"), Broken())
    assert {path.name for path in folder.iterdir()} == {"a b.bin", "sub"}


def test_stopping_ends_a_transfer(server, client, job, tmp_path):
    client.stop()
    with pytest.raises(TransferError, match="stopped") as caught:
        download(Remote(client, server.url("a%20b.bin")), str(tmp_path / "out"), job)
    assert not isinstance(caught.value, TransientTransferError)
