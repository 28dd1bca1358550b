"""What cannot be fetched ends the command with one clear line, exit code 1, and no file.

By the command line, for each kind of source: what is not there, what may not be read, a wrong
credential, a disk without room. Hosts that do not exist are in tests/transfer.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from ftp_server import USER, FtpServer
from http_server import HttpServer
from s3_server import S3Server
from sftp_server import PASSWORD, SftpServer
from vimeo_server import TOKEN, VimeoServer

from clear_error import clear_error
from zyra.cli.main import main

WRONG = "a-wrong-secret"
FULL = "/dev/full"
SHOWS_WRONG = ("--auth", f"bearer:{WRONG}")
LARGE = bytes(1 << 20)
MODIFIED = "Wed, 21 Oct 2015 07:28:00 GMT"
ITEM = {"type": "Feature", "stac_version": "1.1.0", "id": "a", "properties": {}, "links": []}
CATALOG = """<catalog><service name="f" serviceType="HTTPServer" base="/f/"/>
<dataset name="a" urlPath="a.nc" serviceName="f"/></catalog>"""


@pytest.fixture(scope="module")
def web() -> Iterator[HttpServer]:
    """Answers with the status that ends a path; stands in for the stores of Google and Azure."""
    with HttpServer() as running:
        for status in (401, 403, 404, 410):
            for folder in ("", "/videos", "/bucket"):
                running.put(f"{folder}/{status}", b"no", status=status)
        running.put("/large", LARGE)
        running.put("/bucket/large", LARGE, etag='"1"', last_modified=MODIFIED)
        running.put("/catalog.xml", CATALOG.encode())
        running.put("/f/a.nc", LARGE)
        running.put("/stac", json.dumps(ITEM).encode())
        yield running


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("served")
    (folder / "large").write_bytes(LARGE)
    (folder / "closed").mkdir()
    (folder / "closed" / "a").write_bytes(LARGE)
    return folder


@pytest.fixture(scope="module")
def ftp(files: Path) -> Iterator[FtpServer]:
    with FtpServer(files, closed="closed") as running:
        yield running


@pytest.fixture(scope="module")
def sftp(files: Path) -> Iterator[SftpServer]:
    with SftpServer(files, closed="closed") as running:
        yield running


@pytest.fixture(scope="module")
def s3() -> Iterator[S3Server]:
    with S3Server() as running:
        running.put("mine", "large", LARGE)
        running.send("PUT", "/mine/private", b"x", acl="private")
        yield running


@pytest.fixture(scope="module")
def vimeo() -> Iterator[VimeoServer]:
    with VimeoServer() as running:
        running.add(1, {"source": LARGE})
        yield running


@pytest.fixture
def refused(tmp_path: Path, monkeypatch, capfd):
    """Runs a command line that is to fail; gives what it says."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "out").mkdir()

    def run(*command: str) -> str:
        target = () if "-o" in command else ("-o", str(tmp_path / "out" / "file"))
        assert main([*command, *target]) == 1
        assert list((tmp_path / "out").iterdir()) == []
        return clear_error(capfd.readouterr(), WRONG)

    return run


COMMANDS = {
    "http": ("http",),
    "thredds": ("thredds", "--list"),
    "api": ("api", "--url"),
    "stac": ("stac", "--list"),
}


@pytest.mark.parametrize("status", ["404", "410", "403"])
@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS.keys())
def test_a_web_server_that_has_it_not_or_denies_it(refused, web, command, status):
    url = web.url(f"/{status}")
    assert f"{url}: {status}" in refused("acquire", command[0], *_with(command, url))


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS.keys())
def test_a_web_server_to_a_wrong_credential(refused, web, command):
    line = ("acquire", command[0], *_with(command, web.url("/401")), *SHOWS_WRONG)
    assert "/401: 401" in refused(*line)


@pytest.mark.parametrize(
    ("command", "path"),
    [
        (("http",), "/large"),
        (("thredds", "--list"), "/catalog.xml"),
        (("thredds",), "/catalog.xml"),
        (("api", "--url"), "/large"),
        (("stac", "--list"), "/stac"),
    ],
)
def test_a_web_server_s_file_for_a_full_disk(refused, web, command, path):
    told = refused("acquire", command[0], *_with(command, web.url(path)), "-o", FULL)
    assert "no space to write /dev/full" in told


def _with(command: tuple[str, ...], url: str) -> tuple[str, ...]:
    """The arguments after the command's name, with the URL where it belongs."""
    return (*command[1:], url) if command[-1] == "--url" else (url, *command[1:])


def test_where_nobody_listens(refused):
    assert "cannot connect" in refused("acquire", "http", "http://127.0.0.1:1/a")


def test_ftp(refused, ftp):
    def told(path: str, *more: str) -> str:
        return refused("acquire", "ftp", ftp.url(path), *more)

    assert "550" in told("none")
    assert "550 Not enough privileges" in told("closed/a")
    assert "530" in told("large", "--user", USER, "--password", WRONG)
    assert "no space" in told("large", "-o", FULL)


def test_sftp(refused, sftp):
    def told(path: str, password: str = PASSWORD, *more: str) -> str:
        who = ("--password", password, "--host-key", sftp.fingerprint)
        return refused("acquire", "ftp", sftp.url(path), *who, *more)

    assert "No such file" in told("none")
    assert "Permission denied" in told("closed/a")
    assert "denies access" in told("large", WRONG)
    assert "no space" in told("large", PASSWORD, "-o", FULL)


def test_a_bucket_of_s3(refused, s3, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", s3.endpoint)

    def told(key: str, *more: str) -> str:
        return refused("acquire", "s3", "--url", f"s3://mine/{key}", *more)

    assert "404 NoSuchKey" in told("none", "--unsigned")
    assert "403" in told("private", "--unsigned")
    assert "no space" in told("large", "--unsigned", "-o", FULL)
    s3.trust_nobody()
    keys = ("--credential", "access_key_id=AKIA", "--credential", f"secret_access_key={WRONG}")
    assert "403 InvalidAccessKeyId" in told("large", *keys)


@pytest.mark.parametrize("scheme", ["gs", "az"])
def test_a_bucket_of_google_or_azure(refused, web, monkeypatch, scheme):
    monkeypatch.setenv("GOOGLE_BASE_URL", web.url(""))
    monkeypatch.setenv("AZURE_STORAGE_ENDPOINT", web.url(""))
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_NAME", "account")

    def told(key: str, *more: str) -> str:
        return refused("acquire", "s3", "--url", f"{scheme}://bucket/{key}", "--unsigned", *more)

    assert "404" in told("404")
    assert "403" in told("403")
    assert "401" in told("401")
    assert "no space" in told("large", "-o", FULL)


def test_vimeo(refused, web, vimeo):
    def told(video: str, token: str, *more: str, at: str = vimeo.api_url) -> str:
        line = ("acquire", "vimeo", video, "--api-url", at, "--vimeo-token", token)
        return refused(*line, *more)

    assert "404" in told("2", TOKEN)
    assert "403" in told("403", TOKEN, at=web.url(""))
    assert "401" in told("1", WRONG)
    assert "no space" in told("1", TOKEN, "-o", FULL)
