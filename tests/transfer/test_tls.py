"""TLS with a certificate made for the test."""

import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme
from http_server import HttpServer

from zyra.core.errors import TransferError, TransientTransferError
from zyra.core.network import NetworkPolicy
from zyra.transfer.http import HttpClient
from zyra.transfer.pools import public_trust

HOST = "data.example.org"
POLICY = NetworkPolicy.allowing(["127.0.0.1"])


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tls")
    authority = trustme.CA()
    made = authority.issue_cert(HOST)
    authority.cert_pem.write_to_path(folder / "authority.pem")
    made.private_key_and_cert_chain_pem.write_to_path(folder / "server.pem")
    return folder


@pytest.fixture
def names_asked() -> list[str | None]:
    return []


@pytest.fixture
def server(certificate: Path, names_asked: list[str | None]) -> Iterator[HttpServer]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "server.pem")
    context.sni_callback = lambda _socket, name, _context: names_asked.append(name)
    with HttpServer(context) as running:
        yield running


def client(trusted: Path | None) -> HttpClient:
    def trust() -> ssl.SSLContext:
        return public_trust() if trusted is None else ssl.create_default_context(cafile=trusted)

    return HttpClient(POLICY, resolve=lambda _host, _port: ["127.0.0.1"], trust=trust)


def body_of(url: str, using: HttpClient, headers: dict[str, str] | None = None) -> bytes:
    with using, using.get(url, headers) as response:
        return b"".join(response.chunks())


def test_the_host_s_name_is_asked_for_and_verified(server, certificate, names_asked):
    server.put("/a", b"data")
    assert body_of(server.url("/a", HOST), client(certificate / "authority.pem")) == b"data"
    assert names_asked == [HOST]


def test_a_certificate_for_another_name_is_refused(server, certificate):
    with pytest.raises(TransferError, match="certificate is not trusted") as caught:
        body_of(server.url("/a", "other.example.org"), client(certificate / "authority.pem"))
    assert not isinstance(caught.value, TransientTransferError)
    assert server.requests == []


def test_a_certificate_that_nobody_vouches_for_is_refused(server):
    with pytest.raises(TransferError, match="certificate is not trusted"):
        body_of(server.url("/a", HOST), client(None))


def test_a_step_down_to_http_carries_no_credentials(server, certificate):
    with HttpServer() as plain:
        plain.put("/b", b"data")
        server.redirect("/a", plain.url("/b", HOST))
        secret = {"Authorization": "Bearer x", "Cookie": "c"}
        assert (
            body_of(server.url("/a", HOST), client(certificate / "authority.pem"), secret)
            == b"data"
        )
        assert server.asked("Authorization") == ["Bearer x"]
        assert plain.asked("Authorization") == plain.asked("Cookie") == [None]


def test_https_to_a_port_that_speaks_http_is_told(certificate):
    with HttpServer() as plain, pytest.raises(TransferError, match="TLS failed"):
        body_of(f"https://{HOST}:{plain.port}/a", client(certificate / "authority.pem"))
