"""FTP connects to checked addresses only, for commands and for data."""

import ftplib
import ssl
from collections.abc import Iterator
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

LOOPBACK = Dialer(NetworkPolicy.allowing([HOST]))
BODY = bytes(range(256)) * 4096


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


@pytest.mark.skipif(find_spec("OpenSSL") is None, reason="pyftpdlib encrypts with pyOpenSSL")
def test_with_tls_commands_and_data_are_encrypted(folder, tmp_path):
    authority = trustme.CA()
    certificate = authority.issue_cert(HOST)
    certificate.private_key_and_cert_chain_pem.write_to_path(str(tmp_path / "cert.pem"))
    trust = ssl.create_default_context()
    authority.configure_trust(trust)
    with FtpServer(folder, certificate=tmp_path / "cert.pem") as server:
        with open_ftp(LOOPBACK, HOST, server.port, tls=True, trust=trust) as ftp:
            assert fetched(ftp) == BODY
        with pytest.raises(ssl.SSLCertVerificationError):
            open_ftp(LOOPBACK, HOST, server.port, tls=True)
