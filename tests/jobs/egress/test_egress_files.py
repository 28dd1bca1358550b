"""FTP and SFTP go through the broker: commands, data and all."""

import os
from io import BytesIO
from pathlib import Path

import pytest
from broker_talk import LOOPBACK
from ftp_server import FtpServer
from sftp_server import PASSWORD, USER, SftpServer

from zyra.core.egress import Broker
from zyra.core.errors import AddressRefused, TransferError
from zyra.core.network import NetworkPolicy
from zyra.transfer.connections import Dialer
from zyra.transfer.ftp_files import FtpClient
from zyra.transfer.logins import Login
from zyra.transfer.receive import Reception, Remote
from zyra.transfer.sftp_files import SftpClient

BODY = os.urandom(300_000)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.bin").write_bytes(BODY)
    return tmp_path


def through(broker: Broker) -> Dialer:
    return Dialer(NetworkPolicy.allowing([LOOPBACK], broker))


@pytest.mark.parametrize("epsv", [True, False])
def test_ftp_goes_through_the_broker_whatever_address_is_named(broker, folder, epsv):
    target = BytesIO()
    with (
        FtpServer(folder, masquerade="10.0.0.1", epsv=epsv) as server,
        FtpClient(through(broker)) as client,
    ):
        assert [entry.name for entry in client.entries(server.url(""))] == ["a.bin"]
        Reception(Remote(client, server.url("a.bin")), target).run()
    assert target.getvalue() == BODY


def test_sftp_goes_through_the_broker(broker, folder):
    target = BytesIO()
    with SftpServer(folder) as server:
        login = Login(USER, PASSWORD)
        with SftpClient(through(broker), login, host_key=server.fingerprint) as client:
            Reception(Remote(client, server.url("a.bin")), target).run()
    assert target.getvalue() == BODY


def test_a_run_that_may_not_reach_the_server_does_not(broker, folder):
    public = Broker(broker.port, "public")
    with (
        FtpServer(folder) as server,
        FtpClient(through(public)) as client,
        pytest.raises(AddressRefused),
    ):
        client.entries(server.url(""))
    with pytest.raises(TransferError), FtpClient(through(broker)) as client:
        client.entries(f"ftp://{LOOPBACK}:1/")
