"""Every source through the service: confined runs that reach it by the egress broker alone."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from api_server import ApiServer, Reply
from ftp_server import FtpServer
from http_server import HttpServer
from s3_server import S3Server
from sftp_server import PASSWORD, USER, SftpServer
from stac_api import StacApi, item
from thredds_catalogs import put_catalogs
from vimeo_server import TOKEN, VimeoServer
from zyra_service import ZyraService

BODY = bytes(range(256)) * 1000
Fetched = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def s3() -> Iterator[S3Server]:
    with S3Server() as running:
        yield running


@pytest.fixture(scope="module")
def service(tmp_path_factory, s3) -> Iterator[ZyraService]:
    folder = tmp_path_factory.mktemp("service")
    with ZyraService(folder, ZYRA_S3_ENDPOINT_URL=s3.endpoint) as running:
        yield running


@pytest.fixture
def fetch(service) -> Fetched:
    """The record of a run that succeeds."""

    def fetched(command: str, **args: Any) -> dict[str, Any]:
        answer = service.run("acquire", command, **args)
        assert answer["exit_code"] == 0, answer
        return answer

    return fetched


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What the file servers serve."""
    (tmp_path / "a.bin").write_bytes(BODY)
    (tmp_path / "b.txt").write_bytes(b"second")
    return tmp_path


def names(answer: dict[str, Any]) -> list[str]:
    return sorted(output["name"] for output in answer["outputs"])


def test_http_into_a_file(fetch, service, server: HttpServer):
    answer = fetch("http", url=server.put("/a.bin", BODY), output="a.bin")
    assert service.output(answer, "a.bin") == BODY


def test_http_into_a_synced_folder_with_a_manifest(fetch, service, server: HttpServer):
    urls = [server.put(f"/{name}", name.encode()) for name in ("a", "b")]
    answer = fetch("http", inputs=urls, sync_dir="synced", write_manifest="manifest.json")
    assert {"synced/a", "synced/b", "manifest.json"} <= set(names(answer))
    manifest = json.loads(service.output(answer, "manifest.json"))
    assert [file["name"] for file in manifest["files"]] == ["a", "b"]


def test_http_to_an_address_that_is_not_allowed(service, server: HttpServer):
    url = server.redirect("/astray", "http://127.0.0.2/secret")
    answer = service.run("acquire", "http", url=url, output="a")
    assert answer["exit_code"] == 1
    assert "http://127.0.0.2/secret: 127.0.0.2 is not public" in answer["stderr"]
    assert answer["outputs"] == []


def test_s3(fetch, service, s3):
    for name in ("maps/a.bin", "maps/b.bin"):
        s3.put("fetched", name, BODY)
    answer = fetch("s3", url="s3://fetched/maps/", output_dir="maps", unsigned=True)
    assert names(answer) == ["maps/a.bin", "maps/b.bin"]
    assert service.output(answer, "maps/a.bin") == BODY


def test_s3_is_listed(fetch, s3):
    s3.put("listed", "a.bin", BODY)
    answer = fetch("s3", url="s3://listed/", list=True, unsigned=True)
    assert answer["stdout"] == "s3://listed/a.bin\n"


def test_ftp(fetch, service, folder):
    with FtpServer(folder, masquerade="10.0.0.1") as ftp:
        answer = fetch("ftp", path=ftp.url(""), pattern=r"\.bin$", output_dir="got")
        listed = fetch("ftp", path=ftp.url(""), list=True)
    assert service.output(answer, "got/a.bin") == BODY
    assert len(listed["stdout"].splitlines()) == 2


def test_sftp(fetch, service, folder):
    with SftpServer(folder) as sftp:
        who = {"user": USER, "password": PASSWORD, "host_key": sftp.fingerprint}
        answer = fetch("ftp", path=sftp.url("a.bin"), output="a.bin", **who)
    assert service.output(answer, "a.bin") == BODY
    assert PASSWORD not in json.dumps(answer)


def test_thredds(fetch, server: HttpServer):
    answer = fetch("thredds", catalog_url=put_catalogs(server), recursive=True, output_dir="got")
    assert {"got/a.nc", "got/b.nc"} <= set(names(answer))


def test_stac(fetch, service, api: ApiServer):
    asset = {"href": api.url("/files/a.bin"), "roles": ["data"]}
    stac = StacApi(api, [item("radar-1", 1, data=asset)])
    stac.files["/files/a.bin"] = Reply(200, BODY)
    answer = fetch("stac", url=api.url("/stac"), output_dir="got")
    (name,) = names(answer)
    assert service.output(answer, name) == BODY


def test_api(fetch, service, api: ApiServer):
    api.answer = lambda _: Reply.json({"items": [1, 2]})
    answer = fetch("api", url=api.url("/x"), auth="bearer:a-secret-token", output="a.json")
    assert json.loads(service.output(answer, "a.json")) == {"items": [1, 2]}
    assert api.asked[0].headers["authorization"] == "Bearer a-secret-token"
    assert "a-secret-token" not in json.dumps(answer)


def test_vimeo(fetch, service):
    with VimeoServer() as vimeo:
        vimeo.add(76, {"source": BODY})
        args = {"vimeo_token": TOKEN, "api_url": vimeo.api_url}
        answer = fetch("vimeo", video_id="76", output="film.mp4", **args)
    assert service.output(answer, "film.mp4") == BODY
    assert TOKEN not in json.dumps(answer)
