"""Every destination through the service: confined runs that reach it by the egress broker alone."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ftp_server import PASSWORD, USER, FtpServer
from s3_server import S3Server
from sftp_server import SftpServer
from sink_server import Answer, SinkServer
from vimeo_server import TOKEN, VimeoServer
from zyra_service import ZyraService

BODY = bytes(range(256)) * 1000
Sent = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def shared(tmp_path_factory) -> Path:
    """Files that the service may read."""
    folder = tmp_path_factory.mktemp("shared")
    (folder / "map.png").write_bytes(BODY)
    return folder


@pytest.fixture(scope="module")
def service(tmp_path_factory, shared, s3: S3Server) -> Iterator[ZyraService]:
    folder = tmp_path_factory.mktemp("service")
    settings = {"ZYRA_DATA_ROOTS": str(shared), "ZYRA_S3_ENDPOINT_URL": s3.endpoint}
    with ZyraService(folder, **settings) as running:
        yield running


@pytest.fixture
def send(service, shared) -> Sent:
    """The record of a run that sends the file and succeeds."""

    def sent(command: str, **args: Any) -> dict[str, Any]:
        given = {"input": str(shared / "map.png")} | args
        answer = service.run("disseminate", command, **given)
        assert answer["exit_code"] == 0, answer
        return answer

    return sent


def test_local(send, service):
    answer = send("local", path="out/map.png")
    assert service.output(answer, "out/map.png") == BODY


def test_s3(send, s3: S3Server):
    s3.send("PUT", "/delivered", acl="public-read-write")
    send("s3", url="s3://delivered/maps/map.png", content_type="image/png", unsigned=True)
    body, headers = s3.get("delivered", "maps/map.png")
    assert (body, headers["content-type"]) == (BODY, "image/png")


def test_ftp(send, tmp_path):
    with FtpServer(tmp_path, masquerade="10.0.0.1") as ftp:
        answer = send("ftp", path=ftp.url("map.png"), user=USER, password=PASSWORD)
    assert (tmp_path / "map.png").read_bytes() == BODY
    assert PASSWORD not in json.dumps(answer)


def test_sftp(send, tmp_path):
    with SftpServer(tmp_path) as sftp:
        who = {"password": PASSWORD, "host_key": sftp.fingerprint}
        send("ftp", path=sftp.url("in/map.png"), make_dirs=True, **who)
    assert (tmp_path / "in" / "map.png").read_bytes() == BODY


def test_post(send, sink: SinkServer):
    answer = send("post", url=sink.url("/in"), auth="bearer:a-secret-token")
    assert sink.taken[0].body == BODY
    assert sink.taken[0].headers["authorization"] == "Bearer a-secret-token"
    assert "a-secret-token" not in json.dumps(answer)


def test_vimeo(send, vimeo: VimeoServer):
    answer = send("vimeo", vimeo_token=TOKEN, api_url=vimeo.api_url, name="A map")
    assert vimeo.film(answer["stdout"].strip()) == BODY
    assert TOKEN not in json.dumps(answer)


def test_post_is_not_led_to_an_address_that_is_not_allowed(service, shared, sink: SinkServer):
    sink.answers.append(Answer(303, {"Location": "http://127.0.0.2/there"}))
    source = str(shared / "map.png")
    answer = service.run("disseminate", "post", input=source, url=sink.url("/in"))
    assert answer["exit_code"] == 1
    assert "http://127.0.0.2/there: 127.0.0.2 is not public" in answer["stderr"]
