"""What cannot be delivered ends the command with one clear line, exit code 1, and nothing there.

By the command line, for each kind of destination: a place that is not there, one that may not be
written, a wrong credential, one without room. Hosts that do not exist are in tests/transfer.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from ftp_server import PASSWORD, USER, FtpServer
from s3_server import S3Server
from sftp_server import SftpServer
from sink_server import Answer, SinkServer
from vimeo_server import TOKEN, VimeoServer

from clear_error import clear_error
from zyra.cli.main import main

WRONG = "a-wrong-secret"
FULL = "/dev/full"
XML = {"Content-Type": "application/xml"}


@pytest.fixture
def film(tmp_path: Path) -> str:
    (tmp_path / "film").write_bytes(bytes(1 << 20))
    return str(tmp_path / "film")


@pytest.fixture
def refused(tmp_path: Path, monkeypatch, capfd, film):
    """Runs a command line that is to fail; gives what it says."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))

    def run(command: str, *rest: str) -> str:
        assert main(["disseminate", command, "-i", film, *rest]) == 1
        return clear_error(capfd.readouterr(), WRONG)

    return run


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Path]:
    """What the servers of files serve; nothing may be left in it."""
    folder = tmp_path / "served"
    (folder / "closed").mkdir(parents=True)
    yield folder
    assert [path for path in folder.rglob("*") if path.is_file()] == []


def test_a_local_path(refused, film, tmp_path):
    assert "cannot write" in refused("local", f"{film}/below-a-file")
    assert "no space" in refused("local", FULL)
    assert [path.name for path in tmp_path.iterdir()] == ["film"]


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (404, "404 Not Found"),
        (403, "403 Forbidden"),
        (401, "401 Unauthorized"),
        (413, "413"),
        (507, "507 Insufficient Storage"),
    ],
)
def test_a_web_server(refused, sink: SinkServer, status, words):
    sink.answers.append(Answer(status))
    assert words in refused("post", sink.url("/in"), "--auth", f"bearer:{WRONG}")
    assert len(sink.taken) == 1


def test_a_web_server_s_answer_for_a_full_disk(refused, sink: SinkServer):
    sink.answers.append(Answer(200, body=bytes(1 << 20)))
    assert "no space" in refused("post", sink.url("/in"), "-o", FULL)


def test_ftp(refused, served):
    def told(path: str, password: str = PASSWORD) -> str:
        return refused("ftp", ftp.url(path), "--user", USER, "--password", password)

    with FtpServer(served, closed="closed") as ftp:
        assert "550" in told("none/film")
        assert "550 Not enough privileges" in told("closed/film")
        assert "530" in told("film", WRONG)
        ftp.inject({"kind": "store-refused"})
        assert "552 Exceeded storage allocation" in told("film")


def test_sftp(refused, served):
    def told(path: str, password: str = PASSWORD) -> str:
        who = ("--password", password, "--host-key", sftp.fingerprint)
        return refused("ftp", sftp.url(path), *who)

    with SftpServer(served, closed="closed") as sftp:
        assert "No such file" in told("none/film")
        assert "Permission denied" in told("closed/film")
        assert "denies access" in told("film", WRONG)
        sftp.faults.append({"kind": "store-full", "after": 1})
        assert "Failure" in told("film")


def test_a_bucket_of_s3(refused, monkeypatch):
    with S3Server() as store:
        monkeypatch.setenv("AWS_ENDPOINT_URL", store.endpoint)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIA")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", WRONG)
        assert "404 NoSuchBucket" in refused("s3", "--url", "s3://none/film")
        store.send("PUT", "/mine")
        store.trust_nobody()
        assert "403 InvalidAccessKeyId" in refused("s3", "--url", "s3://mine/film")


# Codes: "Error responses" of Amazon S3; "Common REST API error codes" of Azure Storage.
@pytest.mark.parametrize("scheme", ["s3", "gs", "az"])
@pytest.mark.parametrize(
    ("status", "code"),
    [(404, "NoSuchBucket"), (403, "AccessDenied"), (401, "InvalidAuthenticationInfo")],
)
def test_a_store_that_refuses(refused, sink: SinkServer, monkeypatch, scheme, status, code):
    monkeypatch.setenv("AWS_ENDPOINT_URL", sink.url(""))
    monkeypatch.setenv("GOOGLE_BASE_URL", sink.url(""))
    account = {"client_email": "", "private_key": "", "private_key_id": "", "disable_oauth": True}
    monkeypatch.setenv("GOOGLE_SERVICE_ACCOUNT_KEY", json.dumps(account))
    monkeypatch.setenv("AZURE_STORAGE_ENDPOINT", sink.url(""))
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_NAME", "account")
    sink.answers.append(Answer(status, XML, f"<Error><Code>{code}</Code></Error>".encode()))
    unsigned = () if scheme == "gs" else ("--unsigned",)
    told = refused("s3", "--url", f"{scheme}://bucket/film", *unsigned)
    assert told == f"zyra: error: {scheme}://bucket/film: {status} {code}"
    assert [taken.method for taken in sink.taken] == ["PUT"]


def test_google_without_credentials_is_not_asked(refused, sink: SinkServer, monkeypatch):
    monkeypatch.setenv("GOOGLE_BASE_URL", sink.url(""))
    assert "no credentials" in refused("s3", "--url", "gs://bucket/film", "--unsigned")
    assert sink.taken == []


def test_vimeo(refused, vimeo: VimeoServer):
    def told(token: str, *more: str) -> str:
        return refused("vimeo", "--api-url", vimeo.api_url, "--vimeo-token", token, *more)

    assert "401" in told(WRONG)
    assert "404" in told(TOKEN, "--replace-uri", "/videos/7")
    assert vimeo.uploads == {}


# Vimeo answers 403 for scopes that are missing and for quotas alike, and says which in words.
@pytest.mark.parametrize("words", ["Your access token is lacking a scope.", "No space is left."])
def test_vimeo_that_denies(refused, sink: SinkServer, words):
    sink.answers.append(
        Answer(403, {"Content-Type": "application/json"}, f'{{"error": "{words}"}}'.encode())
    )
    told = refused("vimeo", "--api-url", sink.url(""), "--vimeo-token", TOKEN)
    assert "403 Forbidden" in told
    assert words in told
