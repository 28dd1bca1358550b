"""Files come whole over SFTP, from hosts whose key is known."""

import os
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import paramiko
import pytest
from sftp_server import HOST, PASSWORD, USER, Door, SftpServer

from zyra.core.errors import AddressRefused, TransferError, UsageError
from zyra.core.network import NetworkPolicy
from zyra.transfer.connections import Dialer
from zyra.transfer.download import download
from zyra.transfer.failures import RefusedByServer
from zyra.transfer.logins import Login
from zyra.transfer.ranges import fetch_ranges
from zyra.transfer.receive import Reception, Remote
from zyra.transfer.retries import Retries
from zyra.transfer.sftp_errors import translated
from zyra.transfer.sftp_files import SftpClient

LOOPBACK = Dialer(NetworkPolicy.allowing([HOST]))
BODY, OTHER = os.urandom(3_000_000), os.urandom(500_000)
LONG_AGO = 1_000_000_000
ME = Login(USER, PASSWORD)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "files" / "sub").mkdir(parents=True)
    file = tmp_path / "files" / "a b.bin"
    file.write_bytes(BODY)
    os.utime(file, (LONG_AGO, LONG_AGO))
    return tmp_path / "files"


@pytest.fixture
def server(folder: Path) -> Iterator[SftpServer]:
    with SftpServer(folder) as running:
        yield running


@pytest.fixture
def client(server, pauses) -> Iterator[SftpClient]:
    with SftpClient(LOOPBACK, ME, host_key=server.fingerprint, retries=pauses.retries()) as made:
        yield made


def test_a_file_comes_whole(server, client, job, tmp_path):
    url = server.url("a%20b.bin")
    assert download(Remote(client, url), str(tmp_path / "out"), job) == len(BODY)
    assert (tmp_path / "out").read_bytes() == BODY


def test_ranges_are_cut_by_the_server(server, client, job):
    target = BytesIO()
    fetch_ranges(server.url("a%20b.bin"), [(5, 9), (100_000, None)], target, job, client=client)
    assert target.getvalue() == BODY[5:9] + BODY[100_000:]


def test_a_server_that_falls_silent_is_left(server, job, tmp_path):
    server.faults.append({"kind": "stall", "after": 1_000_000})
    # A busy machine may take longer than that to begin: then it is tried again, too.
    untiring = Retries(attempts=1000, pause=lambda _: None)
    with SftpClient(
        LOOPBACK, ME, host_key=server.fingerprint, retries=untiring, timeout_s=0.3
    ) as client:
        download(Remote(client, server.url("a%20b.bin")), str(tmp_path / "out"), job)
    assert (tmp_path / "out").read_bytes() == BODY


def test_a_transfer_goes_on_where_it_broke_off(server, client, job, tmp_path):
    server.faults.append({"kind": "truncate", "after": 1_000_000})
    asked = []
    client.tell = asked.append
    download(Remote(client, server.url("a%20b.bin")), str(tmp_path / "out"), job)
    assert (tmp_path / "out").read_bytes() == BODY
    assert any("206 part" in line for line in asked)


def test_a_transfer_is_tried_again_after_a_reset(server, client, job, tmp_path, pauses):
    server.faults.append({"kind": "reset", "after": 1_000_000})
    download(Remote(client, server.url("a%20b.bin")), str(tmp_path / "out"), job)
    assert (tmp_path / "out").read_bytes() == BODY
    assert len(pauses.seconds) == 1  # how much was there by then is the network's affair


def test_a_server_that_gives_more_than_it_was_asked_for_is_not_believed(server, client):
    server.faults.append({"kind": "generous", "after": 200_000})
    with pytest.raises(TransferError, match="more than it was asked for"):
        Reception(Remote(client, server.url("a%20b.bin")), BytesIO()).run()


def test_a_file_that_changed_meanwhile_comes_anew(server, client, folder, job, tmp_path):
    def change() -> None:
        (folder / "a b.bin").write_bytes(OTHER)

    server.faults.append({"kind": "change", "after": 200_000, "do": change})
    download(Remote(client, server.url("a%20b.bin")), str(tmp_path / "out"), job)
    assert (tmp_path / "out").read_bytes() == OTHER


def test_a_folder_is_listed_with_sizes_and_times(server, client, folder):
    (folder / "link").symlink_to("sub")
    found = {entry.name: entry for entry in client.entries(server.url(""))}
    assert set(found) == {"a b.bin", "sub/", "link/"}
    assert found["a b.bin"].size == len(BODY)
    assert found["a b.bin"].modified.timestamp() == LONG_AGO


def test_a_missing_file_is_told(server, client):
    with (
        pytest.raises(RefusedByServer, match="No such file"),
        client.get(server.url("none")),
    ):
        pass


def test_a_file_is_written_and_its_folders_made(server, client, folder):
    client.upload(server.url("new/deep/c.bin"), BytesIO(BODY))
    client.upload(server.url("new/deep/c.bin"), folder / "a b.bin")
    assert (folder / "new" / "deep" / "c.bin").read_bytes() == BODY
    assert [path.name for path in (folder / "new" / "deep").iterdir()] == ["c.bin"]


def test_a_host_whose_key_is_not_known_is_refused_with_its_fingerprint(server):
    with SftpClient(LOOPBACK, ME) as client, pytest.raises(TransferError) as caught:
        client.entries(server.url(""))
    assert f"--host-key {server.fingerprint}" in str(caught.value.hint)


def test_a_host_with_another_key_is_refused(server):
    with (
        SftpClient(LOOPBACK, ME, host_key="SHA256:" + "A" * 43) as client,
        pytest.raises(TransferError, match="shows the key"),
    ):
        client.entries(server.url(""))


def known_hosts(folder: Path, name: str, key: paramiko.PKey) -> dict[str, str]:
    (folder / ".ssh").mkdir()
    line = f"{name} {key.get_name()} {key.get_base64()}\n"
    (folder / ".ssh" / "known_hosts").write_text(line)
    return {"HOME": str(folder)}


def test_known_hosts_say_who_is_who(server, tmp_path):
    variables = known_hosts(tmp_path, f"[{HOST}]:{server.port}", server.key)
    with SftpClient(LOOPBACK, ME, variables=variables) as client:
        assert client.entries(server.url(""))


def test_a_host_that_changed_its_key_is_refused(server, tmp_path):
    other = paramiko.ECDSAKey.generate()
    variables = known_hosts(tmp_path, f"[{HOST}]:{server.port}", other)
    with (
        SftpClient(LOOPBACK, ME, variables=variables) as client,
        pytest.raises(TransferError, match="another key"),
    ):
        client.entries(server.url(""))


def test_a_wrong_password_is_told_without_it(server):
    with (
        SftpClient(LOOPBACK, Login(USER, "s3cret"), host_key=server.fingerprint) as client,
        pytest.raises(TransferError, match="denies access") as caught,
    ):
        client.entries(server.url(""))
    assert "s3cret" not in caught.value.message


@pytest.mark.parametrize("passphrase", [None, "open sesame"])
def test_a_key_logs_in(folder, tmp_path, passphrase):
    key = paramiko.ECDSAKey.generate()
    key.write_private_key_file(str(tmp_path / "id"), password=passphrase)
    login = Login(USER, private_key=tmp_path / "id", passphrase=passphrase)
    with (
        SftpServer(folder, allowed=key) as server,
        SftpClient(LOOPBACK, login, host_key=server.fingerprint) as client,
    ):
        assert client.entries(server.url(""))


def test_an_encrypted_key_needs_its_passphrase(server, tmp_path):
    paramiko.ECDSAKey.generate().write_private_key_file(str(tmp_path / "id"), password="x")
    login = Login(USER, private_key=tmp_path / "id")
    with (
        SftpClient(LOOPBACK, login, host_key=server.fingerprint) as client,
        pytest.raises(UsageError, match="SSH key"),
    ):
        client.entries(server.url(""))


def test_a_user_is_needed(server):
    with SftpClient(LOOPBACK) as client, pytest.raises(UsageError, match="needs a user"):
        client.entries(server.url("", user=""))


def test_a_forbidden_address_is_refused(server):
    with SftpClient(Dialer(NetworkPolicy()), ME) as client, pytest.raises(AddressRefused):
        client.entries(server.url(""))


def test_what_does_not_speak_ssh_is_told(client):
    with pytest.raises(TransferError, match="cannot connect"):
        client.entries(f"sftp://{USER}@{HOST}:1/")


class TalksNonsense(Door):
    def check_channel_subsystem_request(self, channel: paramiko.Channel, name: str) -> bool:
        channel.sendall(b"\0\0\0\1\xff" if name == "sftp" else b"")
        return True


def test_what_is_not_sftp_is_told(folder):
    with (
        SftpServer(folder, door=TalksNonsense) as server,
        SftpClient(LOOPBACK, ME, host_key=server.fingerprint) as client,
        pytest.raises(TransferError, match="not a proper SFTP answer"),
    ):
        client.entries(server.url(""))


def test_a_name_that_is_not_utf8_is_told():
    with (
        pytest.raises(TransferError, match=r"^sftp://host/: not a proper SFTP answer: .*utf-8"),
        translated("sftp://host/"),
    ):
        b"caf\xe9".decode()
