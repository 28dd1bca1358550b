"""What cannot be fetched ends the command with one clear line, exit code 1, and no file."""

from pathlib import Path

import pytest
from ftp_server import USER, FtpServer
from http_server import HttpServer
from s3_server import S3Server
from sftp_server import SftpServer

from zyra.cli.main import main

WRONG = "a-wrong-secret"


@pytest.fixture
def refused(tmp_path: Path, monkeypatch, capfd):
    """Runs a command line that is to fail; gives what it says."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "out").mkdir()

    def run(*command: str, target: str | None = None) -> str:
        assert main([*command, "-o", target or str(tmp_path / "out" / "file")]) == 1
        assert list((tmp_path / "out").iterdir()) == []
        told = capfd.readouterr().err
        assert told.startswith("zyra: error: ")
        assert WRONG not in told
        assert "Traceback" not in told
        return told.splitlines()[0]

    return run


@pytest.mark.parametrize(
    ("status", "words"), [(404, "404"), (403, "403"), (401, "401"), (410, "410")]
)
def test_over_http(refused, server: HttpServer, status, words):
    url = server.put("/a", status=status)
    assert words in refused("acquire", "http", url, "--auth", f"bearer:{WRONG}")


def test_where_nobody_listens(refused):
    assert "cannot connect" in refused("acquire", "http", "http://127.0.0.1:1/a")


def test_a_full_disk(refused, server: HttpServer):
    url = server.put("/a", bytes(1 << 20))
    assert "no space to write" in refused("acquire", "http", url, target="/dev/full")


def test_over_ftp(refused, tmp_path):
    with FtpServer(tmp_path) as ftp:
        assert "550" in refused("acquire", "ftp", ftp.url("none"))
        denied = refused("acquire", "ftp", ftp.url("a"), "--user", USER, "--password", WRONG)
    assert "530" in denied


def test_over_sftp(refused, tmp_path):
    with SftpServer(tmp_path) as sftp:
        who = ("--password", WRONG, "--host-key", sftp.fingerprint)
        assert "denies access" in refused("acquire", "ftp", sftp.url("a"), *who)


def test_from_a_bucket(refused, monkeypatch):
    with S3Server() as s3:
        monkeypatch.setenv("AWS_ENDPOINT_URL", s3.endpoint)
        s3.put("mine", "a", b"x")
        s3.send("PUT", "/mine/private", b"x", acl="private")
        assert "404 NoSuchKey" in refused("acquire", "s3", "--url", "s3://mine/none", "--unsigned")
        assert "403" in refused("acquire", "s3", "--url", "s3://mine/private", "--unsigned")
