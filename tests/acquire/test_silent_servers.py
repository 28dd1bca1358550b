"""How long a server may be silent is for the person to say; then it is asked once more."""

from threading import Event

import pytest
from http_server import Fault, HttpServer
from sftp_server import PASSWORD, SftpServer

LONG_S = 20  # until a server that nobody leaves speaks after all
DATA = b"data"
CATALOGS = {
    "thredds": b"<catalog/>",
    "stac": b'{"type": "Catalog", "stac_version": "1.1.0", "id": "a", "links": []}',
}


def silent_at_first(server: HttpServer, path: str, body: bytes = DATA) -> str:
    """The URL of a file whose server says nothing until it is asked a second time."""
    asked_again = Event()
    url = server.put(path, body, etag='"1"', last_modified="Wed, 21 Oct 2015 07:28:00 GMT")
    faults = (Fault(before=lambda: asked_again.wait(LONG_S)), Fault(before=asked_again.set))
    server.resource(path).faults += faults
    return url


def test_a_web_server(server: HttpServer, fetched, ran):
    fetched("http", url=silent_at_first(server, "/a"), timeout=1)
    assert ran.stdout.getvalue() == DATA
    assert len(server.requests) > 1


def test_a_store(server: HttpServer, fetched, ran):
    silent_at_first(server, "/bucket/a")
    endpoint = server.url("")
    fetched("s3", url="s3://bucket/a", unsigned=True, endpoint_url=endpoint, timeout=1)
    assert ran.stdout.getvalue() == DATA
    assert len(server.requests) > 1


@pytest.mark.parametrize(("command", "name"), [("thredds", "catalog_url"), ("stac", "url")])
def test_a_catalog(server: HttpServer, fetched, command, name):
    url = silent_at_first(server, "/catalog", CATALOGS[command])
    fetched(command, **{name: url}, list=True, timeout=1)
    assert len(server.requests) > 1


def test_an_sftp_server(tmp_path, fetched, ran):
    (tmp_path / "a").write_bytes(DATA)
    with SftpServer(tmp_path) as sftp:
        sftp.faults.append({"kind": "stall", "after": 0})
        login = {"password": PASSWORD, "host_key": sftp.fingerprint}
        fetched("ftp", path=sftp.url("a"), **login, timeout=2)
        assert len(sftp.transports) > 1
    assert ran.stdout.getvalue() == DATA
