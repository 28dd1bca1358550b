"""What was fetched is written down, and lists hold files to their checksums."""

import json
from hashlib import sha256

import pytest
from http_server import HttpServer

from zyra.core.errors import DataError, TransferError


def test_a_manifest_says_what_came(server: HttpServer, acquire, tmp_path):
    modified = "Wed, 21 Oct 2015 07:28:00 GMT"
    url = server.put("/a.nc?token=s3cret", b"data", last_modified=modified)
    made = tmp_path / "files.json"
    acquire(inputs=[url], output_dir=str(tmp_path / "out"), write_manifest=str(made))
    (file,) = json.loads(made.read_text())["files"]
    assert (file["name"], file["size"]) == ("a.nc", 4)
    assert file["sha256"] == sha256(b"data").hexdigest()
    assert file["modified"] == "2015-10-21T07:28:00Z"
    assert "s3cret" not in made.read_text()


def test_one_output_has_a_manifest_too(server: HttpServer, acquire, tmp_path):
    target, made = tmp_path / "x.nc", tmp_path / "files.json"
    acquire(url=server.put("/a.nc", b"data"), output=str(target), write_manifest=str(made))
    (file,) = json.loads(made.read_text())["files"]
    assert (file["name"], file["sha256"]) == ("x.nc", sha256(b"data").hexdigest())


def test_what_failed_is_not_in_the_manifest(server: HttpServer, acquire, tmp_path):
    urls = [server.put("/a.nc", b"data"), server.url("/none.nc")]
    made = tmp_path / "files.json"
    with pytest.raises(TransferError):
        acquire(inputs=urls, output_dir=str(tmp_path / "out"), write_manifest=str(made))
    assert [file["name"] for file in json.loads(made.read_text())["files"]] == ["a.nc"]


def test_a_manifest_can_be_fetched_again(server: HttpServer, acquire, tmp_path):
    url, made = server.put("/a.nc", b"data"), str(tmp_path / "files.json")
    acquire(inputs=[url], output_dir=str(tmp_path / "out"), write_manifest=made)
    acquire(manifest=made, output_dir=str(tmp_path / "again"))
    assert (tmp_path / "again" / "a.nc").read_bytes() == b"data"


def test_a_file_with_another_checksum_is_refused(server: HttpServer, acquire, tmp_path):
    url, made = server.put("/a.nc", b"data"), str(tmp_path / "files.json")
    acquire(inputs=[url], output_dir=str(tmp_path / "out"), write_manifest=made)
    server.put("/a.nc", b"dada")
    with pytest.raises(TransferError, match="sha256"):
        acquire(manifest=made, output_dir=str(tmp_path / "again"))
    assert list((tmp_path / "again").iterdir()) == []


def test_a_listing_can_be_a_manifest(server: HttpServer, acquire, tmp_path):
    url = server.put("/pub/", b'<a href="a.nc">a</a>')
    made = tmp_path / "files.json"
    acquire(url=url, list=True, write_manifest=str(made))
    (file,) = json.loads(made.read_text())["files"]
    assert (file["source"], file["sha256"]) == (server.url("/pub/a.nc"), None)


@pytest.mark.parametrize(
    "text", ["{", "{}", '{"files": 1}', '{"files": [{}]}', '{"files": [{"source": 1}]}']
)
def test_what_is_no_manifest_is_refused(acquire, tmp_path, text):
    (tmp_path / "m.json").write_text(text)
    with pytest.raises(DataError, match="manifest"):
        acquire(manifest=str(tmp_path / "m.json"), output_dir=str(tmp_path / "out"))


def test_netrc_logs_in_to_the_named_host_only(server: HttpServer, acquire, ran, tmp_path):
    (tmp_path / ".netrc").write_text("default login me password s3cret\n")
    ran.variables["HOME"] = str(tmp_path)
    acquire(url=server.put("/a", b"data"))
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password s3cret\n")
    acquire(url=server.url("/a"))
    acquire(url=server.url("/a"), auth="bearer:t0ken")
    assert server.asked("Authorization") == [None, "Basic bWU6czNjcmV0", "Bearer t0ken"]
