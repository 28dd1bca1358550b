"""FTP connects to checked addresses only, for commands and for data."""

import ftplib
import socket
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path

import pytest
import trustme
from ftp_server import HOST, PASSWORD, USER, FtpServer

from zyra.core.errors import AddressRefused
from zyra.core.network import NetworkPolicy
from zyra.transfer.connections import Dialer
from zyra.transfer.ftp_client import open_ftp
from zyra.transfer.ftp_files import FtpClient

LOOPBACK = Dialer(NetworkPolicy.allowing([HOST]))
BODY = bytes(range(256)) * 4096

with_tls = pytest.mark.skipif(
    find_spec("OpenSSL") is None, reason="pyftpdlib encrypts with pyOpenSSL"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "a.bin").write_bytes(BODY)
    return tmp_path / "files"


@pytest.fixture
def server(folder: Path) -> Iterator[FtpServer]:
    with FtpServer(folder) as running:
        yield running


def fetched(ftp: ftplib.FTP, name: str = "a.bin", rest: int | None = None) -> bytes:
    target = BytesIO()
    ftp.retrbinary(f"RETR {name}", target.write, rest=rest)
    return target.getvalue()


def test_a_file_is_read_and_read_on(server):
    with open_ftp(LOOPBACK, HOST, server.port) as ftp:
        assert ftp.nlst() == ["a.bin"]
        assert fetched(ftp) == BODY
        assert fetched(ftp, rest=1_000_000) == BODY[1_000_000:]


def test_a_user_writes(server, folder):
    with open_ftp(LOOPBACK, HOST, server.port, user=(USER, PASSWORD)) as ftp:
        ftp.storbinary("STOR b.bin", BytesIO(BODY))
    assert (folder / "b.bin").read_bytes() == BODY


def test_a_wrong_password_is_the_servers_error(server):
    with pytest.raises(ftplib.error_perm, match="530"):
        open_ftp(LOOPBACK, HOST, server.port, user=(USER, "wrong"))


@pytest.mark.parametrize("epsv", [True, False])
def test_an_address_that_the_server_names_is_not_looked_at(folder, epsv):
    with (
        FtpServer(folder, masquerade="10.0.0.1", epsv=epsv) as server,
        open_ftp(LOOPBACK, HOST, server.port) as ftp,
    ):
        assert fetched(ftp) == BODY


def test_a_forbidden_address_is_refused(server):
    with pytest.raises(AddressRefused):
        open_ftp(Dialer(NetworkPolicy()), HOST, server.port)


@pytest.fixture
def trust(tmp_path: Path) -> ssl.SSLContext:
    """Trusts the certificate that is put to `cert.pem`."""
    authority = trustme.CA()
    certificate = authority.issue_cert(HOST)
    certificate.private_key_and_cert_chain_pem.write_to_path(str(tmp_path / "cert.pem"))
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


@dataclass(frozen=True)
class Rerouted(Dialer):
    """Finds the server of a test behind a port that the test could not take."""

    ports: Mapping[int, int] = field(default_factory=dict)

    def dial(self, host: str, port: int, timeout_s: float | None) -> socket.socket:
        return super().dial(host, self.ports.get(port, port), timeout_s)


@with_tls
def test_on_port_990_all_is_encrypted_from_the_start(folder, tmp_path, trust):
    with FtpServer(folder, certificate=tmp_path / "cert.pem", implicit=True) as server:
        dialer = Rerouted(LOOPBACK.policy, ports={990: server.port})
        with open_ftp(dialer, HOST, 990, tls=True, trust=trust) as ftp:
            assert fetched(ftp) == BODY
        with FtpClient(dialer, trust=lambda: trust) as client:
            assert [entry.name for entry in client.entries(f"ftps://{HOST}:990/")] == ["a.bin"]


@with_tls
def test_with_tls_commands_and_data_are_encrypted(folder, tmp_path, trust):
    with FtpServer(folder, certificate=tmp_path / "cert.pem") as server:
        with open_ftp(LOOPBACK, HOST, server.port, tls=True, trust=trust) as ftp:
            assert fetched(ftp) == BODY
        with pytest.raises(ssl.SSLCertVerificationError):
            open_ftp(LOOPBACK, HOST, server.port, tls=True)
